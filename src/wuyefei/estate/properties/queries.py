"""Reads of buildings, entrances, properties, vehicles and meters."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Case, F, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.functions import Replace

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import tidy

from .models import Building, Entrance, HousekeeperTerm, Meter, Property, Vehicle
from .rules import normalise_code, squeezed

Row = TypeVar("Row", bound=Model)


def _scoped(model: type[Row], actor: Actor) -> QuerySet[Row]:
    return model._default_manager.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    )


def _one(rows: QuerySet[Row], row_id: int) -> Row:
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise NotFound()
    return row


def buildings(actor: Actor) -> QuerySet[Building]:
    """The buildings of the communities whose estate the actor may see."""
    return _scoped(Building, actor)


def get_building(actor: Actor, building_id: int) -> Building:
    return _one(buildings(actor), building_id)


def entrances(actor: Actor) -> QuerySet[Entrance]:
    return _scoped(Entrance, actor)


def get_entrance(actor: Actor, entrance_id: int) -> Entrance:
    return _one(entrances(actor).select_related("building"), entrance_id)


def properties(actor: Actor) -> QuerySet[Property]:
    """The properties of the communities whose estate the actor may see, ended ones included."""
    return _scoped(Property, actor)


def get_property(actor: Actor, property_id: int) -> Property:
    return _one(properties(actor).select_related("building", "entrance", "community"), property_id)


def housekeeper_terms(actor: Actor) -> QuerySet[HousekeeperTerm]:
    """Who kept which building from when to when."""
    return _scoped(HousekeeperTerm, actor)


def vehicles(actor: Actor) -> QuerySet[Vehicle]:
    return _scoped(Vehicle, actor)


def get_vehicle(actor: Actor, vehicle_id: int) -> Vehicle:
    return _one(vehicles(actor).select_related("property"), vehicle_id)


def meters(actor: Actor) -> QuerySet[Meter]:
    return _scoped(Meter, actor)


def get_meter(actor: Actor, meter_id: int) -> Meter:
    return _one(meters(actor).select_related("property", "community"), meter_id)


def property_codes(actor: Actor, community_id: int) -> dict[str, int]:
    """Ids of a community's present properties by code: what an import compares with."""
    rows = properties(actor).filter(community_id=community_id, ended_on__isnull=True)
    return dict(rows.values_list("code", "id"))


def find_properties(actor: Actor, text: str, community_id: int | None = None, limit: int = 20) -> list[Property]:
    """Present properties whose code or number begins with ``text``, separators and unit words ignored.

    ``3-2-1201``, ``3栋2单元1201``, ``321201`` and ``1201`` all find the flat; exact ones come first.
    """
    code, key = normalise_code(text), squeezed(text)
    if not key:
        return []
    rows = properties(actor).filter(ended_on__isnull=True).annotate(key=Replace("code", Value("-"), Value("")))
    if community_id is not None:
        rows = rows.filter(community_id=community_id)
    match = Q(key__startswith=key) | Q(number__startswith=code)
    rank = Case(
        When(code=code, then=0), When(key=key, then=1), When(number=code, then=2), default=3, output_field=IntegerField()
    )
    ranked = rows.filter(match).annotate(rank=rank).order_by("rank", "sort_key", "id")
    return list(ranked.select_related("building", "entrance", "community")[:limit])


def find_vehicles(actor: Actor, text: str, community_id: int | None = None, limit: int = 20) -> list[Vehicle]:
    """Present vehicles whose plate contains ``text`` (at least three characters), with their properties."""
    plate = tidy(text).upper().replace(" ", "").replace("·", "")
    if len(plate) < 3:
        return []
    rows = vehicles(actor).filter(ended_on__isnull=True, plate__contains=plate)
    if community_id is not None:
        rows = rows.filter(community_id=community_id)
    return list(rows.select_related("property", "community").order_by(F("plate"), "id")[:limit])
