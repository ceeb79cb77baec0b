from django.apps import AppConfig


class DepositsConfig(AppConfig):
    name = "wuyefei.money.deposits"
    label = "deposits"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.approvals.models import Request
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.billing.public import register_deposit_keeper
        from wuyefei.money.ledger.public import register_source
        from wuyefei.money.payments.public import register_undo_bar
        from wuyefei.money.sheets.public import register_deposit_owners

        from . import checks
        from .actions.keeping import keep
        from .actions.returning import BACK_KIND, RETURN_KIND, approve, describe, refuse, refuse_void
        from .queries import overdue_count, owners_of
        from .slots import bill_deposit, deposit_of_return, property_deposits

        def badge(request: HttpRequest) -> int:
            return overdue_count(request.actor)  # type: ignore[attr-defined]

        def address(request: Request) -> str:
            return deposit_of_return(request.subject_id)

        register_deposit_keeper(keep)
        register_deposit_owners(owners_of)
        register_undo_bar("deposits", refuse_void)
        register_kind(Kind(RETURN_KIND, "退还押金", Permission.REFUND_APPROVE, approve, refuse, address, describe))
        register_source(RETURN_KIND, _("退还押金"), deposit_of_return)
        register_source(BACK_KIND, _("押金退款取消"), lambda refund_id: reverse("channels:refund", args=[refund_id]))
        register_menu(_("收费"), _("押金"), "deposits:list", "shield", Permission.PAYMENT_VIEW, 237, badge)
        register_slot("property.side", 27, property_deposits)
        register_slot("billing.receivable", 7, bill_deposit)
        checks.register()
