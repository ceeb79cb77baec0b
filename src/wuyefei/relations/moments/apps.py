from django.apps import AppConfig


class MomentsConfig(AppConfig):
    name = "wuyefei.relations.moments"
    label = "moments"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from .slots import panel

        register_sealed("moments", "Source", "sealed")
        register_slot("notices.smart", 10, panel)
        register_menu(_("系统"), _("门禁电梯提醒"), "moments:sources", "bell", Permission.ADMIN, 955, under="notices:carriers")
