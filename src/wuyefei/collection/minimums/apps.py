from django.apps import AppConfig


class MinimumsConfig(AppConfig):
    name = "wuyefei.collection.minimums"
    label = "minimums"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from .actions import KIND, watch_all
        from .slots import of_case

        register_scheduled(KIND, "核对各级最低联系次数", "每天 03:20", watch_all)
        register_slot("followup.case", 5, of_case)
        register_menu(_("催缴"), _("督办"), "minimums:listed", "flag", Permission.FOLLOW_VIEW, 429)
