"""Building the demo's estate: organisations, staff, communities, properties, owners, tariffs and contracts."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle

from wuyefei.estate.contracts.public import ContractDraft, activate, cover, create_contract
from wuyefei.estate.occupancy.public import TieRow, bulk_tie
from wuyefei.estate.people.public import Person as Owner
from wuyefei.estate.people.public import PersonRow, bulk_create_persons
from wuyefei.estate.properties.public import (
    EntranceRow,
    Property,
    PropertyRow,
    VehicleRow,
    attach,
    bulk_create_buildings,
    bulk_create_entrances,
    bulk_create_properties,
    bulk_create_vehicles,
    set_housekeeper,
)
from wuyefei.estate.tariffs.public import ChargeItem, create_tariff, ensure_default_items
from wuyefei.foundation.access import demo as demo_access
from wuyefei.foundation.access.actions.places import create_community, create_organisation, create_region
from wuyefei.foundation.access.actions.roles import grant_role
from wuyefei.foundation.access.actions.users import create_user
from wuyefei.foundation.access.actor import SYSTEM, Actor, load_actor, service_actor
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.foundation.access.rules import Role
from wuyefei.money.billing.public import DEFAULT_CAP, DEFAULT_RATE

from . import cast

CLASSES, SHARES = "ABCD", (70, 15, 10, 5)
"""The field's mix of payers: on time, on reminder, often late, refusing (product row F1)."""


@dataclass
class Household:
    flat: Property
    payer: Owner
    habit: str
    method: str


@dataclass
class Settled:
    """A community ready to be billed."""

    place: cast.Place
    community: Community
    households: list[Household] = field(default_factory=list)


@dataclass
class Company:
    organisation: Organisation
    actors: dict[Role, Actor]
    """The first of the staff in each role."""
    places: list[Settled]


def build(firm: cast.Firm, start: dt.date, dice: random.Random) -> Company:
    """Make a firm as it stands on ``start``, the day its contracts begin."""
    organisation = create_organisation(firm.name, seal_name=firm.seal)
    system = service_actor(organisation.pk, SYSTEM)
    region = create_region(firm.region, actor=system) if firm.region else None
    items = ensure_default_items(organisation)
    communities = {
        place.name: create_community(
            place.name, actor=system, region_id=region.pk if region else None, receipt_prefix=place.prefix, address=place.address
        )
        for place in firm.places
    }
    staff = {person.username: _staff(person, communities, system) for person in firm.people}
    system = service_actor(organisation.pk, SYSTEM)
    places = []
    for place in firm.places:
        settled = Settled(place, communities[place.name])
        _populate(settled, start, system, dice)
        _contract(settled, start, items, system)
        places.append(settled)
    _assign_housekeepers(places, staff, firm, system)
    actors = {person.role: load_actor(staff[person.username]) for person in reversed(firm.people)}
    return Company(organisation, actors, places)


def _staff(person: cast.Person, communities: dict[str, Community], actor: Actor) -> User:
    user, _ = create_user(username=person.username, name=person.name, actor=actor, must_change=False)
    place = communities.get(person.community)
    grant_role(user.pk, person.role, actor=actor, community_id=place.pk if place else None)
    user.refresh_from_db()
    demo_access.prepare(user)
    return user


def _assign_housekeepers(places: list[Settled], staff: dict[str, User], firm: cast.Firm, actor: Actor) -> None:
    for person in firm.people:
        if person.role == Role.HOUSEKEEPER:
            for settled in places:
                if settled.place.name == person.community:
                    for building_id in {home.flat.building_id for home in settled.households if home.flat.building_id}:
                        set_housekeeper(building_id, staff[person.username].pk, actor=actor)


def _populate(settled: Settled, start: dt.date, actor: Actor, dice: random.Random) -> None:
    place, community = settled.place, settled.community
    rows: list[PropertyRow] = []
    for block in place.blocks:
        rows += _block_rows(block, place, community, actor)
    flats = bulk_create_properties(rows, actor=actor, community=community)
    spaces = bulk_create_properties(
        [PropertyRow(number=f"B1-{n:03d}", kind="parking", code=f"B1-{n:03d}") for n in range(1, place.spaces + 1)],
        actor=actor, community=community,
    )  # fmt: skip
    names = cycle(cast.SHOPS)
    owners = bulk_create_persons(
        [
            PersonRow(name=f"{next(names)}（{flat.number}）" if flat.kind == "shop" else cast.owner_name(dice),
                      kind="company" if flat.kind == "shop" else "individual",
                      mobile=cast.mobile(community.pk * 1000 + n))
            for n, flat in enumerate(flats)
        ],
        actor=actor, community=community,
    )  # fmt: skip
    ties = [TieRow(flat.pk, owner.pk, "owner", start) for flat, owner in zip(flats, owners, strict=True)]
    users = dice.sample(range(len(flats)), len(spaces)) if spaces else []
    ties += [TieRow(space.pk, owners[n].pk, "owner", start) for space, n in zip(spaces, users, strict=True)]
    bulk_tie(ties, actor=actor, community=community)
    for space, n in zip(spaces, users, strict=True):
        attach(space.pk, flats[n].pk, actor=actor)
    taken: set[str] = set()
    vehicles = []
    for n in users:
        plate = cast.plate(dice)
        if plate not in taken:
            taken.add(plate)
            vehicles.append(VehicleRow(flats[n].pk, plate))
    bulk_create_vehicles(vehicles, actor=actor, community=community)
    for flat, owner in zip(flats, owners, strict=True):
        habit = dice.choices(CLASSES, SHARES)[0]
        settled.households.append(Household(flat, owner, habit, dice.choices(("scan", "cash", "card"), (72, 18, 10))[0]))


def _block_rows(block: cast.Block, place: cast.Place, community: Community, actor: Actor) -> list[PropertyRow]:
    buildings = bulk_create_buildings(list(block.buildings), actor=actor, community=community)
    entrances = bulk_create_entrances(
        [EntranceRow(building.pk, f"{n}单元") for building in buildings for n in range(1, block.entrances + 1)],
        actor=actor, community=community,
    )  # fmt: skip
    delivered = dt.date(place.delivered_year, 6, 30)
    return [
        PropertyRow(number=f"{floor}{door:02d}", kind=block.kind, building_id=entrance.building_id, entrance_id=entrance.pk,
                    floor=str(floor), area_m2=Decimal(block.areas[(door - 1) % len(block.areas)]), delivered_on=delivered)
        for entrance in entrances
        for floor in range(1, block.floors + 1)
        for door in range(1, block.per_floor + 1)
    ]  # fmt: skip


def _contract(settled: Settled, start: dt.date, items: dict[str, ChargeItem], actor: Actor) -> None:
    place, community = settled.place, settled.community
    draft = ContractDraft(
        number=f"{place.prefix}-{start.year}-01", title=f"{place.name}物业服务合同", starts_on=start,
        cycle_months=place.cycle_months, due_day=place.due_day, late_fee_rate=DEFAULT_RATE, late_fee_cap=DEFAULT_CAP,
        late_fee_clause="第九条", fee_clause="第六条",
    )  # fmt: skip
    contract = create_contract(draft, actor=actor, community=community)
    wanted = [("service", "住宅物业服务费", "area", place.per_m2, ("residential",))]
    if place.shop_per_m2:
        wanted.append(("service", "商铺物业服务费", "area", place.shop_per_m2, ("shop",)))
    if place.spaces:
        wanted.append(("parking_service", "地下车位服务费", "parking", place.parking, ("parking",)))
    for code, name, method, price, kinds in wanted:
        tariff = create_tariff(
            items[code].pk, name, method, effective_from=start, per_unit=price, actor=actor, community=community,
        )  # fmt: skip
        cover(contract.pk, tariff.pk, start, kinds=kinds, actor=actor)
    activate(contract.pk, actor=actor)
