"""Scoped reads of sheets, and what they are computed from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from wuyefei.estate.metering.public import Dial, Photo, Reading, photo_of, photographed
from wuyefei.estate.occupancy.public import Share, payers, sharers_on
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound

from .models import Line, Sheet, Use
from .rules import Piece

_ALIKE = Line.objects.filter(
    Q(receivable__isnull=True) | Q(receivable__reversed_at__isnull=True), sheet_id=OuterRef("line__sheet_id"),
    property_id=OuterRef("line__property_id"), service_from=OuterRef("line__service_from"),
)  # fmt: skip
STANDING = Q(freed=False) & Q(Exists(_ALIKE))
"""A use that stands: its line, or that of somebody who shares it, is a draft, or billed and not reversed."""


def sheets(actor: Actor) -> QuerySet[Sheet]:
    """The sheets of the communities whose bills the actor may see."""
    rows = Sheet.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("community", "item", "made_by", "billed_by")


def get_sheet(actor: Actor, sheet_id: int) -> Sheet:
    row = sheets(actor).filter(pk=sheet_id).first()
    if row is None:
        raise NotFound()
    return row


def lines_of(sheet: Sheet) -> QuerySet[Line]:
    return Line.objects.filter(sheet=sheet).select_related("property", "payer", "receivable")


def line_of(receivable_id: int) -> Line | None:
    """The line that a receivable was booked from. For callers that have checked the receivable's place."""
    return Line.objects.filter(receivable_id=receivable_id).select_related("sheet__item", "property").first()


def photos_of_bill(receivable_id: int) -> list[Reading]:
    """The photographed readings that a bill charges, by day. For callers that have checked the bill's place."""
    ids = list(Use.objects.filter(line__receivable_id=receivable_id).values_list("reading_id", flat=True))
    rows = Reading.objects.filter(pk__in=photographed(ids)) if ids else Reading.objects.none()
    return list(rows.select_related("meter").order_by("on", "pk"))


def photo_of_bill(receivable_id: int, reading_id: int) -> Photo:
    """One of them; ``NotFound`` for any other reading. For callers that have checked the bill's place."""
    if not Use.objects.filter(line__receivable_id=receivable_id, reading_id=reading_id).exists():
        raise NotFound()
    return photo_of(reading_id)


def is_charged(reading_id: int) -> bool:
    return Use.objects.filter(STANDING, reading_id=reading_id).exists()


def payers_on(property_ids: Iterable[int], day: dt.date) -> dict[int, int]:
    """Who owes for each property on a day; those for which nobody does are left out."""
    found = payers(property_ids, Span(day, day))
    return {property_id: spans[0][0] for property_id, spans in found.items() if spans}


def shares_on(wanted: Iterable[tuple[int, dt.date]]) -> dict[tuple[int, object], list[tuple[int, Share]]]:
    """Who owes what share, by property and day; those that one payer owes are left out."""
    days: dict[dt.date, set[int]] = {}
    for property_id, day in wanted:
        days.setdefault(day, set()).add(property_id)
    return {
        (property_id, day): [(one.person_id, one.share) for one in portions]
        for day, ids in days.items() for property_id, portions in sharers_on(ids, day).items()
    }  # fmt: skip


def uncharged(community_id: int, item_id: int, meter_kind: str, until: dt.date, since: dt.date | None) -> list[Piece]:
    """The confirmed readings of a kind of meter that no standing line of the item has charged, by day."""
    charged = Use.objects.filter(STANDING, reading_id=OuterRef("pk"), item_id=item_id)
    rows = Reading.objects.filter(
        ~Exists(charged), community_id=community_id, meter__kind=meter_kind, state=Reading.State.CONFIRMED, on__lte=until,
        previous__isnull=False,
    )  # fmt: skip
    if since:
        rows = rows.filter(on__gt=since)
    found = list(rows.order_by("on", "pk").values_list(*_READ))
    by_day: dict[dt.date, set[int]] = {}
    for _pk, property_id, _meter_id, _number, _since, on, *_rest in found:
        by_day.setdefault(on, set()).add(property_id)
    owing = {day: payers_on(ids, day) for day, ids in by_day.items()}
    dials = _dials(community_id, meter_kind)
    return [
        Piece(pk, property_id, owing[on].get(property_id), number, since, on, start, end, dials[meter_id][0], used, rolled, dials[meter_id][1])
        for pk, property_id, meter_id, number, since, on, start, end, used, rolled in found
    ]  # fmt: skip


_READ = (
    "pk", "meter__property_id", "meter_id", "meter__number", "previous__on", "on", "previous__value", "value", "quantity", "rolled",
)  # fmt: skip


def _dials(community_id: int, meter_kind: str) -> dict[int, tuple[Decimal, str]]:
    """Multiplier and band of every meter of a kind."""
    rows = Dial.objects.filter(community_id=community_id, meter__kind=meter_kind)
    return {meter_id: (multiplier, band) for meter_id, multiplier, band in rows.values_list("meter_id", "multiplier", "band")}


def held_properties(community_id: int, meter_kind: str, until: dt.date) -> list[int]:
    """The properties with a doubtful reading nobody has looked at yet."""
    rows = Reading.objects.filter(community_id=community_id, meter__kind=meter_kind, state=Reading.State.HELD, on__lte=until)
    return sorted(set(rows.values_list("meter__property_id", flat=True)))


def used_before(item_id: int, property_ids: Collection[int], stage_from: dt.date) -> dict[int, Decimal]:
    """What each property was charged for in the stage that began on ``stage_from``, by standing lines."""
    rows = Line.objects.filter(property_id__in=property_ids, sheet__item_id=item_id, sheet__terms__stage_from=str(stage_from))
    rows = rows.filter(sheet__kind=Sheet.Kind.METERED).filter(Q(receivable__isnull=True) | Q(receivable__reversed_at__isnull=True))
    sums = rows.exclude(sheet__state=Sheet.State.DISCARDED).values_list("property_id").annotate(Sum("quantity")).order_by()
    return dict(sums)
