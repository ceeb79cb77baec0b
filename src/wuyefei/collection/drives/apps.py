from django.apps import AppConfig


class DrivesConfig(AppConfig):
    name = "wuyefei.collection.drives"
    label = "drives"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from .actions import KIND, list_due
        from .checks import register as register_checks
        from .slots import of_case

        register_scheduled(KIND, "列出当天开始的季末行动名单", "每天 03:10", list_due)
        register_checks()
        register_slot("followup.case", 4, of_case)
        register_slot("followup.desk", 10, of_case)
        group = _("催缴")
        register_menu(group, _("季末行动"), "drives:listed", "flag", Permission.FOLLOW_VIEW, 431)
        register_menu(group, _("我的行动名单"), "drives:mine", "people", Permission.DRIVE_WORK, 432)
