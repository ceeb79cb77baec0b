"""Building the demo's places: organisations, regions, staff, communities, properties, owners, tariffs and contracts."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count

from wuyefei.estate.contracts.public import ContractDraft, activate, cover, create_contract
from wuyefei.estate.occupancy.public import TieRow, bulk_tie
from wuyefei.estate.people.public import Person, PersonRow, bulk_create_persons
from wuyefei.estate.properties.public import (
    EntranceRow,
    Property,
    PropertyRow,
    VehicleRow,
    buildings,
    bulk_attach,
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
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community, Region, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.money.billing.public import DEFAULT_CAP, DEFAULT_RATE

from . import cast, names
from .scene import Scene

PHONE = "400-000-0000"
DEVELOPER = "临江市望舒置业有限公司"
HANDED_OVER = 0.72
"""The share of a newly delivered place that its owners have taken over."""
VACANT = 0.04
LET = 0.6
"""The share of shops that a tenant pays for."""


def found(firm: cast.Firm) -> None:
    """Make a firm with its regions, communities and staff, as yet without a single property."""
    organisation = create_organisation(firm.name, seal_name=firm.seal)
    system = service_actor(organisation.pk, SYSTEM)
    ensure_default_items(organisation)
    regions = {name: create_region(name, actor=system) for name in firm.regions}
    places = {
        place.name: create_community(
            place.name, actor=system, region_id=regions[place.region].pk if place.region else None,
            receipt_prefix=place.prefix, address=place.address, phone=PHONE,
        )
        for place in firm.places
    }  # fmt: skip
    for person in firm.people:
        _employ(person, places, regions, system)


def _employ(person: cast.Staff, places: dict[str, Community], regions: dict[str, Region], actor: Actor) -> None:
    user, _ = create_user(username=person.username, name=person.name, actor=actor, password=demo_access.PASSWORD, must_change=False)
    if person.region:
        grant_role(user.pk, person.role, actor=actor, region_id=regions[person.region].pk)
    elif person.communities:
        for name in person.communities:
            grant_role(user.pk, person.role, actor=actor, community_id=places[name].pk)
    else:
        grant_role(user.pk, person.role, actor=actor)
    user.refresh_from_db()
    demo_access.enrol(user)


def settle(scene: Scene, firm: cast.Firm, first_number: int) -> None:
    """Fill a place with properties, owners, cars, tariffs and a contract. Phones are counted from ``first_number``."""
    place, actor, community = scene.place, scene.system, scene.community
    dice, phones = scene.dice("estate"), count(first_number)
    homes = bulk_create_properties(list(_home_rows(scene, dice)), actor=actor, community=community)
    spaces = bulk_create_properties(
        [PropertyRow(number=f"B1-{n:03d}", kind="parking", code=f"B1-{n:03d}", floor="B1") for n in range(1, place.spaces + 1)],
        actor=actor, community=community,
    )  # fmt: skip
    owners = bulk_create_persons([_owner(home, place, dice, next(phones)) for home in homes], actor=actor, community=community)
    _tie(scene, homes, owners, dice, phones)
    _park(scene, homes, spaces, owners, dice)
    _contract(scene)
    _housekeepers(scene, firm)


def _home_rows(scene: Scene, dice: random.Random) -> Iterator[PropertyRow]:
    for block in scene.place.blocks:
        yield from _block_rows(block, scene, dice)


def _block_rows(block: cast.Block, scene: Scene, dice: random.Random) -> list[PropertyRow]:
    """So many properties of the block's shape as it has units, building by building."""
    actor, community = scene.system, scene.community
    houses = -(-block.units // block.a_building)
    buildings = bulk_create_buildings(_building_names(block, houses), actor=actor, community=community)
    doors = bulk_create_entrances(
        [EntranceRow(building.pk, f"{n}单元") for building in buildings for n in range(1, block.entrances + 1)],
        actor=actor, community=community,
    )  # fmt: skip
    sites: list[tuple[int, int | None]] = [(door.building_id, door.pk) for door in doors]
    sites = sites or [(building.pk, None) for building in buildings]
    delivered = _delivered(scene)
    rows = [
        PropertyRow(number=f"{floor}{number:02d}", kind=block.kind, building_id=building_id, entrance_id=entrance_id, floor=str(floor),
                    layout=plan.layout, area_m2=Decimal(plan.area), delivered_on=delivered, vacant=dice.random() < VACANT)
        for building_id, entrance_id in sites
        for floor in range(1, block.floors + 1)
        for number, plan in enumerate(block.plans, start=1)
    ]  # fmt: skip
    return rows[: block.units]


def _building_names(block: cast.Block, wanted: int) -> list[str]:
    """1栋, 2栋 … — a 座 of offices is lettered as long as letters last."""
    letters = block.kind == "office" and wanted <= 26
    return [block.name.format(chr(64 + n) if letters else n) for n in range(1, wanted + 1)]


def _delivered(scene: Scene) -> dt.date:
    """The day the keys were handed out: last month for a place whose contract has only begun."""
    if scene.place.since is not None:
        return scene.started.day(18)
    return dt.date(scene.place.delivered_year, 6, 30)


def _owner(home: Property, place: cast.Place, dice: random.Random, number: int) -> PersonRow:
    if home.kind == "office":
        return PersonRow(name=names.company(dice), kind="company", mobile=names.mobile(number))
    return PersonRow(name=names.person(dice, place.age), mobile=names.mobile(number))


def _tie(scene: Scene, homes: Sequence[Property], owners: Sequence[Person], dice: random.Random, phones: Iterator[int]) -> None:
    """Who owns and who pays: shops are mostly let, and a new place belongs to its developer until it is taken over."""
    actor, community, start = scene.system, scene.community, scene.started.first
    rows: list[TieRow] = []
    let = [home for home in homes if home.kind == "shop" and dice.random() < LET]
    tenants = bulk_create_persons(
        [PersonRow(name=names.shop(dice), kind="company", mobile=names.mobile(next(phones))) for _ in let],
        actor=actor, community=community,
    )  # fmt: skip
    if scene.place.since is None:
        rows += [TieRow(home.pk, owner.pk, "owner", start) for home, owner in zip(homes, owners, strict=True)]
    else:
        row = PersonRow(name=DEVELOPER, kind="developer", mobile=names.mobile(next(phones)))
        developer = bulk_create_persons([row], actor=actor, community=community)[0]
        rows += [TieRow(home.pk, developer.pk, "developer", start) for home in homes]
        taken = [pair for pair in zip(homes, owners, strict=True) if dice.random() < HANDED_OVER]
        rows += [TieRow(home.pk, owner.pk, "owner", _delivered(scene) + DAY * dice.randint(0, 9)) for home, owner in taken]
    rows += [TieRow(home.pk, tenant.pk, "payer", start) for home, tenant in zip(let, tenants, strict=True)]
    rows += [TieRow(home.pk, tenant.pk, "tenant", start) for home, tenant in zip(let, tenants, strict=True)]
    bulk_tie(rows, actor=actor, community=community)


def _park(scene: Scene, homes: Sequence[Property], spaces: Sequence[Property], owners: Sequence[Person], dice: random.Random) -> None:
    """Spaces go to owners drawn by lot, with a car each."""
    if not spaces:
        return
    actor, community = scene.system, scene.community
    able = [n for n, home in enumerate(homes) if home.kind != "shop"]
    users = sorted(dice.sample(able, min(len(spaces), len(able))))
    pairs = list(zip(spaces, users, strict=False))
    ties = [TieRow(space.pk, owners[n].pk, "owner", scene.started.first) for space, n in pairs]
    bulk_tie(ties, actor=actor, community=community)
    bulk_attach([(space.pk, homes[n].pk) for space, n in pairs], actor=actor, community=community)
    plates = dict.fromkeys(names.plate(dice) for _ in pairs)
    bulk_create_vehicles(
        [VehicleRow(homes[n].pk, plate, dice.choice(names.CARS), dice.choice(names.COLOURS)) for plate, (_, n) in zip(plates, pairs, strict=False)],
        actor=actor, community=community,
    )  # fmt: skip


def _contract(scene: Scene) -> None:
    place, community, actor, start = scene.place, scene.community, scene.system, scene.started.first
    draft = ContractDraft(
        number=f"{place.prefix}-{start.year}-01", title=f"{place.name}物业服务合同", starts_on=start,
        cycle_months=place.cycle_months, due_day=place.due_day, late_fee_rate=DEFAULT_RATE, late_fee_cap=DEFAULT_CAP,
        late_fee_clause="第九条", fee_clause="第六条", channels=("scan", "card", "cash", "transfer"),
    )  # fmt: skip
    contract = create_contract(draft, actor=actor, community=community)
    items = {item.code: item for item in ChargeItem.objects.filter(organisation_id=community.organisation_id)}
    wanted = [
        ("service", "住宅物业服务费", "area", place.per_m2, "residential"),
        ("service", "商铺物业服务费", "area", place.shop_per_m2, "shop"),
        ("service", "写字楼物业服务费", "area", place.office_per_m2, "office"),
        ("parking_service", "地下车位服务费", "parking", place.parking if place.spaces else Decimal(0), "parking"),
    ]
    for code, name, method, price, kind in wanted:
        if price:
            tariff = create_tariff(items[code].pk, name, method, effective_from=start, per_unit=price, actor=actor, community=community)
            cover(contract.pk, tariff.pk, start, kinds=(kind,), actor=actor)
    activate(contract.pk, actor=actor)


def _housekeepers(scene: Scene, firm: cast.Firm) -> None:
    """The place's buildings are shared out among its housekeepers."""
    here = [one.username for one in firm.people if one.role == Role.HOUSEKEEPER and scene.place.name in one.communities]
    users = list(User.objects.filter(username__in=here).order_by("pk"))
    houses = buildings(scene.system).filter(community_id=scene.community.pk).order_by("sort_key", "pk")
    for n, house in enumerate(houses if users else []):
        set_housekeeper(house.pk, users[n % len(users)].pk, actor=scene.system)
