"""Arrears and their ages, from the rows booked by the as-of day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import BigIntegerField, DateField, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.money.billing.public import Adjustment, Receivable, standings
from wuyefei.money.payments.public import Allocation

from ..rules import Bucket, bucket_of, days_due, end_of
from .basis import check_day, places

BATCH = 2000
TICK = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ArrearsRow:
    """One receivable that is not settled: money in fen; ``due_fen`` is the fee after adjustments, ``paid_fen`` what
    was allocated to its principal, ``days`` since the due date (negative before it)."""

    receivable_id: int
    community_id: int
    property_code: str
    payer_name: str
    item_name: str
    service_from: dt.date
    service_to: dt.date
    due_on: dt.date
    days: int
    due_fen: int
    paid_fen: int
    outstanding_fen: int
    late_fee_fen: int

    @property
    def bucket(self) -> Bucket:
        return bucket_of(self.days)


@dataclass(frozen=True, slots=True)
class Ageing:
    """Outstanding principal in one bucket."""

    bucket: Bucket
    receivables: int
    properties: int
    outstanding_fen: int


def _adjusted(before: dt.datetime, by: dt.date) -> Coalesce:
    rows = Adjustment.objects.filter(receivable_id=OuterRef("pk"), booked_at__lt=before, value_date__lte=by)
    return _sum(rows)


def _allocated(before: dt.datetime, by: dt.date) -> Coalesce:
    return _sum(_principal(before, by))


def _principal(before: dt.datetime, by: dt.date) -> QuerySet[Allocation]:
    return Allocation.objects.filter(
        receivable_id=OuterRef("pk"), part=Allocation.Part.PRINCIPAL, booked_at__lt=before, value_date__lte=by
    )


def _sum(rows: QuerySet[Adjustment] | QuerySet[Allocation]) -> Coalesce:
    total = rows.order_by().values("receivable_id").annotate(total=Sum("amount_fen")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def _booked(actor: Actor, covered: list[Community], day: dt.date) -> QuerySet[Any]:
    """The receivables booked by the end of ``day`` with ``net`` (after adjustments) and ``paid`` as of then."""
    moment = end_of(day)
    return Receivable.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=[place.pk for place in covered], booked_at__lt=moment
    ).annotate(net=F("amount_fen") + _adjusted(moment, day), paid=_allocated(moment, day))


def arrears(actor: Actor, as_of: dt.date, community_id: int | None = None) -> Iterator[ArrearsRow]:
    """Every receivable with principal or late fee unpaid as of the end of a day, by community, property and due date.

    Late fees follow the pure rule. Bills not yet due are rows as well, with negative ``days``.
    """
    check_day(as_of)
    covered = places(actor, community_id)
    moment = end_of(as_of)
    last = _principal(moment, as_of).order_by().values("receivable_id").annotate(last=Max("value_date")).values("last")
    rows = (
        _booked(actor, covered, as_of)
        .annotate(last_paid=Subquery(last, output_field=DateField()))
        .filter(Q(net__gt=F("paid")) | Q(late_fee_rate__isnull=False, last_paid__gt=F("due_on")))
        .select_related("property", "payer", "item")
    )
    return _walk(rows, covered, as_of)


def _walk(rows: QuerySet[Any], covered: list[Community], as_of: dt.date) -> Iterator[ArrearsRow]:
    for place in covered:
        ordered = rows.filter(community_id=place.pk).order_by("property__sort_key", "property_id", "due_on", "pk")
        stream = ordered.iterator(chunk_size=BATCH)
        while batch := list(islice(stream, BATCH)):
            yield from _settle(batch, as_of)


def _settle(batch: list[Receivable], as_of: dt.date) -> Iterator[ArrearsRow]:
    standing_of = standings(batch, as_of, end_of(as_of) - TICK)
    for row in batch:
        standing = standing_of[row.pk]
        if standing.outstanding_fen <= 0 and standing.payable_fen <= 0:
            continue
        yield ArrearsRow(
            row.pk, row.community_id, row.property.code, row.payer.name, row.item.name, row.service_from, row.service_to,
            row.due_on, days_due(row.due_on, as_of), standing.fee_due_fen,
            standing.fee_due_fen - standing.outstanding_fen, standing.outstanding_fen, standing.payable_fen,
        )  # fmt: skip


def ageing(actor: Actor, as_of: dt.date, community_id: int | None = None) -> list[Ageing]:
    """Outstanding principal by days since the due date; every bucket is listed, also an empty one."""
    check_day(as_of)
    open_rows = _booked(actor, places(actor, community_id), as_of).filter(net__gt=F("paid"))
    sums: dict[Bucket, int] = defaultdict(int)
    counts: dict[Bucket, int] = defaultdict(int)
    flats: dict[Bucket, set[int]] = defaultdict(set)
    grouped = open_rows.order_by().values("property_id", "due_on").annotate(left=Sum(F("net") - F("paid")), rows=Coalesce(Sum(Value(1)), 0))
    for row in grouped.iterator(chunk_size=BATCH):
        bucket = bucket_of(days_due(row["due_on"], as_of))
        sums[bucket] += int(row["left"])
        counts[bucket] += row["rows"]
        flats[bucket].add(row["property_id"])
    return [Ageing(bucket, counts[bucket], len(flats[bucket]), sums[bucket]) for bucket in Bucket]
