from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class MeteringConfig(AppConfig):
    name = "wuyefei.estate.metering"
    label = "metering"

    def ready(self) -> None:
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        from . import checks, queries

        def waiting(request: HttpRequest) -> int:
            return queries.held(request.actor).count()  # type: ignore[attr-defined]

        checks.register()
        register_menu(_("收费"), _("抄表"), "metering:round", "edit", Permission.METER_READ, 238)
        register_menu(_("收费"), _("待核读数"), "metering:held", "flag", Permission.METER_CONFIRM, 239, waiting, under="metering:round")
