"""Scoped reads of payments, and what billing asks about them."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import prepared
from wuyefei.money.billing.public import Change

from .models import Allocation, Payment, Prepayment
from .rules import Part


def payments(actor: Actor) -> QuerySet[Payment]:
    """The payments of the communities whose payments the actor may see."""
    return Payment.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def get_payment(actor: Actor, payment_id: int) -> Payment:
    payment = (
        payments(actor).select_related("payer", "property", "receipt", "booked_by", "community").filter(pk=payment_id).first()
    )
    if payment is None:
        raise NotFound()
    return payment


def balance_fen(payer_id: int, property_id: int) -> int:
    """The prepayment held for a payer and property."""
    return Prepayment.objects.filter(payer_id=payer_id, property_id=property_id).aggregate(s=Sum("amount_fen"))["s"] or 0


def allocations_of(actor: Actor, receivable_id: int) -> QuerySet[Allocation]:
    """The life of a receivable's settlement, oldest first."""
    return (
        Allocation.objects.filter(
            receivable_id=receivable_id,
            organisation_id=actor.organisation_id,
            community_id__in=actor.communities(Permission.PAYMENT_VIEW),
        )
        .select_related("payment__receipt")
        .order_by("id")
    )


_SETTLED = """
SELECT receivable_id, part, value_date, amount_fen FROM payments_allocation
WHERE receivable_id = ANY(%s) AND (%s::timestamptz IS NULL OR booked_at <= %s) ORDER BY id
"""


def settlements(ids: list[int], booked_by: dt.datetime | None) -> tuple[list[tuple[int, Change]], list[tuple[int, int]]]:
    """What payments changed of receivables' principal, by value date, and what they settled of the late fee."""
    with prepared.cursor() as cursor:
        cursor.execute(_SETTLED, [ids, booked_by, booked_by])
        rows = cursor.fetchall()
    principal = [(receivable_id, Change(on, -fen)) for receivable_id, part, on, fen in rows if part == Part.PRINCIPAL]
    late_fee = [(receivable_id, fen) for receivable_id, part, _, fen in rows if part == Part.LATE_FEE]
    return principal, late_fee
