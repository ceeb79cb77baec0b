"""Dials, readings, replacements, and the second look at what is doubtful."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.db import connection, transaction

from wuyefei.estate.properties.public import Ended, Meter, MeterRow, create_meter, end_meter, get_meter
from wuyefei.estate.tariffs.public import (
    DOUBT_NAMES,
    Doubt,
    Figure,
    Source,
    Stretch,
    check_dial,
    doubts,
    estimate,
    stretch,
)
from wuyefei.estate.tariffs.public import Dial as DialFacts
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.pictures import read_picture

from .models import Dial, Photo, Reading
from .queries import dials_of, latest_of, readings, usual_of
from .rules import (
    Doubtful,
    FutureReading,
    HasDial,
    HeldBefore,
    Installed,
    NoDial,
    NotLatest,
    OtherFigure,
    ReadingBilled,
    ReadingRow,
    WrongReadingState,
)

METER_LOCK = 0x77790003
_billed: list[Callable[[int], bool]] = []


def register_use_check(billed: Callable[[int], bool]) -> None:
    """A higher room says whether a reading (by id) has been billed."""
    _billed.append(billed)


def lock_readings(community_id: int) -> None:
    """Hold a community's readings as they are to the end of the transaction."""
    _lock(community_id)


def _lock(community_id: int) -> None:
    """One writer of a community's readings at a time: a round is short, and its meters hang together by replacement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [METER_LOCK, community_id % 2**31])


def _day(value: dt.date) -> dt.date:
    day = parse_day(value, "抄表日")
    if day > clock.today():
        raise FutureReading(day=day)
    return day


def _facts(dial: Dial) -> DialFacts:
    return DialFacts(dial.meter.number, dial.multiplier, dial.digits)


def _figure(row: Reading) -> Figure:
    return Figure(row.on, row.value, Source(row.source), row.rolled)


@transaction.atomic
def install(meter_id: int, found: Installed, *, actor: Actor, replaces: Meter | None = None) -> Dial:
    """Say what a meter's dial means and what it showed when it was put on. Raises ``HasDial``, ``Invalid``."""
    meter = _present(meter_id, actor)
    _lock(meter.community_id)
    if Dial.objects.filter(meter=meter).exists():
        raise HasDial(meter=meter.number)
    check_dial(DialFacts(meter.number, found.multiplier, found.digits))
    if not found.value.is_finite() or not 0 <= found.value < Decimal(10) ** found.digits:
        raise Invalid(field="底数", reason="不能是负数，也不能超过表盘位数")
    if found.band and found.band not in Dial.Band.values:
        raise Invalid(field="时段", reason="应为尖、峰、平、谷，或不分时")
    day = _day(found.on)
    dial = Dial.objects.create(
        organisation_id=meter.organisation_id, community_id=meter.community_id, meter=meter, multiplier=found.multiplier,
        digits=found.digits, band=found.band, replaces=replaces,
    )  # fmt: skip
    _row(meter, None, Figure(day, found.value, Source.OPENED), None, [], "", actor).save()
    after = {
        "on": day, "value": found.value, "multiplier": found.multiplier, "digits": found.digits,
        **({"band": found.band} if found.band else {}),
    }  # fmt: skip
    audit.record(actor, "meter.install", meter, after=after)
    return dial


def _present(meter_id: int, actor: Actor) -> Meter:
    meter = get_meter(actor, meter_id)
    actor.require(Permission.METER_READ, meter.community_id)
    if meter.ended_on:
        raise Ended(what="仪表", name=meter.number, day=meter.ended_on)
    return meter


def _row(
    meter: Meter, previous: Reading | None, end: Figure, piece: Stretch | None, why: Sequence[str], note: str, actor: Actor
) -> Reading:
    state = Reading.State.HELD if why else Reading.State.CONFIRMED
    return Reading(
        organisation_id=meter.organisation_id, community_id=meter.community_id, meter=meter, previous=previous, on=end.on,
        value=end.value, source=end.source.value, rolled=end.rolled, quantity=piece.quantity if piece else Decimal(0),
        doubts=list(why), note=note, read_by_id=actor.user_id, read_at=clock.now(), state=state,
    )  # fmt: skip


@transaction.atomic
def record(rows: Sequence[ReadingRow], *, actor: Actor, community: Community) -> list[Reading]:
    """Take down a round of readings, all or none; a doubtful one is held. The same figure again changes nothing.

    An error's data name the row it is about (from 0) as ``row``. Raises ``ReadingRefused``, ``NoDial``,
    ``OtherFigure``, ``HeldBefore``, ``FutureReading``.
    """
    actor.require(Permission.METER_READ, community.pk)
    _lock(community.pk)
    ids = {row.meter_id for row in rows}
    known = Meter.objects.filter(community=community, ended_on__isnull=True).in_bulk(ids)
    dials, latest, usual = dials_of(ids), latest_of(ids), usual_of(ids)
    found, fresh = [], []
    for position, row in enumerate(rows):
        try:
            meter = known.get(row.meter_id)
            if meter is None:
                raise NotFound()
            dial, last = dials.get(meter.pk), latest.get(meter.pk)
            if dial is None or last is None:
                raise NoDial(meter=meter.number)
            made = _next(meter, dial, last, row, usual[meter.pk], actor)
        except DomainError as error:
            error.data["row"] = position
            raise
        if made is not last:
            made.save()
            latest[meter.pk] = made
            fresh.append(made)
        found.append(made)
    held = sum(row.state == Reading.State.HELD for row in fresh)
    if fresh:
        after = {"readings": len(fresh), "held": held}
        audit.record(actor, "meter.readings", community, community_id=community.pk, after=after)
    return found


@transaction.atomic
def record_sheet(
    rows: Sequence[ReadingRow | None], *, actor: Actor, community: Community
) -> list[Reading | DomainError | None]:
    """Try every row of a readings sheet (None: one already known to be wrong); where any is wrong none is recorded.

    The answer tells of each row what was recorded, or why it cannot be.
    """
    whole = [row for row in rows if row is not None]
    if len(whole) == len(rows):
        try:
            with transaction.atomic():
                return [*record(whole, actor=actor, community=community)]
        except DomainError:
            pass  # which rows, and why, is found one by one
    found = [None if row is None else _tried(row, actor, community) for row in rows]
    transaction.set_rollback(True)
    return found


def _tried(row: ReadingRow, actor: Actor, community: Community) -> Reading | DomainError:
    try:
        with transaction.atomic():
            return record([row], actor=actor, community=community)[0]
    except DomainError as error:
        return error


@transaction.atomic
def read_one(row: ReadingRow, *, actor: Actor, community: Community, sure: bool, photo: bytes = b"") -> Reading:
    """Take down one reading of a round, with a photograph of the dial where there is one; the same reading sent again
    keeps the first photograph. Raises ``Doubtful`` once for what looks wrong, and keeps it where ``sure``;
    ``PictureRefused``."""
    picture = read_picture(photo) if photo else None
    before = latest_of([row.meter_id]).get(row.meter_id)
    (made,) = record([row], actor=actor, community=community)
    if made.doubts and not sure and (before is None or made.pk != before.pk):
        names = "，".join(DOUBT_NAMES[Doubt(code)] for code in made.doubts)
        raise Doubtful(quantity=f"{made.quantity.normalize():f}", doubts=names, codes=list(made.doubts))
    if picture is not None and not Photo.objects.filter(reading=made).exists():
        Photo.objects.create(
            organisation_id=made.organisation_id, community_id=made.community_id, reading=made, kind=picture.kind,
            content=picture.content, taken_at=clock.now(),
        )  # fmt: skip
    return made


@transaction.atomic
def put_on(row: MeterRow, opening: Installed, *, actor: Actor, community: Community) -> Dial:
    """A new meter with the figure it begins with."""
    meter = create_meter(row, actor=actor, community=community)
    return install(meter.pk, opening, actor=actor)


def _next(meter: Meter, dial: Dial, last: Reading, row: ReadingRow, usual: list[Decimal], actor: Actor) -> Reading:
    day = _day(row.on)
    if day == last.on and last.source != Reading.Source.OPENED:
        if (last.value, last.rolled) == (row.value, row.rolled):
            return last
        raise OtherFigure(meter=meter.number, day=day, value=f"{last.value.normalize():f}")
    if last.state == Reading.State.HELD:
        raise HeldBefore(meter=meter.number, day=last.on)
    end = Figure(day, row.value, Source.READ, row.rolled)
    piece = stretch(_facts(dial), _figure(last), end)
    why = [doubt.value for doubt in doubts(piece, usual)]
    return _row(meter, last, end, piece, why, limited(row.note, "备注", 200), actor)


@transaction.atomic
def estimate_missing(community: Community, kind: str, on: dt.date, *, since: dt.date, actor: Actor) -> list[Reading]:
    """Estimate, as of ``on``, every meter of a kind that nobody has read since ``since``; those never used are left."""
    actor.require(Permission.METER_READ, community.pk)
    _lock(community.pk)
    day = _day(on)
    found = Meter.objects.filter(community=community, kind=kind, ended_on__isnull=True).in_bulk()
    dials, latest, usual = dials_of(found), latest_of(found), usual_of(found)
    made = []
    for meter_id, dial in dials.items():
        last = latest[meter_id]
        if last.on >= since or last.on >= day or last.state == Reading.State.HELD or not usual[meter_id]:
            continue
        end = estimate(_figure(last), day, usual[meter_id], _facts(dial))
        piece = stretch(_facts(dial), _figure(last), end)
        made.append(_row(found[meter_id], last, end, piece, [], "", actor))
    Reading.objects.bulk_create(made)
    audit.record(actor, "meter.estimate", community, community_id=community.pk, after={"kind": kind, "on": day, "readings": len(made)})
    return made


@transaction.atomic
def replace(meter_id: int, number: str, closing: ReadingRow, opening: Installed, *, actor: Actor) -> Dial:
    """Take a meter off and put another on, the same day: its last figure closes it, the new one's first opens it."""
    old = _present(meter_id, actor)
    _lock(old.community_id)
    dial, last = dials_of([old.pk]).get(old.pk), latest_of([old.pk]).get(old.pk)
    if dial is None or last is None:
        raise NoDial(meter=old.number)
    if last.state == Reading.State.HELD:
        raise HeldBefore(meter=old.number, day=last.on)
    day = _day(closing.on)
    if day > last.on:
        end = Figure(day, closing.value, Source.CLOSED, closing.rolled)
        _row(old, last, end, stretch(_facts(dial), _figure(last), end), [], limited(closing.note, "备注", 200), actor).save()
    elif day < last.on or closing.value != last.value:
        raise OtherFigure(meter=old.number, day=last.on, value=f"{last.value.normalize():f}")
    fresh = create_meter(MeterRow(old.property_id, old.kind, number), actor=actor, community=old.community)
    end_meter(old.pk, day, actor=actor)
    made = install(fresh.pk, Installed(day, opening.value, opening.multiplier, opening.digits, dial.band), actor=actor, replaces=old)
    audit.record(actor, "meter.replace", fresh, before={"meter": old.number}, after={"meter": fresh.number, "on": day})
    return made


def _locked(reading_id: int, actor: Actor, permission: Permission, *, verb: str, states: tuple[str, ...]) -> Reading:
    row = readings(actor).filter(pk=reading_id).first()
    if row is None:
        raise NotFound()
    actor.require(permission, row.community_id)
    _lock(row.community_id)
    row = Reading.objects.select_for_update(of=("self",)).select_related("meter").get(pk=reading_id)
    if row.state not in states:
        raise WrongReadingState(state=row.get_state_display(), verb=verb)
    return row


def _settle(row: Reading, state: str, actor: Actor) -> None:
    row.state, row.settled_by_id, row.settled_at = state, actor.user_id, clock.now()
    row.save(update_fields=["state", "settled_by", "settled_at"])


@transaction.atomic
def confirm(reading_id: int, *, actor: Actor, reason: str) -> Reading:
    """Somebody has looked at a doubtful reading and says it is true, and why."""
    row = _locked(reading_id, actor, Permission.METER_CONFIRM, verb="确认", states=(Reading.State.HELD,))
    reason = limited(reason, "原因", 200, required=True)
    _settle(row, Reading.State.CONFIRMED, actor)
    audit.record(actor, "meter.confirm", row, after={"value": row.value, "doubts": row.doubts}, reason=reason)
    return row


@transaction.atomic
def void(reading_id: int, *, actor: Actor, reason: str) -> Reading:
    """Take back a meter's latest reading that has not been billed. Raises ``NotLatest``, ``ReadingBilled``."""
    states = (Reading.State.HELD, Reading.State.CONFIRMED)
    row = _locked(reading_id, actor, Permission.METER_CONFIRM, verb="作废", states=states)
    reason = limited(reason, "原因", 200, required=True)
    if row.source in (Reading.Source.OPENED, Reading.Source.CLOSED):
        raise WrongReadingState(state=row.get_source_display(), verb="作废")
    later = Reading.objects.filter(meter_id=row.meter_id, on__gt=row.on).exclude(state=Reading.State.VOID).first()
    if later is not None:
        raise NotLatest(day=later.on)
    if any(billed(row.pk) for billed in _billed):
        raise ReadingBilled()
    _settle(row, Reading.State.VOID, actor)
    audit.record(actor, "meter.void", row, before={"value": row.value}, reason=reason)
    return row
