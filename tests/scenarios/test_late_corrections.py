"""A price found wrong after its month was closed: of every kind of charge the difference is an adjustment in the open month,
exact to the fen with its tax, and the closed months stay as they were."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from tests.scenarios.month import publish
from tests.world import World, make_world, pay
from wuyefei.estate.contracts.public import add_line
from wuyefei.estate.metering.public import Installed, ReadingRow, put_on, record
from wuyefei.estate.properties.public import MeterRow
from wuyefei.estate.tariffs.public import By, ChargeItem, DepositBy, DepositRule, create_tariff, set_policy
from wuyefei.estate.turnover.public import DeclaredRow, declare, settle
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    Adjustment,
    OpeningArrears,
    Receivable,
    ask_adjustment,
    book_opening,
    charge_once,
)
from wuyefei.money.closing.public import ask_close
from wuyefei.money.ledger.public import Entry, Leg
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.money.sheets.actions import draft_deposit, draft_turnover
from wuyefei.money.sheets.public import (
    Sheet,
    ask_to_bill,
    draft_each,
    draft_metered,
    draft_shared,
    parse_price,
    parse_steps,
)
from wuyefei.money.sheets.terms import (
    DepositTerms,
    EachTerms,
    Head,
    MeteredTerms,
    Scope,
    SharedTerms,
    TurnoverTerms,
)

JAN, FEB, OPEN = dt.date(2026, 1, 1), dt.date(2026, 2, 20), dt.date(2026, 3, 3)
JANUARY = Span(JAN, dt.date(2026, 1, 31))
INCOME, HELD, DEPOSITS, EQUITY = "6001", "2241", "2241.1", "3131"


@dataclass(frozen=True)
class Wrong:
    """A bill of a kind as it was billed, the difference to the right price, and the tax in it; all in fen."""

    kind: str
    billed_fen: int
    change_fen: int
    tax_fen: int
    against: str = INCOME


CASES = [
    Wrong("住宅物业费", 25000, 1000, 57),  # 100 m² at 2.60 instead of 2.50
    Wrong("地下车位", 15000, -1000, -57),  # 140 instead of 150
    Wrong("固定", 3000, 500, 28),  # 35 instead of 30
    Wrong("固定加面积", 15433, 895, 51),  # 1.6 × 89.55 + 20 instead of 1.5
    Wrong("数量", 3100, -100, -6),  # 2 × 15 instead of 15.5
    Wrong("车位按天", 15500, 3100, 175),  # 31 days at 6 instead of 5
    Wrong("车位自有", 6000, -500, -28),  # 55 instead of 60
    Wrong("居住人数", 1000, 200, 11),  # 12 instead of 10
    Wrong("公式", 5373, 896, 51),  # 89.55 × 0.7 = 62.685 instead of × 0.6 = 53.73
    Wrong("商铺租金", 800000, 40000, 2264),  # 8,400 instead of 8,000
    Wrong("采暖费", 30000, 2000, 113),  # 3.20 instead of 3.00 in the season
    Wrong("水费", 5175, 300, 0, HELD),  # 15 at 3.65 instead of 3.45
    Wrong("分时电费", 2080, 240, 0, HELD),  # peak 12 at 1.4 instead of 1.2; off-peak 16 at 0.4
    Wrong("公摊", 10000, -1000, -57),  # 270 over three instead of 300
    Wrong("批量", 5000, -500, -28),  # 45 instead of 50
    Wrong("营业额", 400000, 80000, 4528),  # 8 % of 160,000 instead of 150,000, beyond 8,000
    Wrong("押金", 200000, -50000, 0, DEPOSITS),  # 1,500 instead of 2,000
    Wrong("临时", 8000, -1000, -57),
    Wrong("期初", 50000, -5000, 0, EQUITY),
]


def billed(world: World, sheet: Sheet) -> Receivable:
    approvals.decide(ask_to_bill(sheet.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    return Receivable.objects.filter(memo=sheet.title).order_by("pk")[0]


def lines(world: World) -> None:
    """A line of every kind that a month's run bills; the flat 1-1-201 is let as a shop."""
    kinds: list[tuple[str, str, str, dict[str, Any]]] = [
        ("固定", "fixed", "1-1-102", {"fixed": Decimal(30)}),
        ("固定加面积", "fixed_area", "1-1-102", {"per_unit": Decimal("1.5"), "fixed": Decimal(20)}),
        ("数量", "quantity", "1-1-102", {"per_unit": Decimal("15.5"), "terms": {"unit": "个"}}),
        ("车位按天", "parking_day", "B1-001", {"per_unit": Decimal(5)}),
        ("车位自有", "parking_own", "B1-001", {"per_unit": Decimal(60), "terms": {"rented": "300"}}),
        ("居住人数", "per_head", "1-1-101", {"per_unit": Decimal(10)}),
        ("公式", "formula", "1-1-102", {"terms": {"formulas": [["每月金额", "建筑面积 × 0.6"]]}}),
        ("商铺租金", "rent", "1-1-201", {"terms": {"by": "total", "steps": [["1", "8000"]], "free": [], "turnover": [["", "0.08"]]}}),
        ("采暖费", "area", "1-1-101", {"terms": {"seasons": [["采暖季", "11-15", "03-15", "3", "0"]]}}),
    ]
    for name, method, code, price in kinds:
        tariff = create_tariff(world.parking.pk, name, method, effective_from=JAN, actor=world["manager"], community=world.community, **price)
        quantity = Decimal(2) if method == "quantity" else None
        add_line(world.contract.pk, world.flats[code].pk, tariff.pk, JAN, quantity=quantity, actor=world["manager"])


def item(world: World, code: str, nature: str) -> ChargeItem:
    return ChargeItem.objects.create(organisation=world.organisation, code=code, name=code, nature=nature, tax_rate=Decimal(0))


def by_sheets(world: World) -> dict[str, Receivable]:
    """Everything that sheets bill, in February."""
    place, home, actor = world.community, world.flats["1-1-101"], world["finance"]
    water, power = item(world, "water", "pass_through"), item(world, "power", "pass_through")
    for kind, band, start, end in (("水表", "", 100, 115), ("电表", "peak", 0, 12), ("电表", "valley", 0, 16)):
        with clock.at(JAN):
            opened = Installed(JAN, Decimal(start), band=band)
            meter = put_on(MeterRow(home.pk, kind, f"{kind}{band}"), opened, actor=world["manager"], community=place).meter
        record([ReadingRow(meter.pk, JANUARY.last, Decimal(end))], actor=world["manager"], community=place)

    def head(of: ChargeItem, title: str) -> Head:
        return Head(of.pk, title, JANUARY, dt.date(2026, 3, 15))

    price = parse_price("峰 1.2，谷 0.4")
    found = {
        "水费": draft_metered(head(water, "水费"), MeteredTerms("水表", parse_steps("3.45"), JAN), actor=actor, community=place),
        "分时电费": draft_metered(head(power, "分时电费"), MeteredTerms("电表", price.steps, JAN, bands=price.bands), actor=actor, community=place),
        "公摊": draft_shared(head(world.service, "公摊"), SharedTerms(30000, By.UNIT, Scope(kinds=("residential",))), actor=actor, community=place),
        "批量": draft_each(head(world.service, "批量"), EachTerms(Decimal(50), By.UNIT, Scope(only=("1-1-101",))), actor=actor, community=place),
    }
    deposit = item(world, "fitting", "deposit")
    set_policy(deposit.pk, DepositRule(DepositBy.PROPERTY, Decimal(2000)), JAN, actor=world["manager"], community=place)
    on = Head(deposit.pk, "押金", Span(FEB, FEB), dt.date(2026, 3, 15))
    found["押金"] = draft_deposit(on, DepositTerms(("1-1-101",)), actor=actor, community=place)
    line = world.contract.lines.get(tariff__name="商铺租金")
    said = declare([DeclaredRow(line.pk, Month(2026, 1), 15_000_000)], actor=actor, community=place)
    settle([row.pk for row in said], approved=True, actor=world["lead"], community=place)
    found["营业额"] = draft_turnover(head(world.parking, "营业额"), TurnoverTerms(Month(2026, 1)), actor=actor, community=place)
    return {name: billed(world, sheet) for name, sheet in found.items()}


def make_books() -> tuple[World, dict[str, Receivable]]:
    """January billed by the run, February by sheets and on the spot; both closed by two people."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        lines(world)
        publish(world, "2026-01")
    home, owner = world.flats["1-1-101"], world.people["陆小满"]
    with clock.at(FEB):
        found = by_sheets(world)
        place = {"actor": world["cashier"], "community_id": world.community.pk}
        found["临时"] = charge_once(home.pk, owner.pk, world.service, 8000, memo="办卡", **place)
        arrears = OpeningArrears(home.pk, owner.pk, dt.date(2025, 12, 1), dt.date(2025, 12, 31), dt.date(2025, 12, 15), 50000)
        book_opening([arrears], actor=world["lead"], community=world.community, item=item(world, "opening", "income"))
        found["期初"] = Receivable.objects.get(kind="opening")
    for row in Receivable.objects.filter(kind="run").select_related("tariff").order_by("-property__code"):
        assert row.tariff is not None
        found[row.tariff.name] = row  # of several homes the first
    with clock.at(OPEN):
        request = ask_close(world.community.pk, Month(2026, 2), actor=world["finance"], reason="月末没有核验的下周补")
        approvals.decide(request.pk, approved=True, actor=world["lead"])
    return world, found


@pytest.fixture(scope="class")
def books(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Made once for the class; every test works in a transaction that is undone."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            yield make_books()
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def closed_legs(world: World) -> list[tuple[str, int]]:
    rows = Leg.objects.filter(community=world.community, entry__entry_date__lt=dt.date(2026, 3, 1))
    return list(rows.values_list("account").annotate(Sum("amount_fen")).order_by("account"))


def correct(world: World, row: Receivable, fen: int) -> None:
    request = ask_adjustment(row.pk, fen, actor=world["finance"], reason="单价更正")
    approvals.decide(request.pk, approved=True, actor=world["lead"])


@pytest.mark.django_db
class TestLateCorrections:
    @pytest.mark.parametrize("wrong", CASES, ids=lambda one: one.kind)
    def test_the_difference_is_booked_in_the_open_month(self, books: tuple[World, dict[str, Receivable]], wrong: Wrong) -> None:
        world, found = books
        row = found[wrong.kind]
        before = closed_legs(world)
        assert row.amount_fen == row.outstanding_fen == wrong.billed_fen
        with clock.at(OPEN):
            correct(world, row, wrong.change_fen)
        now = Receivable.objects.get(pk=row.pk)
        assert (now.amount_fen, now.prices, now.tax_fen, now.period) == (wrong.billed_fen, row.prices, row.tax_fen, row.period)
        assert now.outstanding_fen == wrong.billed_fen + wrong.change_fen
        made = Adjustment.objects.get(receivable=row)
        assert (made.amount_fen, made.tax_fen, made.value_date) == (wrong.change_fen, wrong.tax_fen, OPEN)
        entry = Entry.objects.get(kind="billing.adjust", source_id=row.pk)
        legs = {"1122": wrong.change_fen, "2221": -wrong.tax_fen, wrong.against: -(wrong.change_fen - wrong.tax_fen)}
        assert (entry.entry_date, dict(entry.legs.values_list("account", "amount_fen"))) == (OPEN, {key: fen for key, fen in legs.items() if fen})
        assert closed_legs(world) == before

    def test_all_of_them_corrected_the_books_hold(self, books: tuple[World, dict[str, Receivable]]) -> None:
        world, found = books
        assert set(found) == {wrong.kind for wrong in CASES}
        with clock.at(OPEN):
            for wrong in CASES:
                correct(world, found[wrong.kind], wrong.change_fen)
            report = run_checks(world.organisation.pk)
        assert report.holds, report.first

    def test_what_is_paid_already_is_not_lowered_by_an_adjustment(self, books: tuple[World, dict[str, Receivable]]) -> None:
        world, found = books
        row = found["批量"]
        with clock.at(OPEN):
            pay(PaymentOrder(row.property_id, row.payer_id, (row.pk,), {"cash": 5000}, "paid-in-march-000001"), actor=world["cashier"])
            with pytest.raises(DomainError) as refused:
                ask_adjustment(row.pk, -500, actor=world["finance"], reason="单价更正")
            correct(world, row, 500)
        assert refused.value.code == "too_much" and Adjustment.objects.get(receivable=row).amount_fen == 500
