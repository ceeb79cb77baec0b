"""Items, tariffs and versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.refusals import Refusals
from tests.world import World, actor_of
from wuyefei.estate.tariffs import actions
from wuyefei.estate.tariffs import public as room
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.models import AuditEntry

JAN1, MAR16 = dt.date(2026, 1, 1), dt.date(2026, 3, 16)


@pytest.fixture
def billed_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, dt.date]]:
    """The days that bills are said to reach, in place of the billing room."""
    days: dict[int, dt.date] = {}
    monkeypatch.setattr(actions, "_use_checks", [])
    room.register_use_check(days.get)
    yield days


def test_default_items_are_made_once(world: World) -> None:
    theirs = world["outsider"].organisation_id
    organisation = world.other_community.organisation
    items = room.ensure_default_items(organisation)
    assert [items[code].name for code in ("service", "parking_rent", "opening")] == ["物业服务费", "车位租金", "期初欠费"]
    assert room.ensure_default_items(organisation) == items
    assert room.ChargeItem.objects.filter(organisation_id=theirs).count() == 9
    ours = room.ensure_default_items(world.organisation)
    assert ours["service"].pk == world.service.pk, "an item of that name is left as it is"
    assert room.items(world["finance"]).filter(name="车位服务费").count() == 1


def test_item_belongs_to_the_organisation(world: World, refused: Refusals) -> None:
    item = room.create_item("garden", "花园养护费", "income", Decimal("0.06"), actor=world["lead"])
    assert room.get_item(world["cashier"], item.pk).name == "花园养护费"
    with refused(NotFound):
        room.get_item(world["outsider"], item.pk)
    local = actor_of(world.organisation, "local", Role.FINANCE_LEAD, world.community)
    with refused(Forbidden):
        room.create_item("x", "甲", "income", Decimal(0), actor=local)
    for code, name in (("garden", "乙"), ("y", "花园养护费")):
        with refused(DomainError, "already_exists"):
            room.create_item(code, name, "income", Decimal(0), actor=world["lead"])
    with refused(Invalid):
        room.create_item("z", "丙", "gift", Decimal(0), actor=world["lead"])
    with refused(Invalid):
        room.create_item("z", "丙", "income", Decimal(6), actor=world["lead"])


def test_tariff_with_its_first_price(world: World, refused: Refusals) -> None:
    made = room.create_tariff(
        world.service.pk, "商铺物业费", "fixed_area", effective_from=JAN1, per_unit=Decimal("8.5"), fixed=Decimal("30"),
        actor=world["manager"], community=world.community,
    )  # fmt: skip
    assert room.prices_of([made.pk]) == {made.pk: [room.TariffPrice(JAN1, Decimal("8.5"), Decimal(30), 1)]}
    terms = room.tariff_terms(world.community.pk)[made.pk]
    assert (terms.name, terms.method, terms.item_name, terms.tax_rate) == ("商铺物业费", "fixed_area", "物业服务费", Decimal("0.06"))
    again = {"effective_from": JAN1, "per_unit": Decimal(1), "actor": world["manager"], "community": world.community}
    with refused(DomainError, "already_exists"):
        room.create_tariff(world.service.pk, "商铺物业费", "area", **again)
    with refused(Invalid):
        room.create_tariff(world.service.pk, "新", "metered", **again)
    with refused(Invalid):
        room.create_tariff(world.service.pk, "新", "area", **{**again, "per_unit": Decimal("-1")})
    with refused(NotFound):
        room.create_tariff(world.service.pk, "新", "area", **{**again, "actor": world["outsider"]})
    with refused(NotFound):
        room.create_tariff(
            world.service.pk, "新", "area", **{**again, "actor": world["outsider"], "community": world.other_community}
        )
    with refused(Forbidden):
        room.create_tariff(world.service.pk, "新", "area", **{**again, "actor": world["cashier"]})


def test_versions_follow_each_other(world: World, refused: Refusals, billed_to: dict[int, dt.date]) -> None:
    tariff, lead = world.service_tariff, world["lead"]
    version = room.add_version(tariff.pk, MAR16, per_unit=Decimal("2.80"), note="业主大会决议", actor=lead)
    assert version.number == 2
    entry = AuditEntry.objects.get(action="tariff.version")
    assert entry.after == {
        "tariff": "住宅物业费", "number": 2, "effective_from": "2026-03-16", "per_unit": "2.80", "fixed": "0",
        "note": "业主大会决议",
    }  # fmt: skip
    assert entry.community_id == world.community.pk
    with refused(room.VersionTaken):
        room.add_version(tariff.pk, MAR16, per_unit=Decimal("2.90"), actor=lead)
    with refused(Invalid):
        room.add_version(tariff.pk, dt.date(2026, 5, 1), per_unit=Decimal("2.90"), fixed=Decimal(1), actor=lead)
    with refused(NotFound):
        room.add_version(tariff.pk, dt.date(2026, 5, 1), per_unit=Decimal("2.90"), actor=world["outsider"])
    with refused(Forbidden):
        room.add_version(tariff.pk, dt.date(2026, 5, 1), per_unit=Decimal("2.90"), actor=world["finance"])
    assert [(p.since, p.per_unit, p.version_number) for p in room.prices_of([tariff.pk])[tariff.pk]] == [
        (JAN1, Decimal("2.5"), 1),
        (MAR16, Decimal("2.8"), 2),
    ]


def test_no_price_for_days_already_billed(world: World, refused: Refusals, billed_to: dict[int, dt.date]) -> None:
    tariff, lead = world.service_tariff, world["lead"]
    billed_to[tariff.pk] = dt.date(2026, 6, 30)
    price = Decimal("2.80")
    with refused(room.AlreadyBilled) as caught:
        room.check_next(tariff.pk, room.NewPrice(MAR16, price), actor=lead)
    assert caught.value.text == (
        "新价格自 2026-03-16 生效，但这项收费标准已出账到 2026-06-30。最早可自 2026-07-01 生效；要从更早的日子起生效，请在收费标准页补录，差价一次更正。"
    )
    assert room.check_next(tariff.pk, room.NewPrice(MAR16, price), late=True, actor=lead).version_number == 2
    assert room.check_next(tariff.pk, room.NewPrice(dt.date(2026, 7, 1), price), actor=lead).per_unit == Decimal("2.80")


def test_a_price_by_one_person_only_before_anything_is_billed(world: World, refused: Refusals, billed_to: dict[int, dt.date]) -> None:
    """One tariff of the community billed, and no tariff of it takes a price from one person alone."""
    lead = world["lead"]
    assert room.being_set_up(world.community.pk)
    room.add_version(world.parking_tariff.pk, MAR16, per_unit=Decimal(160), actor=lead)
    billed_to[world.service_tariff.pk] = dt.date(2026, 6, 30)
    assert not room.being_set_up(world.community.pk)
    with refused(room.NeedsSecond):
        room.add_version(world.parking_tariff.pk, dt.date(2026, 8, 1), per_unit=Decimal(160), actor=lead)
    made = room.enter_agreed(world.parking_tariff.pk, room.NewPrice(dt.date(2026, 8, 1), Decimal(170)), actor=lead)
    assert made.number == 3


def test_ended_tariff_takes_no_price(world: World, refused: Refusals) -> None:
    room.end_tariff(world.parking_tariff.pk, dt.date(2026, 6, 30), actor=world["lead"])
    with refused(DomainError, "tariff_ended"):
        room.add_version(world.parking_tariff.pk, dt.date(2026, 8, 1), per_unit=Decimal(160), actor=world["lead"])
    assert room.tariffs(world["cashier"]).count() == 2
    assert not room.tariffs(world["outsider"]).exists()
    with refused(NotFound):
        room.get_tariff(world["outsider"], world.parking_tariff.pk)
