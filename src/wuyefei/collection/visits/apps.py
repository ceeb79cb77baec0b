from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "wuyefei.collection.visits"
    label = "visits"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from .slots import of_case

        register_slot("followup.case", 20, of_case)
        register_menu(_("催缴"), _("上门"), "visits:listed", "visit", Permission.FOLLOW_VIEW, 427)
