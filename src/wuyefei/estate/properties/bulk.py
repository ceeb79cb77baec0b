"""Creation of many rows at once: checked whole, written in batches, one audit entry a call.

Every function returns the new rows in the order given, or raises and creates nothing; an error about one row carries
its position (from 0) as ``row`` in its data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, meanwhile
from wuyefei.foundation.platform.inserting import drafts, insert_many

from .models import Building, Entrance, Meter, Property, Vehicle
from .rules import (
    ATTACHABLE,
    EntranceRow,
    MeterRow,
    PropertyRow,
    Taken,
    VehicleRow,
    clean_meter,
    clean_property,
    clean_vehicle,
    repeated,
    sort_key,
)

BATCH = 2_000
Raw = TypeVar("Raw")
Clean = TypeVar("Clean")
Row = TypeVar("Row", bound=Model)


def _cleaned(rows: Sequence[Raw], clean: Callable[[Raw], Clean]) -> list[Clean]:
    found = []
    for position, row in enumerate(rows):
        try:
            found.append(clean(row))
        except DomainError as error:
            error.data["row"] = position
            raise
    return found


def _free(what: str, keys: list[str], taken: Iterable[str]) -> None:
    """Raises ``Taken`` for a key that stands twice among the new ones or exists already."""
    double = repeated(keys)
    if double is None:
        there = set(taken)
        double = next((key for key in keys if key in there), None)
    if double is not None:
        raise Taken(what=what, name=double, row=len(keys) - 1 - keys[::-1].index(double))


def _create(model: type[Row], made: list[Row], action: str, actor: Actor, community: Community) -> list[Row]:
    if not made:
        return []
    insert_many(made)
    rows = made
    if len(rows) == 1:
        audit.record(actor, f"{action}.create", rows[0], after=_facts(rows[0]))
    else:
        after = {"count": len(rows), "first": str(rows[0]), "last": str(rows[-1])}
        audit.record(actor, f"{action}.bulk_create", community, community_id=community.pk, after=after)
    return rows


def _facts(row: Model) -> dict[str, object]:
    skipped = ("id", "organisation_id", "community_id", "sort_key")
    held = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value for name, value in held.items() if name not in skipped and value not in (None, "")}


def _places(model: type[Row], ids: Iterable[int | None], community: Community) -> dict[int, Row]:
    """Rows of the community by id; ``NotFound`` when one of the ids is not among them."""
    wanted = {row_id for row_id in ids if row_id is not None}
    found = {row.pk: row for row in model._default_manager.filter(community_id=community.pk, pk__in=wanted)}
    if len(found) != len(wanted):
        raise NotFound()
    return found


def _homes(ids: Iterable[int], community: Community) -> None:
    ended = next((home for home in _places(Property, ids, community).values() if home.ended_on), None)
    if ended is not None:
        raise Invalid(field="房屋", reason=Phrase("「{code}」已停用", code=ended.code))


@transaction.atomic
def bulk_create_buildings(names: Sequence[str], *, actor: Actor, community: Community) -> list[Building]:
    actor.require(Permission.ESTATE_EDIT, community.pk)
    clean = _cleaned(names, lambda name: limited(name, "楼栋", 40, required=True))
    _free("楼栋", clean, Building.objects.filter(community_id=community.pk).values_list("name", flat=True))
    made = [
        Building(organisation_id=actor.organisation_id, community_id=community.pk, name=name, sort_key=sort_key(name))
        for name in clean
    ]
    return _create(Building, made, "building", actor, community)


@transaction.atomic
def bulk_create_entrances(rows: Sequence[EntranceRow], *, actor: Actor, community: Community) -> list[Entrance]:
    actor.require(Permission.ESTATE_EDIT, community.pk)
    clean = _cleaned(rows, lambda row: EntranceRow(row.building_id, limited(row.name, "单元", 40, required=True)))
    held = _places(Building, (row.building_id for row in clean), community)
    there = Entrance.objects.filter(building_id__in=held).values_list("building_id", "name")
    keys = [f"{held[row.building_id].name} {row.name}" for row in clean]
    _free("单元", keys, (f"{held[building_id].name} {name}" for building_id, name in there))
    made = [
        Entrance(
            organisation_id=actor.organisation_id, community_id=community.pk, building_id=row.building_id, name=row.name
        )
        for row in clean
    ]
    return _create(Entrance, made, "entrance", actor, community)


@transaction.atomic
def bulk_create_properties(rows: Sequence[PropertyRow], *, actor: Actor, community: Community) -> list[Property]:
    """An entrance brings its building; codes are composed where a row has none."""
    actor.require(Permission.ESTATE_EDIT, community.pk)
    doors = _places(Entrance, (row.entrance_id for row in rows), community)
    houses = _places(
        Building, {row.building_id for row in rows} | {door.building_id for door in doors.values()}, community
    )

    def clean(row: PropertyRow) -> tuple[PropertyRow, int | None]:
        door = doors[row.entrance_id] if row.entrance_id else None
        house = houses[door.building_id] if door else houses[row.building_id] if row.building_id else None
        if door and row.building_id and row.building_id != door.building_id:
            raise Invalid(field="单元", reason=Phrase("单元「{name}」不在所选楼栋内", name=door.name))
        made = clean_property(row, house.name if house else "", door.name if door else "")
        return made, house.pk if house else None

    meanwhile.check()
    ready = _cleaned(rows, clean)
    codes = [row.code for row, _ in ready]
    make = drafts(Property, organisation_id=actor.organisation_id, community_id=community.pk)
    made = [_property(make, row, building_id) for row, building_id in ready]
    _free("房屋", codes, _present_codes(community.pk, codes))
    return _create(Property, made, "property", actor, community)


def _present_codes(community_id: int, codes: list[str]) -> list[str]:
    """Those of the codes that a present property bears."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [community_id, codes])
        return [code for (code,) in cursor.fetchall()]


_PRESENT = "SELECT code FROM properties_property WHERE community_id = %s AND ended_on IS NULL AND code = ANY(%s)"


def _property(make: Callable[..., Property], row: PropertyRow, building_id: int | None) -> Property:
    return make(
        building_id=building_id,
        entrance_id=row.entrance_id,
        kind=row.kind,
        number=row.number,
        code=row.code,
        sort_key=sort_key(row.code),
        floor=row.floor,
        layout=row.layout,
        area_m2=row.area_m2,
        inner_area_m2=row.inner_area_m2,
        delivered_on=row.delivered_on,
        vacant=row.vacant,
        external_ref=row.external_ref,
    )


@transaction.atomic
def bulk_create_vehicles(rows: Sequence[VehicleRow], *, actor: Actor, community: Community) -> list[Vehicle]:
    actor.require(Permission.ESTATE_EDIT, community.pk)
    clean = _cleaned(rows, clean_vehicle)
    _homes((row.property_id for row in clean), community)
    there = Vehicle.objects.filter(community_id=community.pk, ended_on__isnull=True).values_list("plate", flat=True)
    _free("车牌号", [row.plate for row in clean], there)
    now = clock.now()
    made = [
        Vehicle(
            organisation_id=actor.organisation_id,
            community_id=community.pk,
            property_id=row.property_id,
            plate=row.plate,
            model=row.model,
            colour=row.colour,
            registered_at=now,
        )
        for row in clean
    ]
    return _create(Vehicle, made, "vehicle", actor, community)


@transaction.atomic
def bulk_create_meters(rows: Sequence[MeterRow], *, actor: Actor, community: Community) -> list[Meter]:
    """Meters without readings."""
    actor.require(Permission.ESTATE_EDIT, community.pk)
    clean = _cleaned(rows, clean_meter)
    _homes((row.property_id for row in clean), community)
    there = Meter.objects.filter(community_id=community.pk).values_list("kind", "number")
    _free("仪表", [f"{row.kind} {row.number}" for row in clean], (f"{kind} {number}" for kind, number in there))
    made = [
        Meter(
            organisation_id=actor.organisation_id,
            community_id=community.pk,
            property_id=row.property_id,
            kind=row.kind,
            number=row.number,
        )
        for row in clean
    ]
    return _create(Meter, made, "meter", actor, community)


@transaction.atomic
def bulk_attach(pairs: Sequence[tuple[int, int]], *, actor: Actor, community: Community) -> int:
    """Let parking spaces and storage rooms (first) belong to properties (second), none of which may have ended; returns
    how many."""
    actor.require(Permission.ESTATE_EDIT, community.pk)
    held = _places(Property, (one for pair in pairs for one in pair), community)
    _homes((one for pair in pairs for one in pair), community)
    for position, (space_id, home_id) in enumerate(pairs):
        space, home = held[space_id], held[home_id]
        if space.kind not in ATTACHABLE or home.kind in ATTACHABLE:
            raise Invalid(field="车位", reason=Phrase("「{code}」不是车位或储藏室", code=space.code), row=position)
        space.attached_to = home
    if pairs:
        spaces = [held[space_id] for space_id, _ in pairs]
        Property.objects.bulk_update(spaces, ["attached_to"], batch_size=BATCH)
        audit.record(actor, "property.bulk_attach", community, community_id=community.pk, after={"count": len(spaces)})
    return len(pairs)
