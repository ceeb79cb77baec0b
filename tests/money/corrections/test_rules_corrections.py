"""The worked table of corrections, and what holds of every one."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.estate.tariffs.rules.public import (
    FORMULA,
    PARKING_OWN,
    PER_HEAD,
    RENT,
    Parts,
    TariffPrice,
    schedule,
)
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.money import parse_yuan, yuan
from wuyefei.money.billing.public import Convention, Price, charge_by_month, freeze, thawed_prices
from wuyefei.money.billing.rules.ahead import changed_months
from wuyefei.money.billing.rules.public import changed, spliced
from wuyefei.money.billing.rules.repricing import net_later, signed_tax_of
from wuyefei.money.corrections.rules import (
    Facts,
    Hindrance,
    digest,
    fresh,
    hindrance,
    left_over,
    needs_release,
    sums_of,
)

START, RATE, AREA = dt.date(2020, 1, 1), Decimal("0.06"), Decimal(100)
OLD = TariffPrice(START, Decimal("2.50"), Decimal(0), 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def total(span: Span, prices: list[Price], quantity: Decimal = AREA, convention: Convention = Convention.CALENDAR) -> int:
    return sum(fen for _, fen in charge_by_month(span, quantity, prices, convention))


def corrected(span: Span, frozen: list[dict[str, object]], versions: list[TariffPrice], since: dt.date, method: str = "area") -> list[Price]:
    known = fresh(method, versions, span, frozen)
    assert known is not None
    return spliced(thawed_prices(frozen), known.prices, since)


def frozen_of(span: Span, *versions: TariffPrice) -> list[dict[str, object]]:
    prices = [Price(one.since, one.per_unit, one.fixed) for one in versions]
    return freeze(prices, {one.since: one.version_number for one in versions}, span)


@pytest.mark.parametrize("row", rows_of("rules/corrections.md"), ids=lambda row: row["名称"])
def test_the_worked_table(row: dict[str, str]) -> None:
    span, since, now = Span(day(row["账单起"]), day(row["账单止"])), day(row["生效日期"]), Month.parse(row["办理月"])
    frozen = frozen_of(span, OLD)
    after = corrected(span, frozen, [OLD, TariffPrice(since, Decimal(row["新单价"]), Decimal(0), 2)], since)
    months = changed(span, AREA, thawed_prices(frozen), after, Convention.CALENDAR)
    fen = sum(part for _, part in months)
    has = [total(span, thawed_prices(frozen)), total(span, after), fen, signed_tax_of(fen, RATE), sum(net_later(months, RATE, now).values())]
    assert [yuan(one) for one in has] == [row[name] for name in ("已出", "应为", "差额", "税额", "递延")]


@pytest.mark.parametrize("row", rows_of("rules/corrections.md", 1), ids=lambda row: row["名称"])
def test_an_adjustment_over_months(row: dict[str, str]) -> None:
    months = charge_by_month(Span(day("2026-01-01"), day("2026-03-31")), AREA, [Price(START, Decimal("2.50"))])
    fen = parse_yuan(row["调整"].lstrip("-")) * (-1 if row["调整"].startswith("-") else 1)
    tax = signed_tax_of(fen, RATE)
    later = sum(changed_months(fen - tax, months, Month.parse(row["记账月"])).values())
    assert [yuan(one) for one in (tax, fen - tax - later, later)] == [row[name] for name in ("税额", "当月收入", "递延")]


dates = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
prices = st.decimals(0, 9, places=2)


@given(dates, st.integers(0, 400), st.lists(st.tuples(dates, prices), min_size=1, max_size=3, unique_by=lambda one: one[0]),
       st.decimals("0.01", 400, places=2), st.sampled_from(list(Convention)), st.randoms())  # fmt: skip
def test_corrections_one_after_another_come_to_the_price_in_any_order(
    first: dt.date, length: int, late: list[tuple[dt.date, Decimal]], quantity: Decimal, convention: Convention, order: object
) -> None:
    """The sum of the differences is what the bill comes to anew less what it came to; the order of the corrections does not
    matter, and once more there is nothing left."""
    span = Span(first, first + length * DAY)
    versions = [OLD, *(TariffPrice(since, price, Decimal(0), number) for number, (since, price) in enumerate(late, 2))]
    shuffled = versions[1:]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    frozen, entered, differences = frozen_of(span, OLD), [OLD], 0
    for one in [*shuffled, shuffled[-1]]:
        if one not in entered:
            entered = sorted([*entered, one], key=lambda price: price.since)
        if one.since > span.last:
            continue
        after = corrected(span, frozen, entered, one.since)
        differences += sum(fen for _, fen in changed(span, quantity, thawed_prices(frozen), after, convention))
        frozen = freeze(after, {}, span)
    anew = frozen_of(span, *sorted(versions, key=lambda price: price.since))
    before = total(span, thawed_prices(frozen_of(span, OLD)), quantity, convention)
    assert differences == total(span, thawed_prices(anew), quantity, convention) - before
    assert total(span, thawed_prices(frozen), quantity, convention) == before + differences


def test_shares_and_what_the_property_brought_stay() -> None:
    span = Span(day("2026-03-01"), day("2026-03-31"))
    half = freeze([Price(START, Decimal("2.50"), share=(0, 1, 2))], {START: 1}, span)
    assert total(span, corrected(span, half, [OLD, TariffPrice(day("2026-03-01"), Decimal("2.30"), Decimal(0), 2)], day("2026-03-01"))) == 11500
    cases = [
        (PER_HEAD, {}, {}, Parts(span, heads=((START, 3),)), Decimal(8), Decimal(9), Decimal(1), 2400, 2700),
        (PARKING_OWN, {"rented": "300"}, {"rented": "280"}, Parts(span, owned=((START, False),)), Decimal(60), Decimal(60), Decimal(1), 30000, 28000),
        (FORMULA, {"formulas": [["费", "建筑面积 × 2"]]}, {"formulas": [["费", "建筑面积 × 1.9"]]}, Parts(span, AREA), Decimal(0), Decimal(0),
         Decimal(1), 20000, 19000),
    ]  # fmt: skip
    for method, old, new, parts, was, becomes, quantity, before, after in cases:
        first = TariffPrice(START, was, Decimal(0), 1, old)
        rows = schedule(method, [first], parts)
        frozen = freeze([Price(row.since, row.per_unit, row.fixed, how=json.dumps(row.how)) for row in rows], {START: 1}, span)
        assert total(span, thawed_prices(frozen), quantity) == before
        second = TariffPrice(day("2026-03-01"), becomes, Decimal(0), 2, new)
        assert total(span, corrected(span, frozen, [first, second], second.since, method), quantity) == after
    wanting = TariffPrice(day("2026-03-01"), Decimal(0), Decimal(0), 2, {"formulas": [["费", "居住人数 × 5"]]})
    assert fresh(FORMULA, [first, wanting], span, frozen) is None  # the bill holds no number of people


def test_a_lease_by_area_takes_no_terms_of_another_kind() -> None:
    span = Span(day("2026-03-01"), day("2026-03-31"))
    terms = {"by": "area", "steps": [[1, "50"]], "escalation": None, "free": [], "turnover": []}
    first = TariffPrice(START, Decimal(0), Decimal(0), 1, terms)
    rows = schedule(RENT, [first], Parts(Span(day("2026-01-01"), span.last), AREA))
    frozen = freeze([Price(row.since, row.per_unit, row.fixed, how=json.dumps(row.how)) for row in rows], {}, span)
    lower = TariffPrice(day("2026-03-01"), Decimal(0), Decimal(0), 2, {**terms, "steps": [[1, "48"]]})
    assert total(span, corrected(span, frozen, [first, lower], lower.since, RENT), Decimal(1)) == 480000
    assert fresh(RENT, [first, TariffPrice(day("2026-03-01"), Decimal(0), Decimal(0), 2, {**terms, "by": "total"})], span, frozen) is None


def test_why_a_bill_is_left_and_what_it_comes_to() -> None:
    paid = Facts(due_fen=25000, outstanding_fen=0)
    assert hindrance(paid, -2000) is None and needs_release(-2000, 0, 0) and not needs_release(-2000, 2000, 0)
    assert needs_release(-2000, 2000, 64) and not needs_release(2000, 0, 64)
    for name, why in (("void", "void"), ("lost", "lost"), ("disputed", "disputed"), ("in_plan", "plan"), ("by_hand", "by_hand")):
        assert hindrance(Facts(25000, 0, **{name: True}), -2000) == Hindrance(why)
    assert hindrance(Facts(1500, 1500), -2000) is Hindrance.FLOOR
    assert hindrance(Facts(25000, 0, fast=True), -2000) is Hindrance.FAST and hindrance(Facts(25000, 0, fast=True), 2000) is None
    sums = sums_of([300, -500, 200])
    assert (sums.lines, sums.up_fen, sums.down_fen, sums.net_fen, sums.moved_fen) == (3, 500, -500, 0, 1000)
    assert digest([(1, 2, 3), (2, 3, 4)]) == digest([(2, 3, 4), (1, 2, 3)]) != digest([(1, 2, 3)])


def test_what_is_left_of_the_parts_put_to_a_bill() -> None:
    """250.00 in two payments of 100.00 and 150.00; the bill takes 230.00 of them."""
    assert left_over([10000, 15000], 23000) == [0, 2000]
    assert left_over([10000, 15000], 4000) == [6000, 15000]
    assert left_over([10000], 10000) == [0] and left_over([], 0) == []
