"""One estate with named people: two organisations, the second there to be out of reach."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Building, Entrance, Property
from wuyefei.estate.tariffs.public import ChargeItem, Tariff, TariffVersion
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import Community, Organisation, RoleGrant, User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.text import natural_key, pinyin_initials, pinyin_key
from wuyefei.foundation.platform import clock
from wuyefei.money.cashdesk.public import Shift, ShiftPayment
from wuyefei.money.payments.public import Payment, PaymentOrder, take_payment

START = dt.date(2026, 1, 1)


@dataclass
class World:
    """桂语物业 with 桂语花园 (three flats and a parking space), and 青禾物业 with 青禾里."""

    organisation: Organisation
    community: Community
    other_community: Community
    contract: Contract
    service: ChargeItem
    parking: ChargeItem
    service_tariff: Tariff
    parking_tariff: Tariff
    flats: dict[str, Property] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Actor:
        """An actor by role: cashier, finance, lead, manager, auditor, admin, outsider."""
        return self.actors[name]


def person(community: Community, name: str) -> Person:
    return Person.objects.create(
        organisation=community.organisation, community=community, name=name, pinyin=pinyin_key(name),
        initials=pinyin_initials(name),
    )  # fmt: skip


def actor_of(organisation: Organisation, username: str, role: Role, community: Community | None = None) -> Actor:
    user = User.objects.create(organisation=organisation, username=username, name=f"{username}甲", password="!")
    RoleGrant.objects.create(organisation=organisation, user=user, role=role, community=community, starts_on=dt.date(2020, 1, 1))
    return load_actor(user)


def flat(community: Community, code: str, area: str | None, kind: str = "residential") -> Property:
    building = entrance = None
    if code.count("-") == 2:
        names = code.split("-")
        building, _ = Building.objects.get_or_create(
            organisation=community.organisation, community=community, name=names[0], sort_key=natural_key(names[0])
        )
        entrance, _ = Entrance.objects.get_or_create(
            organisation=community.organisation, community=community, building=building, name=names[1]
        )
    return Property.objects.create(
        organisation=community.organisation, community=community, building=building, entrance=entrance, kind=kind,
        number=code.split("-")[-1], code=code, sort_key=natural_key(code), area_m2=Decimal(area) if area else None,
    )  # fmt: skip


def own(flat_: Property, owner: Person, since: dt.date = START, until: dt.date | None = None) -> Tie:
    return Tie.objects.create(
        organisation=flat_.organisation, community=flat_.community, property=flat_, person=owner, role="owner",
        starts_on=since, ends_on=until,
    )  # fmt: skip


def tariff(community: Community, item: ChargeItem, name: str, method: str, per_unit: str, fixed: str = "0") -> Tariff:
    row = Tariff.objects.create(organisation=community.organisation, community=community, item=item, name=name, method=method)
    TariffVersion.objects.create(
        tariff=row, number=1, effective_from=START, per_unit=Decimal(per_unit), fixed=Decimal(fixed), made_at=clock.now()
    )
    return row


def charge(contract: Contract, flat_: Property, tariff_: Tariff, since: dt.date = START) -> ContractLine:
    return ContractLine.objects.create(
        organisation=contract.organisation, community=contract.community, contract=contract, property=flat_, tariff=tariff_,
        starts_on=since,
    )  # fmt: skip


def make_world(cycle_months: int = 1) -> World:
    """Service fee 2.50 a m² and month, parking 150 a month; due on the 15th; 0.05 % a day, at most 5 %."""
    ours = Organisation.objects.create(name="桂语物业", seal_name="桂语物业服务有限公司", created_at=clock.now())
    theirs = Organisation.objects.create(name="青禾物业", created_at=clock.now())
    place = Community.objects.create(
        organisation=ours, name="桂语花园", sort_key=pinyin_key("桂语花园"), receipt_prefix="GY"
    )
    far = Community.objects.create(organisation=theirs, name="青禾里", sort_key="qingheli", receipt_prefix="QH")
    service = ChargeItem.objects.create(organisation=ours, code="service", name="物业服务费", tax_rate=Decimal("0.06"))
    parking = ChargeItem.objects.create(organisation=ours, code="parking", name="车位服务费", tax_rate=Decimal("0.06"))
    contract = Contract.objects.create(
        organisation=ours, community=place, number="GY-2026-01", title="前期物业服务合同", state="active", starts_on=START,
        cycle_months=cycle_months, cycle_anchor=START, due_day=15, late_fee_rate=Decimal("0.0005"), late_fee_cap=Decimal("0.05"),
        fee_clause="第六条", late_fee_clause="第九条",
    )  # fmt: skip
    world = World(
        ours, place, far, contract, service, parking,
        tariff(place, service, "住宅物业费", "area", "2.50"), tariff(place, parking, "地下车位", "parking", "150"),
    )  # fmt: skip
    for code, area, owner in [("1-1-101", "100.00", "陆小满"), ("1-1-102", "89.55", "沈秋白"), ("1-1-201", "120.36", "顾予安")]:
        world.flats[code], world.people[owner] = flat(place, code, area), person(place, owner)
        own(world.flats[code], world.people[owner])
        charge(contract, world.flats[code], world.service_tariff)
    world.flats["B1-001"] = flat(place, "B1-001", None, "parking")
    Property.objects.filter(pk=world.flats["B1-001"].pk).update(attached_to=world.flats["1-1-101"])
    own(world.flats["B1-001"], world.people["陆小满"])
    charge(contract, world.flats["B1-001"], world.parking_tariff)
    for name, role in {
        "cashier": Role.CASHIER, "finance": Role.FINANCE, "lead": Role.FINANCE_LEAD, "manager": Role.PROJECT_MANAGER,
        "auditor": Role.AUDITOR, "admin": Role.ADMINISTRATOR, "collector": Role.COLLECTOR,
    }.items():  # fmt: skip
        world.actors[name] = actor_of(ours, name, role)
    world.actors["outsider"] = actor_of(theirs, "outsider", Role.FINANCE_LEAD)
    return world


def pay(order: PaymentOrder, *, actor: Actor) -> Payment:
    """``take_payment`` with a shift for it, but without the shift's lock: many at once meet at the bills themselves."""
    payment = take_payment(order, actor=actor)
    shift, _ = Shift.objects.get_or_create(
        organisation_id=payment.organisation_id, community_id=payment.community_id, cashier_id=actor.user_id, state="open",
        defaults={"opened_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "float_fen": 0},
    )  # fmt: skip
    ShiftPayment.objects.get_or_create(payment=payment, defaults={"shift": shift})
    return payment
