"""Scoped reads of payments, and what billing asks about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import prepared

from .models import Allocation, Payment, Prepayment


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


SETTLED_SQL = """
(SELECT receivable_id, CASE part WHEN 'principal' THEN 'change' ELSE 'settled' END, value_date, NULL::date,
  CASE part WHEN 'principal' THEN -amount_fen ELSE amount_fen END
FROM payments_allocation WHERE receivable_id = ANY(%(ids)s) AND part IN ('principal', 'late_fee')
  AND (%(booked_by)s::timestamptz IS NULL OR booked_at <= %(booked_by)s) ORDER BY id)
"""
"""What payments changed of receivables' principal, by value date, and what they settled of the late fee."""


_PAID_BY = """
SELECT coalesce(sum(amount_fen), 0), count(*) FROM payments_payment WHERE payer_id = %s AND property_id = ANY(%s)
  AND booked_at >= %s AND booked_at < %s AND voided_at IS NULL AND kind <> 'opening'"""


def paid_by(payer_id: int, property_ids: Collection[int], since: dt.datetime, before: dt.datetime) -> tuple[int, int]:
    """What a payer paid at these properties in a time, in fen, and in how many payments: not what was voided, nor what was
    brought along from before. For callers that have checked the place."""
    with prepared.cursor() as found:
        found.execute(_PAID_BY, [payer_id, list(property_ids), since, before])
        fen, count = found.fetchone()
    return int(fen), int(count)
