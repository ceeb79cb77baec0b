"""Money on its way back to its payer (product rows C4, D5): out of what bills had of it, out of prepayment, into 待退款.

Where it goes from there, and whether it arrives, is known to the room above that sends it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, refresh
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import Allocation, Payment, Prepayment
from ..queries import balance_fen
from ..rules import Part
from .reversing import check_reversal
from .take import lock_prepaid, prepayment_row

RELEASE_KIND, HOLD_KIND, RETURN_KIND = "payment.release", "payment.refund_hold", "payment.refund_return"


class NothingToGiveBack(DomainError):
    code = "nothing_to_give_back"
    message = "可以退的只有 {held} 元（预存加上勾选的账单），不够退 {asked} 元；请勾选要撤销核销的账单，或减少退款金额。"


@dataclass(frozen=True, slots=True)
class Held:
    """What was set aside for a refund, in fen: ``released_fen`` of it came back out of bills."""

    amount_fen: int
    released_fen: int


@transaction.atomic
def hold_refund(payment_id: int, amount_fen: int, receivable_ids: Collection[int], *, actor: Actor, source_id: int) -> Held:
    """Set ``amount_fen`` of a payment aside for its payer, first undoing its allocations to the bills named.

    Called on approval, which checks the permission. Raises ``NothingToGiveBack`` where the prepayment does not suffice.
    """
    payment = locked_payment(payment_id, actor)
    released = release(payment, receivable_ids, actor)
    lock_prepaid(payment.payer_id)
    held = balance_fen(payment.payer_id, payment.property_id)
    if held < amount_fen:
        raise NothingToGiveBack(held=yuan_text(held), asked=yuan_text(amount_fen))
    _move(payment, -amount_fen, HOLD_KIND, source_id, actor)
    return Held(amount_fen, released)


@transaction.atomic
def return_refund(payment_id: int, amount_fen: int, *, actor: Actor, source_id: int) -> None:
    """What was set aside does not go out after all: it is the payer's prepayment again."""
    payment = locked_payment(payment_id, actor)
    lock_prepaid(payment.payer_id)
    _move(payment, amount_fen, RETURN_KIND, source_id, actor)


def locked_payment(payment_id: int, actor: Actor) -> Payment:
    payment = (
        Payment.objects.select_for_update(of=("self",))
        .filter(pk=payment_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if payment is None:
        raise NotFound()
    if payment.voided_at:
        raise DomainError("payment_voided", "这笔收款已经作废。")
    return payment


def _move(payment: Payment, fen: int, kind: str, source_id: int, actor: Actor) -> None:
    prepayment_row(payment, Prepayment.Kind.REFUND, fen, clock.now()).save()
    postings = [Posting(Account.PREPAID, -fen), Posting(Account.REFUNDING, fen)]
    post(kind, source_id, postings, actor=actor, community_id=payment.community_id, memo=f"收款 {payment.pk} 退款")


def release(payment: Payment, receivable_ids: Collection[int], actor: Actor) -> int:
    """Each allocation to the bills gets its exact negative, valued as the original; the sum becomes prepayment."""
    rows = list(
        payment.allocations.filter(reverses__isnull=True, reversed_by__isnull=True, receivable_id__in=receivable_ids).order_by("pk")
    )
    if not rows:
        return 0
    check_reversal(rows)
    bills = list(Receivable.objects.select_for_update().filter(pk__in={row.receivable_id for row in rows}).order_by("pk"))
    now = clock.now()
    Allocation.objects.bulk_create(
        [
            Allocation(organisation_id=row.organisation_id, community_id=row.community_id, payment=payment,
                       receivable_id=row.receivable_id, part=row.part, amount_fen=-row.amount_fen, tax_fen=-row.tax_fen,
                       value_date=row.value_date, booked_at=now, reverses=row)
            for row in rows
        ]
    )  # fmt: skip
    refresh(bills)
    late = sum(row.amount_fen for row in rows if row.part == Part.LATE_FEE)
    tax = sum(row.tax_fen for row in rows)
    total = sum(row.amount_fen for row in rows)
    prepayment_row(payment, Prepayment.Kind.RELEASED, total, now).save()
    postings = [Posting(Account.RECEIVABLE, total - late), Posting(Account.LATE_FEE, late - tax), Posting(Account.TAX, tax), Posting(Account.PREPAID, -total)]
    post(RELEASE_KIND, payment.pk, postings, actor=actor, community_id=payment.community_id, memo=f"撤销收款 {payment.pk} 的核销")
    audit.record(actor, "payment.release", payment, after={"amount_fen": total, "bills": sorted({row.receivable_id for row in rows})})
    return total
