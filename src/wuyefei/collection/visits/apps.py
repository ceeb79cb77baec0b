from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "wuyefei.collection.visits"
    label = "visits"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.collection.followup.public import register_files
        from wuyefei.estate.people.public import register_erasure_step
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from .forgetting import KIND, forget_of, forget_old
        from .holdings import files
        from .holdings import register as register_holdings
        from .slots import of_case

        register_scheduled(KIND, "删除到期的上门照片和签名", "每天 04:25", forget_old)
        register_erasure_step(forget_of)
        register_holdings()
        register_files("visits", files)
        register_slot("followup.case", 20, of_case)
        register_menu(_("催缴"), _("上门"), "visits:listed", "visit", Permission.FOLLOW_VIEW, 427)
