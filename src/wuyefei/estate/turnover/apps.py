from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class TurnoverConfig(AppConfig):
    name = "wuyefei.estate.turnover"
    label = "turnover"

    def ready(self) -> None:
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        from . import queries

        def waiting(request: HttpRequest) -> int:
            return queries.waiting(request.actor).count()  # type: ignore[attr-defined]

        register_menu(_("收费"), _("营业额"), "turnover:board", "chart", Permission.BILLING_VIEW, 245, waiting, under="billing:runs")
