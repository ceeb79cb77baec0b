"""Refunds from request to arrival (product row D5): asked for by one, approved by another, sent once however often tried.

``move`` is the one place where the state of a refund is written; with it go its deadline and, at its end, the ledger.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.deposits.public import take_back
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import (
    NothingToGiveBack,
    Payment,
    balance_fen,
    check_reversal,
    get_payment,
    hold_refund,
    return_refund,
)

from ..models import ChannelException, Order, Refund, RefundTotal
from ..providers.base import ProviderError, ProviderRefused, RefundAsk
from ..providing import notify_url, provider_of
from ..rules import REFUND_DUE, REFUND_HELD, RefundReport, RefundSaid, RefundState, check_refund_move

REFUND_KIND = "payment.refund"
DONE_KIND, SUSPENSE_OUT_KIND, SUSPENSE_BACK_KIND = "refund.done", "refund.suspense_out", "refund.suspense_back"


class OverRefund(DomainError):
    code = "over_refund"
    message = "这笔收款最多还能退 {left} 元（已退或正在退 {reserved} 元）。"


@dataclass(frozen=True)
class RefundRequest:
    """What is asked for. ``receivable_ids``: bills whose settlement by this payment is undone first. ``amount_fen`` in fen."""

    payment_id: int
    amount_fen: int
    method: str
    reason: str
    receivable_ids: tuple[int, ...] = ()


@transaction.atomic
def ask_refund(wanted: RefundRequest, *, actor: Actor) -> Refund:
    """Ask for a refund of part of a payment. Raises ``OverRefund``, ``Invalid``, ``DomainError`` where the same sum of it waits
    for its approval already, and what ``approvals.ask`` raises."""
    payment = get_payment(actor, wanted.payment_id)
    actor.require(Permission.REFUND_REQUEST, payment.community_id)
    if payment.kind not in Payment.TAKEN or payment.voided_at:
        raise DomainError("not_refundable", "这笔收款已作废，或不是收进来的钱，不能退款。")
    order = Order.objects.filter(payment=payment).first()
    method = _method(wanted.method, order)
    reason = limited(wanted.reason, "原因", 200)
    if not reason:
        raise DomainError("reason_missing", "请写明原因。")
    if wanted.amount_fen <= 0:
        raise Invalid(field="退款金额", reason="应大于 0")
    release = _release(payment, wanted)
    asked = Refund.objects.filter(payment=payment, state=RefundState.REQUESTED, amount_fen=wanted.amount_fen).first()
    if asked is not None:
        raise DomainError("refund_asked", "这笔收款已有一项同样金额的退款 {number} 在等审批，没有再提交。", number=asked.number)
    reserve(payment, wanted.amount_fen)
    refund = make(
        Refund(organisation_id=actor.organisation_id, community_id=payment.community_id, payment=payment, order=order,
               amount_fen=wanted.amount_fen, method=method, reason=reason,
               release=release)
    , actor.user_id)  # fmt: skip
    _ask_approval(refund, actor)
    return refund


@transaction.atomic
def ask_suspense_refund(exception_id: int, reason: str, *, actor: Actor) -> Refund:
    """Ask for the whole of what stands in suspense under an exception to go back where it came from."""
    found = (
        ChannelException.objects.select_for_update(of=("self",))
        .select_related("order")
        .filter(pk=exception_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if found is None:
        raise NotFound()
    actor.require(Permission.REFUND_REQUEST, found.community_id)
    if found.closed_at or not found.suspense_fen:
        raise DomainError("nothing_in_suspense", "这项异常没有待查的钱可退。")
    text = limited(reason, "原因", 200)
    if not text:
        raise DomainError("reason_missing", "请写明原因。")
    earlier = Refund.objects.filter(exception=found).exclude(state=RefundState.REJECTED).first()
    if earlier is not None:
        raise DomainError("refund_exists", "已经有退款 {number} 在处理这笔钱。", number=earlier.number)
    refund = make(
        Refund(organisation_id=actor.organisation_id, community_id=found.community_id, exception=found, order=found.order,
               amount_fen=found.suspense_fen, method=Refund.Method.SOURCE, reason=text)
    , actor.user_id)  # fmt: skip
    _ask_approval(refund, actor)
    return refund


def _release(payment: Payment, wanted: RefundRequest) -> list[int]:
    """The bills to be unallocated. Raises ``NothingToGiveBack`` where they and the prepayment do not suffice."""
    rows = payment.allocations.filter(reverses__isnull=True, reversed_by__isnull=True, receivable_id__in=wanted.receivable_ids)
    if rows.filter(receivable__item__nature=ChargeItem.Nature.DEPOSIT).exists():
        raise DomainError("deposit_by_return", "押金请在「押金」页验收后退还，不能从收款直接退。")
    check_reversal(list(rows))
    settled = list(rows.values_list("receivable_id", "amount_fen"))
    held = balance_fen(payment.payer_id, payment.property_id) + sum(fen for _id, fen in settled)
    if held < wanted.amount_fen:
        raise NothingToGiveBack(held=yuan_text(held), asked=yuan_text(wanted.amount_fen))
    return sorted({receivable_id for receivable_id, _fen in settled})


def _method(wanted: str, order: Order | None) -> str:
    if wanted not in Refund.Method.values:
        raise Invalid(field="退款方式", reason="不认识")
    if wanted == Refund.Method.SOURCE and order is None:
        raise Invalid(field="退款方式", reason="这笔钱不是线上收的，只能用银行转账退")
    return wanted


def make(refund: Refund, maker_id: int) -> Refund:
    """Write a refund that somebody asked for."""
    now = clock.now()
    refund.number = f"TK{clock.today():%Y%m%d}{secrets.token_hex(8).upper()}"
    refund.requested_by_id, refund.requested_at = maker_id, now
    refund.due_at = now + REFUND_DUE[RefundState.REQUESTED]
    refund.save(force_insert=True)
    return refund


def _ask_approval(refund: Refund, actor: Actor) -> None:
    payload = {"refund": refund.pk, "amount_fen": refund.amount_fen, "method": refund.method, "release": refund.release}
    approvals.ask(REFUND_KIND, refund, actor=actor, community_id=refund.community_id, payload=payload, reason=refund.reason,
                  amount_fen=refund.amount_fen)  # fmt: skip


def reserve(payment: Payment, fen: int) -> None:
    """Promise part of the payment, under its one row; the database refuses what is above the payment."""
    RefundTotal.objects.get_or_create(payment=payment, defaults={"amount_fen": payment.amount_fen})
    total = RefundTotal.objects.select_for_update().get(payment=payment)
    if total.reserved_fen + fen > total.amount_fen:
        raise OverRefund(left=yuan_text(total.amount_fen - total.reserved_fen), reserved=yuan_text(total.reserved_fen))
    try:
        with transaction.atomic():
            RefundTotal.objects.filter(pk=total.pk).update(reserved_fen=F("reserved_fen") + fen)
    except IntegrityError as error:
        raise OverRefund(left=yuan_text(0), reserved=yuan_text(total.reserved_fen)) from error


def _unreserve(refund: Refund) -> None:
    if refund.payment_id:
        RefundTotal.objects.filter(payment_id=refund.payment_id).update(reserved_fen=F("reserved_fen") - refund.amount_fen)


def locked(refund_id: int, actor: Actor) -> Refund:
    refund = (
        Refund.objects.select_for_update(of=("self",))
        .select_related("order__setup", "exception", "payment")
        .filter(pk=refund_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if refund is None:
        raise NotFound()
    return refund


def move(refund: Refund, then: RefundState, actor: Actor, **facts: object) -> None:
    """The one place where a refund changes its state."""
    before = RefundState(refund.state)
    check_refund_move(before, then)
    now = clock.now()
    refund.state = then
    refund.due_at = now + REFUND_DUE[then] if then in REFUND_DUE else None
    refund.ended_at = None if then in REFUND_DUE else now
    for name, value in facts.items():
        setattr(refund, name, value)
    refund.save()
    audit.record(actor, f"refund.{then.value}", refund, before={"state": before.value}, after={"amount_fen": refund.amount_fen, **facts})
    audit.publish(actor, f"refund.{then.value}", community_id=refund.community_id, refund=refund.pk)


def approve(request: Request, actor: Actor) -> None:
    """Carried out on approval: the money is set aside. It is sent by the next round, outside this transaction."""
    refund = locked(request.subject_id, actor)
    if refund.payment_id:
        hold_refund(refund.payment_id, refund.amount_fen, refund.release, actor=actor, source_id=refund.pk)
    else:
        _suspense_out(refund, actor)
    move(refund, RefundState.APPROVED, actor, approved_by_id=actor.user_id, approved_at=clock.now())


def _suspense_out(refund: Refund, actor: Actor) -> None:
    assert refund.exception_id is not None
    found = ChannelException.objects.select_for_update().get(pk=refund.exception_id)
    if found.closed_at:
        raise DomainError("exception_closed", "这项异常已经处理完了，没有待查的钱可退。")
    postings = [Posting(Account.SUSPENSE, refund.amount_fen), Posting(Account.REFUNDING, -refund.amount_fen)]
    post(SUSPENSE_OUT_KIND, refund.pk, postings, actor=actor, community_id=refund.community_id, memo=f"退款 {refund.number}")
    found.resolution, found.closed_at, found.closed_by_id = ChannelException.Resolution.REFUNDED, clock.now(), actor.user_id
    found.note = refund.reason
    found.save(update_fields=["resolution", "closed_at", "closed_by", "note"])


def reject(request: Request, actor: Actor) -> None:
    """Carried out on refusal or withdrawal: nothing has moved, nothing is promised any more."""
    refund = locked(request.subject_id, actor)
    _unreserve(refund)
    move(refund, RefundState.REJECTED, actor)


def describe(request: Request) -> Sequence[tuple[str, str]]:
    """What the second person is told."""
    refund = Refund.objects.select_related("payment__payer", "payment__property", "order__payer", "order__property").get(pk=request.subject_id)
    about = refund.payment or refund.order
    assert about is not None
    said = [(_("退给"), f"{about.property.code} {about.payer.name}"), (_("退款方式"), str(refund.get_method_display()))]
    if refund.release:
        said.append((_("撤销核销"), _("%(count)d 笔账单，退款后重新欠费") % {"count": len(refund.release)}))
    return said


def send(refund_id: int) -> Refund:
    """Hand an approved refund to the provider; the same refund however often it is tried. Never inside a transaction.

    Where no answer comes it stays sent, and is asked for by the rounds; where the provider says no it has failed.
    """
    refund = _begin_sending(refund_id)
    if refund is None:
        return Refund.objects.get(pk=refund_id)
    assert refund.order is not None
    try:
        report = _put(refund)
    except ProviderError as error:
        return _note(refund.pk, error.text)
    except DomainError as error:
        return _finish(refund.pk, RefundReport(refund.number, RefundSaid.FAILED), error.text)
    return _finish(refund.pk, report)


@transaction.atomic
def _begin_sending(refund_id: int) -> Refund | None:
    refund = locked(refund_id, _system(Refund.objects.values_list("organisation_id", flat=True).get(pk=refund_id)))
    if refund.method != Refund.Method.SOURCE or refund.state not in (RefundState.APPROVED, RefundState.FAILED, RefundState.SENT):
        return None
    if refund.state == RefundState.SENT:
        return refund
    move(refund, RefundState.SENT, _system(refund.organisation_id), tries=refund.tries + 1, failure="")
    return refund


def _put(refund: Refund) -> RefundReport:
    order = refund.order
    assert order is not None and order.paid_fen is not None
    provider = provider_of(order.setup)
    if refund.tries > 1 or refund.failure:
        known = provider.query_refund(refund.number, order.number)
        if known.said is not RefundSaid.UNKNOWN:
            return known
    ask = RefundAsk(refund.number, order.number, refund.amount_fen, order.paid_fen, refund.reason, notify_url(order.setup))
    return provider.refund(ask)


def _system(organisation_id: int) -> Actor:
    return service_actor(organisation_id, SYSTEM)


def _note(refund_id: int, failure: str) -> Refund:
    Refund.objects.filter(pk=refund_id).update(failure=failure[:200])
    return Refund.objects.get(pk=refund_id)


@transaction.atomic
def _finish(refund_id: int, report: RefundReport, failure: str = "") -> Refund:
    """Act on what the provider says of a refund that was sent."""
    actor = _system(Refund.objects.values_list("organisation_id", flat=True).get(pk=refund_id))
    refund = locked(refund_id, actor)
    if refund.state != RefundState.SENT:
        return refund
    if report.said is RefundSaid.DONE and report.amount_fen == refund.amount_fen:
        pay_out(refund, actor, Account.CHANNEL, refund_id=report.refund_id)
    elif report.said is RefundSaid.FAILED or report.said is RefundSaid.DONE:
        move(refund, RefundState.FAILED, actor, failure=(failure or "渠道退款失败，或金额不符，请到商户平台核对")[:200])
    return refund


def pay_out(refund: Refund, actor: Actor, account: Account, **facts: object) -> None:
    """It has left ``account``: booked once, with the move that ends it."""
    postings = [Posting(Account.REFUNDING, refund.amount_fen), Posting(account, -refund.amount_fen)]
    post(DONE_KIND, refund.pk, postings, actor=actor, community_id=refund.community_id, memo=f"退款 {refund.number}")
    move(refund, RefundState.DONE, actor, failure="", **facts)


@transaction.atomic
def paid_by_transfer(refund_id: int, reference: str, *, actor: Actor) -> Refund:
    """The bank has paid it out: note its reference. Also the way out of a refund the provider does not take."""
    refund = locked(refund_id, actor)
    actor.require(Permission.CHANNEL_WORK, refund.community_id)
    text = limited(reference, "银行流水号", 80)
    if not text:
        raise Invalid(field="银行流水号", reason="不能为空")
    if refund.method == Refund.Method.SOURCE and refund.state != RefundState.FAILED:
        raise DomainError("refund_under_way", "这笔退款正由支付渠道处理，失败后才能改用银行转账。")
    if refund.state == RefundState.SENT:
        raise DomainError("refund_in_file", "这笔退款在付款文件里等银行回盘，请在退款页的「付款文件」里登记结果。")
    refund.method = Refund.Method.TRANSFER
    pay_out(refund, actor, Account.BANK, reference=text)
    return refund


@transaction.atomic
def retry(refund_id: int, *, actor: Actor) -> Refund:
    """Try a failed refund again with the next round, under the same number: the provider knows it for the same."""
    refund = locked(refund_id, actor)
    actor.require(Permission.CHANNEL_WORK, refund.community_id)
    if refund.state != RefundState.FAILED or refund.method != Refund.Method.SOURCE:
        raise DomainError("not_failed", "只有失败的原路退款可以重试。")
    move(refund, RefundState.SENT, actor, tries=refund.tries + 1)
    return refund


@transaction.atomic
def cancel(refund_id: int, *, actor: Actor, reason: str) -> Refund:
    """It does not go out after all: the money is the payer's prepayment again, or the deposit it was."""
    refund = locked(refund_id, actor)
    actor.require(Permission.CHANNEL_WORK, refund.community_id)
    if refund.state not in REFUND_HELD - {RefundState.SENT} or (
        refund.state == RefundState.APPROVED and refund.method == Refund.Method.SOURCE
    ):
        raise DomainError("refund_under_way", "这笔退款正在退出，不能取消；失败后可以取消。")
    if refund.exception_id:
        raise DomainError("suspense_refund", "待查款的退款不能取消，请重试，或改用银行转账退。")
    text = limited(reason, "原因", 200)
    if not text:
        raise DomainError("reason_missing", "请写明原因。")
    assert refund.payment_id is not None
    if refund.deposit_id:
        take_back(refund.deposit_id, refund.pk, actor=actor)
    else:
        return_refund(refund.payment_id, refund.amount_fen, actor=actor, source_id=refund.pk)
    _unreserve(refund)
    move(refund, RefundState.CANCELLED, actor, failure=text)
    return refund


def sweep_refunds(limit: int = 50, *, organisation_id: int | None = None) -> int:
    """Send what is approved and ask for what is under way; returns how many were looked at."""
    due = Refund.objects.filter(method=Refund.Method.SOURCE, state__in=(RefundState.APPROVED, RefundState.SENT)).order_by("pk")
    if organisation_id is not None:
        due = due.filter(organisation_id=organisation_id)
    ids = list(due.values_list("pk", "state")[:limit])
    for refund_id, state in ids:
        try:
            if state == RefundState.APPROVED:
                send(refund_id)
            else:
                _ask(refund_id)
        except DomainError as error:
            _note(refund_id, error.text)
    return len(ids)


def _ask(refund_id: int) -> None:
    refund = Refund.objects.select_related("order__setup").get(pk=refund_id)
    assert refund.order is not None
    report = provider_of(refund.order.setup).query_refund(refund.number, refund.order.number)
    if report.said is RefundSaid.UNKNOWN:
        send(refund_id)
    else:
        _finish(refund_id, report)


__all__ = ["ProviderRefused", "RefundRequest", "approve", "ask_refund", "ask_suspense_refund", "cancel", "describe", "move",
           "paid_by_transfer", "reject", "retry", "send", "sweep_refunds"]  # fmt: skip
