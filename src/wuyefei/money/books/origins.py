"""Where the entries of the rooms below came from, so that a voucher leads to its document."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wuyefei.money.ledger.public import register_source
from wuyefei.money.payments.public import Payment


def _to(name: str) -> Callable[[int], str]:
    return lambda pk: reverse(name, args=[pk])


def _receipt(payment_id: int) -> str:
    """The receipt of a payment among the receipts; nothing where it has none (money found outside the desk)."""
    number = Payment.objects.filter(pk=payment_id, receipt__isnull=False).values_list("receipt__number", flat=True).first()
    return f"{reverse('receipts:list')}?{urlencode({'number': number})}" if number else ""


def register_origins() -> None:
    """The kinds that billing, payments, channels and the cash desk post."""
    _between_and_undone()
    receivable, run = _to("billing:receivable"), _to("billing:run")
    for kind, label, address in (
        ("billing.opening", _("期初欠费"), None),
        ("billing.publish", _("账单发布"), run),
        ("billing.ahead", _("提前出账"), receivable),
        ("billing.once", _("临时收费"), receivable),
        ("billing.sheet", _("计费单入账"), _to("sheets:sheet")),
        ("billing.adjust", _("应收调整"), receivable),
        ("billing.reverse", _("应收红冲"), receivable),
        ("billing.write_off", _("坏账核销"), receivable),
        ("billing.recover", _("收回已核销坏账"), receivable),
        ("billing.rebill", _("账单拆分重出"), receivable),
        ("billing.release", _("合同负债结转收入"), None),
        ("payment.opening", _("期初预存"), None),
        ("payment.take", _("收款"), _receipt),
        ("payment.batch", _("批量入账"), None),
        ("payment.offset", _("预存抵扣"), run),
        ("payment.offset_sheet", _("预存抵扣"), _to("sheets:sheet")),
        ("payment.offset_held", _("每日预存抵扣"), None),
        ("payment.fund", _("关爱基金、补贴支付"), None),
        ("bank.fund", _("银行来款记入基金"), _to("bank:line")),
        ("bank.fund_undone", _("撤销记入基金"), _to("bank:line")),
        ("relief.money", _("关爱基金入账"), None),
        ("relief.undo_money", _("撤销基金入账"), None),
        ("payment.carry", _("原收款转入拆分后的账单"), None),
        ("bank.suspense", _("银行来款待认领"), _to("bank:statement")),
        ("bank.claimed", _("银行来款认领"), _to("bank:line")),
        ("bank.undone", _("撤销匹配"), _to("bank:line")),
        ("bank.returned", _("退回付款人"), _to("bank:line")),
        ("payment.void", _("收款作废"), _receipt),
        ("payment.release", _("撤销核销"), _receipt),
        ("payment.refund_hold", _("退款占用预存"), None),
        ("payment.refund_return", _("退款退回预存"), None),
        ("channel.suspense", _("线上来款待查"), None),
        ("channel.found", _("待查款查清"), None),
        ("refund.done", _("退款完成"), _to("channels:refund")),
        ("refund.suspense_out", _("待查款转退款"), _to("channels:refund")),
        ("refund.suspense_back", _("待查款退款退回"), _to("channels:refund")),
        ("deposits.carried", _("以前的押金转到 2241.1"), None),
        ("cashdesk.slip", _("现金缴存"), _to("cashdesk:slip")),
        ("cashdesk.slip_void", _("缴款单作废"), _to("cashdesk:slip")),
        ("bank.settlement", _("渠道结算到账"), _to("bank:line")),
        ("recon.fees", _("渠道手续费"), _to("reconciliation:day")),
        ("recon.write_off", _("渠道差异核销"), _to("reconciliation:difference")),
        ("bank.deposit", _("缴存到账"), _to("bank:line")),
        ("bank.deposit_undone", _("撤销认作缴存"), _to("bank:line")),
        ("bank.deposit_claimed", _("认领为缴存"), _to("bank:line")),
        ("cashdesk.handover", _("交班长短款"), _to("cashdesk:shift")),
    ):
        register_source(kind, label, address)


def _between_and_undone() -> None:
    """What communities owe each other, and what undoes a payout."""
    for kind, label, address in (
        ("bank.between", _("由其他项目代收"), None),
        ("bank.between_undone", _("撤销由其他项目代收"), None),
        ("bank.paid_over", _("项目间划转代收款"), None),
        ("bank.paid_over_undone", _("撤销项目间划转"), None),
        ("payment.late_fee_tax", _("以前违约金的销项税"), None),
        ("bank.settlement_undone", _("撤销渠道结算到账"), _to("bank:line")),
        ("recon.write_off_undone", _("撤销渠道差异核销"), _to("reconciliation:difference")),
    ):
        register_source(kind, label, address)
