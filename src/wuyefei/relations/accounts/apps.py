from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "wuyefei.relations.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.shell.menu import register_menu

        from .sandbox import register

        register()
        register_menu(_("分析"), _("缴费漏斗"), "accounts:funnel", "filter", Permission.REPORT_VIEW, 530)
