"""Kinds of charges through a month's run: drafted, explained, published, and proved again from their frozen origin."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.scenarios.month import publish
from tests.world import World, make_world, person
from wuyefei.estate.contracts.public import add_line
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import Tariff, create_tariff, prices_of
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.checks import _computed_otherwise
from wuyefei.money.billing.facts import Found, community_facts
from wuyefei.money.billing.kinds import Scheduler
from wuyefei.money.billing.public import Receivable, RunLine, draft_run, explanation

pytestmark = pytest.mark.django_db
JAN = dt.date(2026, 1, 1)


@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 2)):
        return make_world()


def tariff(world: World, name: str, method: str, per_unit: str = "0", **terms: Any) -> Tariff:
    return create_tariff(
        world.parking.pk, name, method, effective_from=JAN, per_unit=Decimal(per_unit), terms=terms or None, actor=world["manager"],
        community=world.community,
    )  # fmt: skip


def tie(world: World, code: str, name: str, role: str, since: dt.date) -> None:
    Tie.objects.create(
        organisation=world.organisation, community=world.community, property=world.flats[code], person=person(world.community, name),
        role=role, starts_on=since,
    )  # fmt: skip


def line(world: World, code: str, made: Tariff, first: dt.date = JAN, quantity: str | None = None) -> None:
    amount = None if quantity is None else Decimal(quantity)
    add_line(world.contract.pk, world.flats[code].pk, made.pk, first, quantity=amount, actor=world["manager"])


def every_kind(world: World) -> None:
    """One line of each kind; somebody moves in on 16 January, the flat 1-1-201 is let as a shop from the 10th."""
    tie(world, "1-1-101", "林见鹿", "occupant", dt.date(2026, 1, 16))
    line(world, "1-1-101", tariff(world, "垃圾处理费", "per_head", "10"))
    line(world, "1-1-102", tariff(world, "储物柜", "quantity", "15.5", unit="个"), quantity="2")
    line(world, "B1-001", tariff(world, "临停月卡", "parking_day", "5"), dt.date(2026, 1, 12))
    line(world, "B1-001", tariff(world, "车位", "parking_own", "60", rented="300"))
    formula = [["基础", "建筑面积 × 0.6"], ["每月金额", "最大(基础, 50) + 居住人数 × 3"]]
    line(world, "1-1-102", tariff(world, "电梯运行费", "formula", formulas=formula))
    rent = {"by": "area", "steps": [["1", "80"]], "escalation": ["12", "0.05"], "free": [["1", "1"]], "turnover": []}
    line(world, "1-1-201", tariff(world, "商铺租金", "rent", **rent), dt.date(2026, 1, 10))


def amounts(world: World, month: Month) -> dict[str, int]:
    with clock.at(month.first):
        draft_run(world.community.pk, month, actor=world["finance"])
    rows = RunLine.objects.filter(tariff__method__in=["per_head", "quantity", "parking_day", "parking_own", "formula", "rent"])
    return {row.tariff.name: row.amount_fen for row in rows.filter(period=month.first).select_related("tariff")}


def test_a_month_of_every_kind(world: World) -> None:
    every_kind(world)
    assert amounts(world, Month(2026, 1)) == {
        "垃圾处理费": 1516,  # 10 × 15/31 + 20 × 16/31
        "储物柜": 3100,
        "临停月卡": 10000,  # 20 days × 5
        "车位": 6000,
        "电梯运行费": 5673,  # 89.55 × 0.6 + 3
    }  # the shop's first month is free


def test_each_says_in_words_how_it_came_about(world: World) -> None:
    every_kind(world)
    amounts(world, Month(2026, 2))
    said = {row.tariff.name: [piece.formula for piece in explanation(row).pieces] for row in RunLine.objects.filter(period=dt.date(2026, 2, 1))}
    assert said["垃圾处理费"] == ["10.00 元 × 2 人"]
    assert said["储物柜"] == ["15.50 元 × 2 个"]
    assert said["临停月卡"] == ["5.00 元 × 1 个 × 28 天"]
    assert said["车位"] == ["60.00 元 × 1 个（自有车位）"]
    assert said["电梯运行费"] == [
        "基础 = 建筑面积 × 0.6；每月金额 = 最大(基础, 50) + 居住人数 × 3（建筑面积 89.55，居住人数 1） → 56.73 元"
    ]
    assert said["商铺租金"] == ["租约第 1 个月，免租期 0 元", "租约第 2 个月，每月租金 9628.80 元"]


def test_published_they_are_proved_again_and_a_changed_origin_is_found(world: World) -> None:
    every_kind(world)
    publish(world, "2026-01")
    publish(world, "2026-02")
    report = run_checks(world.organisation.pk)
    assert report.holds, report.first
    row = Receivable.objects.get(tariff__name="电梯运行费", period=JAN)
    row.prices[0]["how"]["parts"]["居住人数"] = "9"
    assert "来历" in _computed_otherwise(row)
    row.refresh_from_db()
    row.amount_fen += 1
    assert "应为" in _computed_otherwise(row)


def test_moving_in_later_leaves_what_is_published_as_it_was(world: World) -> None:
    every_kind(world)
    publish(world, "2026-01")
    tie(world, "1-1-101", "许拾光", "occupant", dt.date(2026, 1, 5))
    assert Receivable.objects.get(tariff__name="垃圾处理费").amount_fen == 1516
    assert amounts(world, Month(2026, 2))["垃圾处理费"] == 3000


def test_what_is_missing_is_a_named_gap(world: World) -> None:
    every_kind(world)
    Property.objects.filter(pk=world.flats["1-1-102"].pk).update(area_m2=None)
    Property.objects.filter(pk=world.flats["1-1-101"].pk).update(vacant=True)
    with clock.at(JAN):
        gaps = draft_run(world.community.pk, Month(2026, 1), actor=world["finance"]).gaps
    assert {(gap.property_code, gap.reason) for gap in gaps} >= {("1-1-101", "no_heads"), ("1-1-102", "no_area"), ("1-1-201", "zero")}


def test_a_quantity_is_asked_for_and_a_lease_takes_none(world: World) -> None:
    lockers = tariff(world, "储物柜", "quantity", "15.5")
    lease = tariff(world, "商铺租金", "rent", by="total", steps=[["1", "8000"]])
    for made, quantity in ((lockers, None), (lease, "2"), (tariff(world, "垃圾处理费", "per_head", "10"), "1.5")):
        with pytest.raises(DomainError):
            line(world, "1-1-101", made, quantity=quantity)
    assert world.contract.lines.filter(tariff__in=[lockers, lease]).count() == 0


def test_a_circular_formula_writes_nothing_and_terms_are_frozen(world: World) -> None:
    with pytest.raises(DomainError) as refused:
        tariff(world, "绕圈", "formula", formulas=[["甲", "乙 + 1"], ["乙", "甲 + 1"]])
    assert refused.value.code == "bad_formula" and not Tariff.objects.filter(name="绕圈").exists()
    made = tariff(world, "车位", "parking_own", "60", rented="300")
    with pytest.raises(Exception, match="frozen"), connection.cursor() as cursor:
        cursor.execute("UPDATE tariffs_tariffversion SET terms = '{}' WHERE tariff_id = %s", [made.pk])


def test_a_season_in_mid_month_is_billed_explained_and_proved(world: World) -> None:
    made = tariff(world, "采暖费", "area", "0", seasons=[["采暖季", "11-15", "03-15", "3", "0"]])
    line(world, "1-1-101", made)
    publish(world, "2026-02")
    publish(world, "2026-03")
    rows = Receivable.objects.filter(tariff=made).order_by("service_from")
    assert [row.amount_fen for row in rows] == [30000, 30000, 14516]  # January late, February, 3 × 100 × 15 ÷ 31
    said = explanation(rows[2])
    assert [(piece.formula, piece.share, piece.amount_fen) for piece in said.pieces] == [
        ("3.00 元 × 100.00 ㎡（采暖季）", "15 ÷ 31 天", 14516), ("0.00 元", "16 ÷ 31 天", 0),
    ]  # fmt: skip
    assert said.versions == [(1, JAN, "采暖季（11-15 至 03-15）3.00 元/㎡·月；其余日子 免收")]
    report = run_checks(world.organisation.pk)
    assert report.holds, report.first
    rows[2].prices[0]["per_unit"] = "3.1"
    assert "来历" in _computed_otherwise(rows[2])
    with clock.at(dt.date(2026, 4, 1)):
        gaps = draft_run(world.community.pk, Month(2026, 4), actor=world["finance"]).gaps
    assert not gaps  # out of its season it is free as agreed: nothing to look at


def test_a_price_linked_to_a_score_says_so_on_the_bill(world: World) -> None:
    bands = [["90", "100"], ["80", "90"], ["0", "70"]]
    made = tariff(world, "高层物业费", "area", "2.5", score={"linked": "20", "bands": bands, "points": "86"})
    line(world, "1-1-101", made)
    publish(world, "2026-01")
    row = Receivable.objects.get(tariff=made)
    said = explanation(row)
    assert (row.amount_fen, [piece.formula for piece in said.pieces]) == (24500, ["2.45 元 × 100.00 ㎡（其中 20% 和考核挂钩：86 分，计 90%）"])
    assert said.versions == [(1, JAN, "2.50 元/㎡·月（其中 20% 和考核挂钩：86 分，计 90%）")]
    report = run_checks(world.organisation.pk)
    assert report.holds, report.first


def test_lines_that_bring_the_same_are_priced_once_and_as_each_would_be(world: World) -> None:
    """Two flats with one person each share their facts; a third person makes another price, another area another formula."""
    made = [tariff(world, "垃圾处理费", "per_head", "10"), tariff(world, "电梯运行费", "formula", formulas=[["每月金额", "建筑面积 × 0.6 + 居住人数"]])]
    tie(world, "1-1-201", "林见鹿", "occupant", dt.date(2026, 1, 16))
    for one in made:
        for code in ("1-1-101", "1-1-102", "1-1-201"):
            line(world, code, one)
    found = [fact for chunk in community_facts(world.community.pk, Month(2026, 1)) for fact in chunk if isinstance(fact, Found)]
    by_head, by_formula = ([fact for fact in found if fact.line.tariff_id == one.pk] for one in made)
    assert [fact.facts is by_head[0].facts for fact in by_head] == [True, True, False]
    assert len({id(fact.facts) for fact in by_formula}) == 3
    for fact in (*by_head, *by_formula):
        alone = Scheduler([fact.line], Month(2027, 1).last).price(fact.line, prices_of([fact.line.tariff_id])[fact.line.tariff_id])
        assert (fact.facts.quantity, fact.facts.prices, fact.facts.versions) == (alone.quantity, alone.prices, alone.versions)
