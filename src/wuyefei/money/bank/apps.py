from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "wuyefei.money.bank"
    label = "bank"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.money.payments.public import register_void_check

        from . import checks
        from .actions import claiming, deposits, paying_over
        from .explaining import address, describe
        from .queries import to_claim

        def badge(request: HttpRequest) -> int:
            return to_claim(request.actor).count()  # type: ignore[attr-defined]

        register_menu(_("收费"), _("银行流水"), "bank:statements", "wallet", Permission.PAYMENT_VIEW, 237)
        register_menu(_("收费"), _("流水认领"), "bank:claims", "flag", Permission.PAYMENT_BATCH, 238, badge, under="bank:statements")
        register_kind(Kind(
            claiming.RETURN_KIND, "退回流水", Permission.REFUND_APPROVE, claiming.carry_out_return, claiming.refuse_return, address, describe
        ))  # fmt: skip
        register_kind(Kind(claiming.UNMATCH_KIND, "撤销流水匹配", Permission.PAYMENT_VOID_APPROVE, claiming.carry_out_unmatch, None, address, describe))
        register_kind(Kind(
            deposits.UNDEPOSIT_KIND, "撤销缴存认领", Permission.PAYMENT_VOID_APPROVE, deposits.carry_out_undo_deposit, None, address, describe
        ))  # fmt: skip
        register_kind(Kind(
            paying_over.UNDO_OVER_KIND, "撤销项目间划转", Permission.PAYMENT_VOID_APPROVE, paying_over.carry_out_undo_paid_over, None, address, describe
        ))  # fmt: skip
        register_void_check("bank", claiming.refuse_void)
        checks.register()
