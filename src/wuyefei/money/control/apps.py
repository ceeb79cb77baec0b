from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "wuyefei.money.control"
    label = "control"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu

        from . import actions, checks
        from .queries import to_work

        def badge(request: HttpRequest) -> int:
            return to_work(request.actor)  # type: ignore[attr-defined]

        register_menu(_("核对"), _("内控检查"), "control:board", "check", Permission.CONTROL_VIEW, 817, badge)
        register_scheduled(actions.ROUNDS, "抽取上周的收款核对", "每周一 9:30", actions.make_rounds)
        checks.register()
