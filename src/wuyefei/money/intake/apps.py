from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "wuyefei.money.intake"
    label = "intake"

    def ready(self) -> None:
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.shell.menu import register_menu

        from . import actions

        register_menu(_("资料"), _("数据导入"), "intake:imports", "upload", Permission.IMPORT, 540)
        register_work(
            actions.WORK, actions.work, title="数据导入", permission=Permission.IMPORT, address=actions.address_of
        )
