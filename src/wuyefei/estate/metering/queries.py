"""Reads of dials, readings and use."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from wuyefei.estate.properties.public import Meter, meters
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import Dial, Photo, Reading
from .rules import USUAL_OF

LIVE = ~Q(state=Reading.State.VOID)


@dataclass(frozen=True, slots=True)
class Stop:
    """One meter on the round: what it last showed, what it usually uses a day, and what was read since ``begun``."""

    meter: Meter
    multiplier: Decimal
    digits: int
    last: Reading
    usual: Decimal | None
    done: Reading | None
    band: str = ""
    """The part of the day whose use it counts, in words."""


def readings(actor: Actor) -> QuerySet[Reading]:
    """The readings of the communities whose estate the actor may see, void ones included."""
    return Reading.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    )


def get_reading(actor: Actor, reading_id: int) -> Reading:
    row = readings(actor).select_related("meter__property", "read_by").filter(pk=reading_id).first()
    if row is None:
        raise NotFound()
    return row


def photographed(reading_ids: Collection[int]) -> set[int]:
    """Those of the readings that have a photograph. For callers that have checked their place."""
    return set(Photo.objects.filter(reading_id__in=reading_ids).values_list("reading_id", flat=True))


def photo_of(reading_id: int) -> Photo:
    """A reading's photograph; ``NotFound`` without one. For callers that have checked the reading's place."""
    row = Photo.objects.filter(reading_id=reading_id).first()
    if row is None:
        raise NotFound()
    return row


def dials_of(meter_ids: Collection[int]) -> dict[int, Dial]:
    return {dial.meter_id: dial for dial in Dial.objects.filter(meter_id__in=meter_ids).select_related("meter")}


def latest_of(meter_ids: Collection[int]) -> dict[int, Reading]:
    """The last reading of each meter that is not void."""
    rows = Reading.objects.filter(LIVE, meter_id__in=meter_ids).select_related("previous").order_by("meter_id", "-on").distinct("meter_id")
    return {row.meter_id: row for row in rows}


def usual_of(meter_ids: Collection[int]) -> dict[int, list[Decimal]]:
    """The daily uses of each meter's last stretches, the latest last; settled estimates left out.

    A meter that was replaced hands its use on to its successor.
    """
    before = dict(Dial.objects.filter(meter_id__in=meter_ids, replaces__isnull=False).values_list("meter_id", "replaces_id"))
    wanted = {*meter_ids, *before.values()}
    rows = (
        Reading.objects.filter(state=Reading.State.CONFIRMED, meter_id__in=wanted, previous__isnull=False)
        .exclude(previous__source=Reading.Source.ESTIMATED)
        .order_by("meter_id", "on")
        .values_list("meter_id", "quantity", "on", "previous__on")
    )
    found: dict[int, list[Decimal]] = defaultdict(list)
    for meter_id, quantity, on, since in rows:
        if on > since:
            found[meter_id].append(quantity / (on - since).days)
    return {meter_id: [*found[before.get(meter_id, 0)], *found[meter_id]][-USUAL_OF:] for meter_id in meter_ids}


def kinds(actor: Actor, community_id: int) -> list[str]:
    """The kinds of meters in a community that are still in use."""
    rows = meters(actor).filter(community_id=community_id, ended_on__isnull=True)
    return sorted(set(rows.values_list("kind", flat=True)))


def on_round(actor: Actor, community_id: int, kind: str) -> QuerySet[Meter]:
    """The meters of a kind in the order of the round: building, entrance, floor, number; only those with a dial."""
    dialled = Dial.objects.filter(meter_id=OuterRef("pk")).values("pk")
    rows = meters(actor).filter(community_id=community_id, kind=kind, ended_on__isnull=True)
    return (
        rows.annotate(dial=Subquery(dialled)).filter(dial__isnull=False)
        .select_related("property__building", "property__entrance").order_by("property__sort_key", "number", "pk")
    )  # fmt: skip


def without_dial(actor: Actor, community_id: int, kind: str) -> QuerySet[Meter]:
    """The meters of a kind that nobody can read yet: no opening figure is known."""
    dialled = Dial.objects.filter(meter_id=OuterRef("pk")).values("pk")
    rows = meters(actor).filter(community_id=community_id, kind=kind, ended_on__isnull=True)
    return rows.annotate(dial=Subquery(dialled)).filter(dial__isnull=True).select_related("property").order_by(
        "property__sort_key", "number", "pk"
    )


def _read_since(begun: dt.date) -> Exists:
    return Exists(Reading.objects.filter(LIVE, meter_id=OuterRef("pk"), on__gte=begun).exclude(source=Reading.Source.OPENED))


def unread(rows: QuerySet[Meter], begun: dt.date) -> QuerySet[Meter]:
    """Those of a round that nobody has read since ``begun``."""
    return rows.filter(~_read_since(begun))


def progress(rows: QuerySet[Meter], begun: dt.date) -> tuple[int, int]:
    """(read since ``begun``, all) of a round."""
    return rows.filter(_read_since(begun)).count(), rows.count()


def middle(daily: list[Decimal]) -> Decimal | None:
    """The usual daily use: the middle one of the last stretches; None without any."""
    return sorted(daily)[len(daily) // 2] if daily else None


def usual_middle(meter_ids: Collection[int]) -> dict[int, Decimal | None]:
    """What each meter usually uses a day."""
    return {meter_id: middle(daily) for meter_id, daily in usual_of(meter_ids).items()}


def successor_of(meter_id: int) -> Dial | None:
    """The dial of the meter that took this one's place."""
    return Dial.objects.filter(replaces_id=meter_id).select_related("meter").first()


def stops(found: Collection[Meter], begun: dt.date) -> list[Stop]:
    """The facts of a page of the round: ``found`` in its order; read since ``begun`` counts as done."""
    ids = [meter.pk for meter in found]
    dials, last, usual = dials_of(ids), latest_of(ids), usual_of(ids)
    listed = []
    for meter in found:
        row, daily = last[meter.pk], usual[meter.pk]
        done = row if row.on >= begun and row.source != Reading.Source.OPENED else None
        dial = dials[meter.pk]
        listed.append(Stop(meter, dial.multiplier, dial.digits, row, middle(daily), done, dial.get_band_display()))
    return listed


def history_of(actor: Actor, meter_id: int) -> QuerySet[Reading]:
    """A meter's readings, the latest first, void ones included."""
    return readings(actor).filter(meter_id=meter_id).select_related("read_by", "settled_by", "previous").order_by("-on", "-pk")


def held(actor: Actor) -> QuerySet[Reading]:
    """Doubtful readings that wait for a look."""
    rows = readings(actor).filter(state=Reading.State.HELD)
    return rows.select_related("meter__property", "community", "previous", "read_by").order_by("on", "pk")
