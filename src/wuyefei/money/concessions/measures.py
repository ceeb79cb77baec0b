"""Scoped reads of emergency policies, and what they came to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import (
    Adjustment,
    Convention,
    LateFeeHold,
    Receivable,
    late_fee_stopped,
    thawed_prices,
)

from .models import ExtraService, Measure, MeasureBill, MeasurePlace
from .rules.emergency import Billed, Terms


def measures(actor: Actor) -> QuerySet[Measure]:
    """The measures that hold in a community whose bills the actor may see."""
    here = MeasurePlace.objects.filter(measure=OuterRef("pk"), community_id__in=actor.communities(Permission.BILLING_VIEW))
    return Measure.objects.filter(Exists(here), organisation_id=actor.organisation_id).select_related("made_by", "agreed_by")


def get_measure(actor: Actor, measure_id: int) -> Measure:
    row = measures(actor).filter(pk=measure_id).first()
    if row is None:
        raise NotFound()
    return row


def terms_of(row: Measure) -> Terms:
    return Terms(Span(row.starts_on, row.ends_on), row.deferral_months, row.percent, tuple(row.kinds))


def places_of(row: Measure) -> list[int]:
    return list(row.places.order_by("community_id").values_list("community_id", flat=True))


def words_of(row: Measure) -> str:
    """What the owner reads beside the sum taken off."""
    return f"{row.name}：{row.starts_on} 至 {row.ends_on} 减 {row.percent}%"


def ref_of(row: Measure) -> str:
    return f"measure:{row.pk}"


def concerned(row: Measure, community_id: int) -> QuerySet[Receivable]:
    """The receivables of a community that a measure concerns and has not treated yet. A bill cut by a transfer brings its part of
    what was granted along, and is not treated again."""
    done = MeasureBill.objects.filter(measure=row, receivable=OuterRef("pk"))
    brought = Adjustment.objects.filter(receivable=OuterRef("pk"), reason=words_of(row))
    rests = LateFeeHold.objects.filter(receivable=OuterRef("pk"), source_ref=ref_of(row))
    days = Q(service_from__lte=row.ends_on, service_to__gte=row.starts_on) | Q(due_on__range=(row.starts_on, row.ends_on))
    rows = Receivable.objects.filter(days, ~Exists(done), ~Exists(brought), ~Exists(rests), community_id=community_id, reversed_at__isnull=True, outstanding_fen__gt=0)
    return (rows.filter(property__kind__in=row.kinds) if row.kinds else rows).order_by("pk")


def as_billed(row: Receivable, within: Span) -> Billed:
    """A receivable, read with its item, for the rule of a measure over these days. Its prices are worth reading only where some
    of its days lie outside: else its amount is the list price."""
    days = Span(row.service_from, row.service_to)
    return Billed(
        days, row.due_on, row.amount_fen, row.outstanding_fen, row.quantity, [] if within.overlap(days) == days else thawed_prices(row.prices),
        Convention(row.convention), row.late_fee_rate is not None, row.item.nature == ChargeItem.Nature.INCOME,
    )  # fmt: skip


@dataclass(slots=True)
class Came:
    """What a measure came to in a community; money in fen. ``stopped_fen``: the late fee that did not run. ``paid_fen``: what of
    the bills has been paid since."""

    name: str
    bills: int = 0
    base_fen: int = 0
    off_fen: int = 0
    stopped_fen: int = 0
    due_fen: int = 0
    open_fen: int = 0
    services: int = 0
    service_fen: int = 0

    def include(self, other: Came) -> None:
        """Add another's sums."""
        for one in fields(self):
            if one.name != "name":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def paid_fen(self) -> int:
        return self.due_fen - self.open_fen

    @property
    def cost_fen(self) -> int:
        return self.off_fen + self.stopped_fen + self.service_fen


def came_to(actor: Actor, row: Measure, today: dt.date) -> list[Came]:
    """The effect of a measure in each of the actor's communities, in order of their names."""
    seen = actor.communities(Permission.BILLING_VIEW)
    places = row.places.filter(community_id__in=seen).select_related("community").order_by("community__sort_key", "community_id")
    found = {place.community_id: Came(place.community.name) for place in places}
    bills = list(row.bills.filter(community_id__in=found).select_related("receivable"))
    stopped = _stopped(bills, today)
    for bill in bills:
        one, debt = found[bill.community_id], bill.receivable
        one.bills += 1
        one.base_fen += bill.base_fen
        one.off_fen += bill.off_fen
        one.stopped_fen += stopped.get(bill.hold_id or 0, 0)
        if debt.reversed_at is None:
            one.due_fen += debt.amount_fen - bill.off_fen
            one.open_fen += debt.outstanding_fen
    sums = row.services.filter(community_id__in=found).values_list("community_id").annotate(Sum("times"), Sum("cost_fen")).order_by()
    for community_id, times, cost in sums:
        found[community_id].services, found[community_id].service_fen = times, cost
    return list(found.values())


def _stopped(bills: Iterable[MeasureBill], today: dt.date) -> dict[int, int]:
    return late_fee_stopped([(bill.receivable, bill.hold_id) for bill in bills if bill.hold_id is not None], today)


def services_of(actor: Actor, row: Measure) -> list[ExtraService]:
    """The extra service given in the actor's communities, the latest first."""
    rows = row.services.filter(community_id__in=actor.communities(Permission.BILLING_VIEW))
    return list(rows.select_related("community", "made_by").order_by("-on", "-pk")[:200])
