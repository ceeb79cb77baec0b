"""Changes of single buildings, entrances, properties, vehicles and meters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.platform import audit, clock

from .bulk import (
    bulk_create_buildings,
    bulk_create_entrances,
    bulk_create_meters,
    bulk_create_properties,
    bulk_create_vehicles,
)
from .models import Building, Entrance, HousekeeperTerm, Meter, Property, Vehicle
from .queries import buildings, meters, properties, vehicles
from .rules import (
    ATTACHABLE,
    Ended,
    EntranceRow,
    MeterRow,
    PropertyRow,
    Taken,
    VehicleRow,
    clean_property,
    sort_key,
)

EDITABLE = (
    "number", "code", "kind", "floor", "layout", "area_m2", "inner_area_m2", "delivered_on", "vacant", "external_ref",
)  # fmt: skip


def create_building(name: str, *, actor: Actor, community: Community) -> Building:
    """Raises ``Taken`` where the community has a building of that name."""
    return bulk_create_buildings([name], actor=actor, community=community)[0]


def create_entrance(building_id: int, name: str, *, actor: Actor, community: Community) -> Entrance:
    return bulk_create_entrances([EntranceRow(building_id, name)], actor=actor, community=community)[0]


def create_property(row: PropertyRow, *, actor: Actor, community: Community) -> Property:
    """Raises ``Taken`` where a present property of the community has the code."""
    return bulk_create_properties([row], actor=actor, community=community)[0]


def add_vehicle(row: VehicleRow, *, actor: Actor, community: Community) -> Vehicle:
    return bulk_create_vehicles([row], actor=actor, community=community)[0]


def create_meter(row: MeterRow, *, actor: Actor, community: Community) -> Meter:
    return bulk_create_meters([row], actor=actor, community=community)[0]


def _locked(property_id: int, actor: Actor) -> Property:
    row = properties(actor).select_for_update(no_key=True).filter(pk=property_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, row.community_id)
    if row.ended_on:
        raise Ended(what="房屋", name=row.code, day=row.ended_on)
    return row


@transaction.atomic
def update_property(property_id: int, *, actor: Actor, reason: str = "", **changes: Any) -> Property:
    """Change fields of ``EDITABLE``; what changed is audited with before and after. Past bills keep their quantity."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise Invalid(field="、".join(sorted(unknown)), reason="不能修改")
    row = _locked(property_id, actor)
    held = {name: getattr(row, name) for name in EDITABLE}
    if "number" in changes and "code" not in changes:
        held["code"] = ""
    building = row.building.name if row.building else ""
    entrance = row.entrance.name if row.entrance else ""
    wanted = clean_property(PropertyRow(**{**held, **changes}), building, entrance)
    before = {name: getattr(row, name) for name in EDITABLE if getattr(row, name) != getattr(wanted, name)}
    if not before:
        return row
    if "code" in before and _code_taken(row, wanted.code):
        raise Taken(what="房屋", name=wanted.code)
    for name in before:
        setattr(row, name, getattr(wanted, name))
    row.sort_key = sort_key(row.code)
    row.save(update_fields=[*before, "sort_key"])
    after = {name: getattr(row, name) for name in before}
    audit.record(actor, "property.update", row, before=before, after=after, reason=reason)
    return row


def _code_taken(row: Property, code: str) -> bool:
    rows = Property.objects.filter(community_id=row.community_id, code=code, ended_on__isnull=True)
    return rows.exclude(pk=row.pk).exists()


@transaction.atomic
def end_property(property_id: int, ended_on: dt.date, *, actor: Actor, reason: str) -> Property:
    """The property no longer exists from ``ended_on`` on: its vehicles end, what is attached to it is let go."""
    if not reason.strip():
        raise DomainError("reason_missing", "请写明原因。")
    row = _locked(property_id, actor)
    row.ended_on = parse_day(ended_on, "停用日期")
    row.save(update_fields=["ended_on"])
    cars = Vehicle.objects.filter(property=row, ended_on__isnull=True).update(ended_on=row.ended_on)
    loose = Property.objects.filter(attached_to=row).update(attached_to=None)
    after = {"ended_on": row.ended_on, "vehicles_ended": cars, "detached": loose}
    audit.record(actor, "property.end", row, before={"ended_on": None}, after=after, reason=reason)
    return row


@transaction.atomic
def attach(parking_id: int, flat_id: int | None, *, actor: Actor) -> Property:
    """Let a parking space or storage room belong to a flat, shop or office of its community; None lets it go."""
    row = _locked(parking_id, actor)
    if row.kind not in ATTACHABLE:
        raise Invalid(field="车位", reason=Phrase("「{code}」不是车位或储藏室", code=row.code))
    flat = None
    if flat_id is not None:
        flat = properties(actor).filter(pk=flat_id, community_id=row.community_id).first()
        if flat is None:
            raise NotFound()
        if flat.kind in ATTACHABLE:
            raise Invalid(field="房屋", reason=Phrase("「{code}」是{kind}，不能再附属车位", code=flat.code, kind=flat.get_kind_display()))
        if flat.ended_on:
            raise Ended(what="房屋", name=flat.code, day=flat.ended_on)
    before = row.attached_to.code if row.attached_to else None
    row.attached_to = flat
    row.save(update_fields=["attached_to"])
    audit.record(
        actor, "property.attach", row, before={"attached_to": before}, after={"attached_to": flat.code if flat else None}
    )
    return row


@transaction.atomic
def end_vehicle(vehicle_id: int, ended_on: dt.date, *, actor: Actor) -> Vehicle:
    row = vehicles(actor).select_for_update(no_key=True).filter(pk=vehicle_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, row.community_id)
    if row.ended_on:
        raise Ended(what="车辆", name=row.plate, day=row.ended_on)
    row.ended_on = parse_day(ended_on, "停用日期")
    row.save(update_fields=["ended_on"])
    audit.record(actor, "vehicle.end", row, before={"ended_on": None}, after={"ended_on": row.ended_on})
    return row


def _new_term(row: Building, user: User | None) -> None:
    """The term of the one before ends yesterday; one that only began today never was."""
    today = clock.today()
    running = HousekeeperTerm.objects.filter(building=row, ends_on__isnull=True)
    running.filter(starts_on__gte=today).delete()
    running.update(ends_on=today - dt.timedelta(days=1))
    if user is not None:
        HousekeeperTerm.objects.create(
            organisation_id=row.organisation_id, community_id=row.community_id, building=row, user=user, starts_on=today
        )


@transaction.atomic
def end_meter(meter_id: int, ended_on: dt.date, *, actor: Actor) -> Meter:
    """The meter was taken off on that day."""
    row = meters(actor).select_for_update(no_key=True).filter(pk=meter_id).first()
    if row is None:
        raise NotFound()
    if row.ended_on:
        raise Ended(what="仪表", name=row.number, day=row.ended_on)
    row.ended_on = parse_day(ended_on, "停用日期")
    row.save(update_fields=["ended_on"])
    audit.record(actor, "meter.end", row, before={"ended_on": None}, after={"ended_on": row.ended_on})
    return row


@transaction.atomic
def set_housekeeper(building_id: int, user_id: int | None, *, actor: Actor) -> Building:
    """Name the building's housekeeper, an active user of the organisation; None leaves it without one."""
    row = buildings(actor).select_for_update(no_key=True).filter(pk=building_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, row.community_id)
    user = None
    if user_id is not None:
        user = User.objects.filter(pk=user_id, organisation_id=actor.organisation_id, is_active=True, service="").first()
        if user is None:
            raise NotFound()
    if row.housekeeper_id == (user.pk if user else None):
        return row
    before = row.housekeeper.name if row.housekeeper else None
    row.housekeeper = user
    row.save(update_fields=["housekeeper"])
    _new_term(row, user)
    audit.record(
        actor, "building.housekeeper", row, before={"housekeeper": before}, after={"housekeeper": user.name if user else None}
    )
    return row
