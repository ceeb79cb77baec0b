"""Scoped reads of payments, and what billing asks about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

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


def _booked(ids: list[int], booked_by: dt.datetime | None, part: str) -> QuerySet[Allocation]:
    rows = Allocation.objects.filter(receivable_id__in=ids, part=part)
    return rows if booked_by is None else rows.filter(booked_at__lte=booked_by)


def principal_changes(ids: list[int], booked_by: dt.datetime | None) -> Iterator[tuple[int, Change]]:
    """What payments changed of receivables' principal, by value date."""
    rows = _booked(ids, booked_by, Allocation.Part.PRINCIPAL).order_by("id")
    for receivable_id, on, fen in rows.values_list("receivable_id", "value_date", "amount_fen"):
        yield receivable_id, Change(on, -fen)


def late_fee_settled(ids: list[int], booked_by: dt.datetime | None) -> Iterator[tuple[int, int]]:
    """What payments settled of receivables' late fee, in sum."""
    rows = _booked(ids, booked_by, Allocation.Part.LATE_FEE).values("receivable_id").annotate(s=Sum("amount_fen"))
    for row in rows:
        yield row["receivable_id"], row["s"]
