from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "wuyefei.foundation.approvals"
    label = "approvals"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.shell.menu import register_menu

        from . import checks, queries

        def badge(request: HttpRequest) -> int:
            return queries.waiting(request.actor)  # type: ignore[attr-defined]

        register_menu("", _("待复核"), "approvals:waiting", "inbox", None, 10, badge)
        checks.register()
