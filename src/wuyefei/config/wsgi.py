"""The WSGI application that the server runs."""

import os

from django.core.wsgi import get_wsgi_application

from wuyefei.foundation.platform.lifeline import SERVER, end_with

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wuyefei.config.settings")
if os.environ.get(SERVER):
    end_with(int(os.environ[SERVER]))
application = get_wsgi_application()
