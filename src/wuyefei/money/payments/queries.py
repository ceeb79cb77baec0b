"""Scoped reads of payments, and what billing asks about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import Change

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


_PRINCIPAL = """
SELECT receivable_id, value_date, amount_fen FROM payments_allocation
WHERE receivable_id = ANY(%s) AND part = 'principal' AND (%s::timestamptz IS NULL OR booked_at <= %s) ORDER BY id
"""
_LATE_FEE = """
SELECT receivable_id, sum(amount_fen) FROM payments_allocation
WHERE receivable_id = ANY(%s) AND part = 'late_fee' AND (%s::timestamptz IS NULL OR booked_at <= %s) GROUP BY 1
"""


def _booked(statement: str, ids: list[int], booked_by: dt.datetime | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, booked_by, booked_by])
        return cursor.fetchall()


def principal_changes(ids: list[int], booked_by: dt.datetime | None) -> Iterator[tuple[int, Change]]:
    """What payments changed of receivables' principal, by value date."""
    for receivable_id, on, fen in _booked(_PRINCIPAL, ids, booked_by):
        yield receivable_id, Change(on, -fen)


def late_fee_settled(ids: list[int], booked_by: dt.datetime | None) -> Iterator[tuple[int, int]]:
    """What payments settled of receivables' late fee, in sum."""
    for receivable_id, fen in _booked(_LATE_FEE, ids, booked_by):
        yield receivable_id, int(fen)
