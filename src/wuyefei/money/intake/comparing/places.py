"""Buildings, entrances, properties, parking spaces and meters."""

from __future__ import annotations

from typing import Any

from wuyefei.estate.properties.public import compose_code, normalise_code
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.text import tidy

from ..rules.plan import ParkingSpace, Property
from ..standing import Home
from .desk import Desk
from .work import Change, NewMeter, NewProperty

METER_KINDS = {"water": "水表", "electricity": "电表", "gas": "燃气表", "heat": "热力表"}
LONGEST_LAYOUT, LONGEST_NUMBER = 20, 40


def compare_places(desk: Desk) -> None:
    _buildings(desk)
    for one in desk.plan.properties:
        _property(desk, one)
    for space in desk.plan.parking_spaces:
        _space(desk, space)
    for meter in desk.plan.meters:
        kind = METER_KINDS.get(meter.kind, tidy(meter.type_name)[:LONGEST_LAYOUT] or "其他")
        _meter(desk, meter.property_key, kind, tidy(meter.number), meter)


def _buildings(desk: Desk) -> None:
    work, standing = desk.work, desk.standing
    made = dict.fromkeys(tidy(one.code) for one in desk.plan.buildings)
    for name in made:
        if name in standing.buildings:
            desk.tally("buildings").same += 1
        else:
            work.buildings.append(name)
            desk.tally("buildings").created += 1
    for key in dict.fromkeys((tidy(one.building), tidy(one.code)) for one in desk.plan.entrances):
        if key in standing.entrances:
            desk.tally("entrances").same += 1
        else:
            work.entrances.append(key)
            desk.tally("entrances").created += 1


def _property(desk: Desk, one: Property) -> None:
    building, entrance = tidy(one.building), tidy(one.entrance)
    code = compose_code(building, entrance, one.room)
    if not code or len(code) > 80 or code in desk.taken:
        what = "编成房屋编号后与另一行重复" if code and len(code) <= 80 else "不能编成房屋编号"
        desk.error("bad_code", one.source, f"{one.key} {what}", "改房号，一套房一个编号", one.key)
        desk.refused.add(one.key)
        return
    desk.codes[one.key] = code
    desk.taken.add(code)
    fresh = NewProperty(
        code, building, entrance, tidy(one.room), one.kind, "" if one.floor is None else str(one.floor),
        tidy(one.layout)[:LONGEST_LAYOUT], one.building_area, one.inner_area, one.delivered_on, bool(one.vacant),
    )  # fmt: skip
    there = desk.home(code)
    if there is None:
        _create(desk, fresh, "properties")
        return
    known = {"vacant"} if one.vacant is not None else set()
    _change(desk, fresh, there, known | ({"kind"} if one.kind != "residential" else set()), "properties")


def _create(desk: Desk, fresh: NewProperty, kind: str) -> None:
    desk.work.properties.append(fresh)
    desk.new_codes.add(fresh.code)
    desk.tally(kind).created += 1


def _change(desk: Desk, fresh: NewProperty, there: Home, known: set[str], kind: str) -> None:
    """A blank of the file changes nothing; of ``kind`` and ``vacant`` only what the file really says."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in ("kind", "floor", "layout", "area_m2", "inner_area_m2", "delivered_on", "vacant"):
        new, old = getattr(fresh, name), getattr(there, name)
        if new in (None, "") or new == old or (name in ("kind", "vacant") and name not in known):
            continue
        before[name], after[name] = old, new
    if not after:
        desk.tally(kind).same += 1
        return
    desk.work.property_changes.append(Change(there.id, fresh.code, before, after))
    desk.tally(kind).changed += 1


def _space(desk: Desk, one: ParkingSpace) -> None:
    code = normalise_code(one.code)
    number = tidy(one.code)
    if not code or len(number) > LONGEST_NUMBER:
        desk.error("bad_code", one.source, Phrase("车位「{number}」不能编成编号", number=number[:20]), "改车位编号", number)
        return
    there = desk.home(code)
    if code in desk.new_codes or (there is not None and there.kind not in ("parking", "storage")):
        desk.error("code_taken", one.source, Phrase("{code} 已是另一处房屋的编号", code=code), "给车位另编一个号，如 B1-001", number)
        return
    desk.spaces[one.code] = code
    fresh = NewProperty(code, "", "", number, "parking", "", "", one.area, None, None, False)
    if there is None:
        _create(desk, fresh, "parking_spaces")
    else:
        _change(desk, fresh, there, set(), "parking_spaces")
    flat = desk.code(one.property_key)
    stands = desk.home(flat)
    if flat and (there is None or stands is None or there.attached_to != stands.id):
        desk.work.attachments.append((code, flat))
        if there is not None:
            _count_attachment(desk, code)


def _count_attachment(desk: Desk, code: str) -> None:
    """A space that only changes its flat counts as changed once."""
    if all(change.name != code for change in desk.work.property_changes):
        desk.tally("parking_spaces").same -= 1
        desk.tally("parking_spaces").changed += 1


def _meter(desk: Desk, property_key: str, kind: str, number: str, meter: Any) -> None:
    code = desk.code(property_key)
    if not code:
        desk.error("unknown_property", meter.source, Phrase("小区里没有房屋 {property_key}", property_key=property_key), "先导入房屋，或改正编号", property_key)
        return
    if len(number) > LONGEST_NUMBER:
        desk.error("too_long", meter.source, "表号过长", Phrase("最多 {cap} 个字", cap=LONGEST_NUMBER), number)
        return
    there = desk.standing.meters.get((kind, number))
    if there is None:
        desk.work.meters.append(NewMeter(code, kind, number))
        desk.tally("meters").created += 1
        return
    home = desk.home(code)
    if home is None or home.id != there:
        desk.warn("already_there", meter.source, Phrase("{kind} {number} 已装在另一处房屋，未改", kind=kind, number=number), "核对表号", number)
        desk.tally("meters").skipped += 1
    else:
        desk.tally("meters").same += 1
