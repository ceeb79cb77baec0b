"""Undoing a payment, by a second person (product rows C7, D3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, refresh
from wuyefei.money.ledger.public import Posting, post
from wuyefei.money.receipts.public import void as void_receipt

from ..models import Allocation, Payment, Prepayment
from ..queries import balance_fen
from ..rules import Part, Settled
from .reversing import check_reversal
from .take import lock_prepaid, payment_postings, prepayment_row

VOID_KIND = "payment.void"
UNDONE_OTHERWISE = (Prepayment.Kind.RELEASED, Prepayment.Kind.REFUND, Prepayment.Kind.MOVED)


_checks: dict[str, Callable[[Payment], None]] = {}


def register_void_check(name: str, check: Callable[[Payment], None]) -> None:
    """A room above says, by raising, which payments are undone in its own way only. Called in ``AppConfig.ready``."""
    _checks[name] = check


_bars: dict[str, Callable[[Payment], None]] = {}


def register_undo_bar(name: str, bar: Callable[[Payment], None]) -> None:
    """A room above says, by raising, which payments cannot be undone at all any more, whichever way: asked again under
    the payment's lock. Called in ``AppConfig.ready``."""
    _bars[name] = bar


class PrepaymentSpent(DomainError):
    code = "prepayment_spent"
    message = "这笔收款转入的预存已被使用，余额只有 {held} 元，不能作废；请先作废使用它的收款。"


def _locked(payment_id: int, actor: Actor) -> Payment:
    payment = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("receipt")
        .filter(pk=payment_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if payment is None:
        raise NotFound()
    if payment.voided_at:
        raise DomainError("payment_voided", "这笔收款已经作废。")
    if payment.kind == Payment.Kind.ONLINE:
        raise DomainError("payment_online", "线上收款的钱已经到账，不能作废；需要退回时请申请退款。")
    if payment.prepayments.filter(kind__in=UNDONE_OTHERWISE).exists():
        raise DomainError("payment_refunded", "这笔收款已撤销核销、转移或退款，不能作废；请用退款退回余下的钱。")
    return payment


@transaction.atomic
def ask_void(payment_id: int, *, actor: Actor, reason: str) -> Request:
    """The cashier asks; somebody else decides."""
    payment = _locked(payment_id, actor)
    actor.require(Permission.PAYMENT_VOID_REQUEST, payment.community_id)
    for check in (*_checks.values(), *_bars.values()):
        check(payment)
    check_reversal(list(payment.allocations.filter(reverses__isnull=True)))
    return approvals.ask(
        VOID_KIND, payment, actor=actor, community_id=payment.community_id, reason=reason, amount_fen=payment.amount_fen,
        payload={"payment": payment.pk, "amount_fen": payment.amount_fen,
                 "receipt": payment.receipt.number if payment.receipt else ""},
    )  # fmt: skip


def void(request: Request, actor: Actor) -> None:
    """Carried out on approval."""
    undo_payment(request.subject_id, request.reason, actor=actor)


@transaction.atomic
def undo_payment(payment_id: int, reason: str, *, actor: Actor) -> Payment:
    """Every allocation gets its negative, valued as the original, so that principal is owed again from that day; the
    entry is reversed, the receipt keeps its number and is void. Called on approval, which checks the permission."""
    payment = _locked(payment_id, actor)
    for bar in _bars.values():
        bar(payment)
    rows = list(payment.allocations.filter(reverses__isnull=True).order_by("receivable_id"))
    check_reversal(rows)
    bills = list(
        Receivable.objects.select_for_update().filter(pk__in={row.receivable_id for row in rows}).order_by("pk")
    )
    now = clock.now()
    Allocation.objects.bulk_create(
        [
            Allocation(organisation_id=row.organisation_id, community_id=row.community_id, payment=payment,
                       receivable_id=row.receivable_id, part=row.part, amount_fen=-row.amount_fen, tax_fen=-row.tax_fen,
                       value_date=row.value_date, booked_at=now, reverses=row)
            for row in rows
        ]
    )  # fmt: skip
    left = _return_prepayment(payment)
    refresh(bills)
    tenders: dict[str, int] = defaultdict(int)
    for tender in payment.tenders.all():
        tenders[tender.method] += tender.amount_fen
    settled = [Settled(row.receivable_id, Part(row.part), row.amount_fen, row.tax_fen) for row in rows]
    postings = [Posting(leg.account, -leg.amount_fen) for leg in payment_postings(tenders, settled, left)]
    post("payment.void", payment.pk, postings, actor=actor, community_id=payment.community_id, memo=f"作废收款 {payment.pk}")
    payment.voided_at = now
    payment.save(update_fields=["voided_at"])
    if payment.receipt:
        void_receipt(payment.receipt, actor=actor, reason=reason)
    audit.record(actor, "payment.void", payment, before={"amount_fen": payment.amount_fen}, reason=reason)
    audit.publish(actor, "payment.voided", community_id=payment.community_id, payment=payment.pk)
    return payment


def _return_prepayment(payment: Payment) -> int:
    """Take back what the payment had put into prepayment and give back what it had spent; returns the former."""
    moves = list(payment.prepayments.all())
    net = sum(move.amount_fen for move in moves)
    if moves:
        lock_prepaid(payment.payer_id)
        held = balance_fen(payment.payer_id, payment.property_id)
        if held < net:
            raise PrepaymentSpent(held=yuan_text(held))
        if net:
            prepayment_row(payment, Prepayment.Kind.VOID, -net, clock.now()).save()
    return sum(move.amount_fen for move in moves if move.amount_fen > 0)
