from django.apps import AppConfig


class ArrearsConfig(AppConfig):
    name = "wuyefei.insight.arrears"
    label = "arrears"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.shell.menu import register_menu

        from .exporting import KIND, work

        register_work(KIND, work, title="导出欠费台账", permission=Permission.EXPORT)
        register_menu(_("催缴"), _("欠费台账"), "arrears:ledger", "ledger", Permission.BILLING_VIEW, 400)
