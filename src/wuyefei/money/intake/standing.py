"""What the estate and the books hold of a community already: what an import compares with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from wuyefei.estate.contracts.public import contract_lines, contracts
from wuyefei.estate.occupancy.public import ties
from wuyefei.estate.people.public import KnownPerson, known_people, mark
from wuyefei.estate.properties.public import buildings, entrances, meters, properties, vehicles
from wuyefei.estate.tariffs.public import DEFAULT_ITEMS, TariffPrice, items, prices_of, tariffs
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission

from .models import OpeningLine, PaymentMemo


@dataclass(frozen=True, slots=True)
class Home:
    """A present property as it stands."""

    id: int
    kind: str
    floor: str
    layout: str
    area_m2: Decimal | None
    inner_area_m2: Decimal | None
    delivered_on: dt.date | None
    vacant: bool
    attached_to: int | None


@dataclass(frozen=True, slots=True)
class TieStands:
    person_id: int
    role: str
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class TariffStands:
    id: int
    method: str
    item_id: int
    prices: list[TariffPrice]


@dataclass(frozen=True, slots=True)
class ContractStands:
    id: int
    state: str
    starts_on: dt.date


@dataclass
class Standing:
    """Empty for a community yet to be created. ``may_*`` say what the actor may make there."""

    may_tariffs: bool
    may_items: bool
    may_contracts: bool
    mark: Callable[[str, str], str]
    items: dict[str, str] = field(default_factory=dict)
    """Name of a charge item → its code."""
    item_ids: dict[str, int] = field(default_factory=dict)
    """Code of a charge item → its id, where it is there."""
    buildings: dict[str, int] = field(default_factory=dict)
    entrances: dict[tuple[str, str], int] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    people: list[KnownPerson] = field(default_factory=list)
    ties: dict[int, list[TieStands]] = field(default_factory=lambda: defaultdict(list))
    plates: dict[str, int] = field(default_factory=dict)
    meters: dict[tuple[str, str], int] = field(default_factory=dict)
    tariffs: dict[str, TariffStands] = field(default_factory=dict)
    lines: dict[int, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))
    """Property → (tariff, item) that are or were charged on it by a contract."""
    contracts: dict[str, ContractStands] = field(default_factory=dict)
    opened: dict[tuple[str, str], int] = field(default_factory=dict)
    """(kind, key) of what was booked as opening → fen."""
    memos: set[str] = field(default_factory=set)


def standing_of(actor: Actor, community: Community | None) -> Standing:
    """Loads in a dozen queries, whatever the size."""
    held = Standing(
        may_tariffs=_may(actor, Permission.TARIFF_EDIT, community),
        may_items=Permission.TARIFF_EDIT in actor.wide,
        may_contracts=_may(actor, Permission.CONTRACT_EDIT, community),
        mark=lru_cache(maxsize=None)(lambda kind, value: mark(actor, kind, value)),
    )
    held.items = {item.name: item.code for item in DEFAULT_ITEMS} | dict(items(actor).values_list("name", "code"))
    held.item_ids = dict(items(actor).values_list("code", "id"))
    if community is not None:
        _places(held, actor, community.pk)
        _charges(held, actor, community.pk)
        _books(held, community.pk)
    return held


def _may(actor: Actor, permission: Permission, community: Community | None) -> bool:
    return permission in actor.wide if community is None else actor.may(permission, community.pk)


def _places(held: Standing, actor: Actor, community_id: int) -> None:
    held.buildings = dict(buildings(actor).filter(community_id=community_id).values_list("name", "id"))
    doors = entrances(actor).filter(community_id=community_id).values_list("building__name", "name", "id")
    held.entrances = {(building, name): door for building, name, door in doors}
    facts = ("id", "kind", "floor", "layout", "area_m2", "inner_area_m2", "delivered_on", "vacant", "attached_to_id")
    homes = properties(actor).filter(community_id=community_id, ended_on__isnull=True)
    held.homes = {code: Home(*rest) for code, *rest in homes.values_list("code", *facts)}
    held.people = known_people(actor, community_id)
    rows = ties(actor).filter(community_id=community_id).order_by("id")
    for property_id, person_id, role, ends_on in rows.values_list("property_id", "person_id", "role", "ends_on"):
        held.ties[property_id].append(TieStands(person_id, role, ends_on))
    cars = vehicles(actor).filter(community_id=community_id, ended_on__isnull=True)
    held.plates = dict(cars.values_list("plate", "property_id"))
    there = meters(actor).filter(community_id=community_id).values_list("kind", "number", "property_id")
    held.meters = {(kind, number): home for kind, number, home in there}


def _charges(held: Standing, actor: Actor, community_id: int) -> None:
    rows = list(tariffs(actor).filter(community_id=community_id).values_list("name", "id", "method", "item_id"))
    prices = prices_of(row[1] for row in rows)
    held.tariffs = {name: TariffStands(pk, method, item, prices.get(pk, [])) for name, pk, method, item in rows}
    lines = contract_lines(actor).filter(community_id=community_id)
    for property_id, tariff_id, item_id in lines.values_list("property_id", "tariff_id", "tariff__item_id"):
        held.lines[property_id].add((tariff_id, item_id))
    found = contracts(actor).filter(community_id=community_id).values_list("number", "id", "state", "starts_on")
    held.contracts = {number: ContractStands(pk, state, first) for number, pk, state, first in found}


def _books(held: Standing, community_id: int) -> None:
    rows = OpeningLine.objects.filter(community_id=community_id).values_list("kind", "key", "amount_fen")
    held.opened = {(kind, key): fen for kind, key, fen in rows}
    held.memos = set(PaymentMemo.objects.filter(community_id=community_id).values_list("key", flat=True))
