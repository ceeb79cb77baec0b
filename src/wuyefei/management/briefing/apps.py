from django.apps import AppConfig


class BriefingConfig(AppConfig):
    name = "wuyefei.management.briefing"
    label = "briefing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell.menu import register_menu

        from .actions import send_due

        register_sealed("briefing", "Subscription", "address_locked")
        register_scheduled("wuyefei.daily-brief", "发送每日简报", "每天 8:30", send_due)
        register_menu(_("分析"), _("每日简报"), "briefing:show", "inbox", Permission.REPORT_VIEW, 505)
