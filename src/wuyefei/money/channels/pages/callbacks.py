"""Where providers send their notices: open to all, believed only when signed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from wuyefei.foundation.access.gate import public_page

from ..actions.notices import take_notice

LONGEST = 64 * 1024
"""The longest notice that is read, in bytes: real ones are a few thousand."""


@csrf_exempt
@require_POST
@public_page
def notify(request: HttpRequest, setup_token: str) -> HttpResponse:
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return HttpResponse(status=413)
    status, kind, body = take_notice(setup_token, dict(request.headers), request.body)
    return HttpResponse(body, status=status, content_type=kind)
