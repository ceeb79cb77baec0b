from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SheetsConfig(AppConfig):
    name = "wuyefei.money.sheets"
    label = "sheets"

    def ready(self) -> None:
        from wuyefei.estate.metering.public import register_use_check
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import actions, checks, explaining, queries

        register_kind(
            Kind(
                actions.BILL_KIND, "发布计费单", Permission.BILLING_PUBLISH, actions.bill, actions.reopen,
                explaining.sheet_address, explaining.describe_sheet,
            )
        )  # fmt: skip
        register_use_check(queries.is_charged)
        register_slot("billing.explanation", 10, explaining.explanation_slot)
        checks.register()
        register_menu(_("收费"), _("计费单"), "sheets:list", "file", Permission.BILLING_VIEW, 244, under="billing:runs")
