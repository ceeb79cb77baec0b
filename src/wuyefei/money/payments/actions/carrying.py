"""Money that follows a bill cut again, and prepayment that goes to the next owner (product row A4).

What a bill had received becomes prepayment again and settles the part of its payer, valued on the day it was paid:
nobody is late by a correction. Nothing comes in or goes out, so no receipt is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, open_bills, refresh
from wuyefei.money.ledger.public import post

from ..models import Allocation, Payment, Prepayment, Tender
from ..queries import balance_fen
from ..rules import allocate_payment
from .giving_back import release
from .reversing import check_reversal
from .take import allocation_row, as_bills, lock_prepaid, payment_postings, prepayment_row


class PrepaymentGone(DomainError):
    code = "prepayment_gone"
    message = "预存余额只有 {held} 元，少于要转的 {wanted} 元，请刷新后重新办理。"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a payment had settled of a bill: it is now prepayment of ``payer_id`` for ``property_id``."""

    payer_id: int
    property_id: int
    value_date: dt.date
    amount_fen: int


def _live(receivable_ids: Iterable[int]) -> list[Allocation]:
    rows = Allocation.objects.filter(
        receivable_id__in=list(receivable_ids), reverses__isnull=True, reversed_by__isnull=True
    )
    return list(rows.select_related("payment").order_by("payment_id", "pk"))


def paid_towards(receivable_ids: Iterable[int]) -> dict[int, int]:
    """What each bill has received, late fee included. For callers that have checked the place."""
    found: dict[int, int] = {}
    for row in _live(receivable_ids):
        found[row.receivable_id] = found.get(row.receivable_id, 0) + row.amount_fen
    return found


def lock_payments_of(receivable_ids: Iterable[int]) -> None:
    """Lock the payments that settle the bills: like every undoing, before the bills themselves."""
    ids = {row.payment_id for row in _live(receivable_ids)}
    list(Payment.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def release_bill(receivable_id: int, *, actor: Actor) -> list[Carried]:
    """Undo all that payments settled of a bill; it becomes prepayment. Oldest payment first.

    Called on approval, which checks the permission.
    """
    ids = sorted({row.payment_id for row in _live([receivable_id])})
    found = []
    for payment in Payment.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"):
        total = release(payment, [receivable_id], actor)
        found.append(Carried(payment.payer_id, payment.property_id, payment.value_date, total))
    return sorted(found, key=lambda one: one.value_date)


@transaction.atomic
def carry(carried: Iterable[Carried], receivable_id: int, *, actor: Actor, remark: str = "账单拆分，原收款转入") -> int:
    """Settle a bill from what was released, each part valued as it was; what is too much stays prepayment.

    Returns the sum settled in fen. Raises ``PrepaymentGone`` where the prepayment has been spent.
    """
    settled_fen = 0
    for one in carried:
        (bill,) = Receivable.objects.select_for_update(of=("self",)).filter(pk=receivable_id)
        lock_prepaid(one.payer_id)
        held = balance_fen(one.payer_id, one.property_id)
        if held < one.amount_fen:
            raise PrepaymentGone(held=yuan_text(held), wanted=yuan_text(one.amount_fen))
        settled, left = allocate_payment(one.amount_fen, as_bills(open_bills(actor, one.value_date, receivable_ids=[bill.pk])))
        if not settled:
            continue
        used, now = one.amount_fen - left, clock.now()
        payment = Payment.objects.create(
            organisation_id=bill.organisation_id, community_id=bill.community_id, payer_id=one.payer_id,
            property_id=one.property_id, kind=Payment.Kind.OFFSET, amount_fen=used, value_date=one.value_date, booked_at=now,
            booked_by_id=actor.user_id, remark=remark,
        )  # fmt: skip
        Tender.objects.create(payment=payment, method=Tender.Method.PREPAID, amount_fen=used)
        prepayment_row(payment, Prepayment.Kind.SPENT, -used).save()
        Allocation.objects.bulk_create([allocation_row(payment, part) for part in settled])
        refresh([bill])
        post("payment.carry", payment.pk, payment_postings({Tender.Method.PREPAID: used}, settled, 0), actor=actor,
             community_id=bill.community_id, memo=f"原收款转入应收 {bill.pk}", booked_at=now)  # fmt: skip
        audit.record(actor, "payment.carry", payment, after={"bill": bill.pk, "amount_fen": used})
        settled_fen += used
    return settled_fen


@transaction.atomic
def move_prepayment(from_id: int, to_id: int, property_id: int, amount_fen: int, *, actor: Actor) -> None:
    """Prepayment for a property becomes another payer's. No entry: the account holds what it held.

    Called on approval, which checks the permission. Raises ``PrepaymentGone``.
    """
    for payer_id in sorted({from_id, to_id}):
        lock_prepaid(payer_id)
    held = balance_fen(from_id, property_id)
    if held < amount_fen:
        raise PrepaymentGone(held=yuan_text(held), wanted=yuan_text(amount_fen))
    last = Prepayment.objects.filter(payer_id=from_id, property_id=property_id, amount_fen__gt=0).order_by("-pk").first()
    assert last is not None
    payment, now = last.payment, clock.now()
    for payer_id, fen in ((from_id, -amount_fen), (to_id, amount_fen)):
        Prepayment.objects.create(
            organisation_id=payment.organisation_id, community_id=payment.community_id, payer_id=payer_id, property_id=property_id,
            payment=payment, kind=Prepayment.Kind.MOVED, amount_fen=fen, value_date=clock.today(), booked_at=now,
        )  # fmt: skip
    audit.record(actor, "payment.move_prepaid", payment, after={"from": from_id, "to": to_id, "amount_fen": amount_fen})


def held_fast(receivable_ids: Iterable[int]) -> set[int]:
    """The bills whose payments cannot be taken out of them as they are: a room above says so (an invoice stands on them). For
    callers that have checked the place."""
    by_bill: dict[int, list[Allocation]] = {}
    for row in _live(receivable_ids):
        by_bill.setdefault(row.receivable_id, []).append(row)
    return {pk for pk, rows in by_bill.items() if not _free(rows)}


def _free(rows: list[Allocation]) -> bool:
    try:
        check_reversal(rows)
    except DomainError:
        return False
    return True
