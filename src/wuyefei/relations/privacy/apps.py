from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "wuyefei.relations.privacy"
    label = "privacy"

    def ready(self) -> None:
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.people.public import register_erasure_check
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import checks
        from .actions import KIND, work
        from .holdings import register_own
        from .queries import unsettled_reason
        from .slots import person_panel

        register_own()
        register_erasure_check(unsettled_reason)
        checks.register()
        register_work(KIND, work, title="删除期满的个人信息", permission=Permission.PRIVACY_MANAGE, address=lambda job: reverse("privacy:retention"))
        register_slot("person.360", 60, person_panel)
        register_menu(_("资料"), _("个人信息"), "privacy:register", "key", Permission.PRIVACY_MANAGE, 535)
