"""The worked tables of prices that follow from the property, and of months in which the owner changes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.docs import rows_of
from wuyefei.estate.tariffs.rules.public import Parts, TariffPrice, schedule
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.billing.rules.proration import Price, charge_by_month

CHANGING, OWNERS = rows_of("rules/charges.md", 8), rows_of("rules/proration.md", 1)
ZERO = Decimal(0)


def dated(text: str) -> list[tuple[dt.date, str]]:
    return [(dt.date.fromisoformat(day), value) for day, value in (part.split() for part in text.split("，"))]


def prices(row: dict[str, str], span: Span) -> tuple[Decimal, list[Price]]:
    kind, given = row["方式"], dated(row["单价"])
    if kind == "车位按天":
        return Decimal(row["情况"]), [Price(day, Decimal(value), daily=True) for day, value in given]
    if kind == "居住人数":
        heads = tuple((day, int(count)) for day, count in dated(row["情况"]))
        listed = [TariffPrice(day, Decimal(value), ZERO, 1) for day, value in given]
        made = schedule("per_head", listed, Parts(span, heads=heads))
    else:
        owned = () if row["情况"] == "租用" else ((dt.date.fromisoformat(row["情况"]), True),)
        listed = [TariffPrice(day, Decimal(value.split("/")[0]), ZERO, 1, {"rented": value.split("/")[1]}) for day, value in given]
        made = schedule("parking_own", listed, Parts(span, owned=owned))
    return Decimal(1), [Price(one.since, one.per_unit, one.fixed) for one in made]


@pytest.mark.parametrize("row", CHANGING, ids=lambda row: row["名称"])
def test_prices_that_follow_from_the_property(row: dict[str, str]) -> None:
    span = Span(dt.date.fromisoformat(row["起"]), dt.date.fromisoformat(row["止"]))
    found = [fen for _, fen in charge_by_month(span, *prices(row, span))]
    assert found == [parse_yuan(part) for part in row["各月"].split(" + ")]
    assert sum(found) == parse_yuan(row["合计"])


@pytest.mark.parametrize("row", OWNERS, ids=lambda row: row["名称"])
def test_months_in_which_the_owner_changes(row: dict[str, str]) -> None:
    month, on = Month.parse(row["月份"]), dt.date.fromisoformat(row["过户日"])
    listed = [Price(day, Decimal(value)) for day, value in dated(row["单价"])]

    def total(first: dt.date, last: dt.date) -> int:
        return sum(fen for _, fen in charge_by_month(Span(first, last), Decimal(row["数量"]), listed)) if first <= last else 0

    before, after = total(month.first, on - DAY), total(on, month.last)
    assert (before, after) == (parse_yuan(row["原业主"]), parse_yuan(row["新业主"]))
    assert before + after == total(month.first, month.last)


def test_there_are_at_least_sixty_named_cases() -> None:
    tables = [rows_of("rules/charges.md", number) for number in range(9)] + [OWNERS]
    names = [row["名称"] for table in tables for row in table]
    assert len(names) >= 60 and len(set(names)) == len(names)


def test_by_the_day_any_cut_adds_up_under_both_conventions() -> None:
    listed = [Price(dt.date(2026, 1, 1), Decimal("4.99"), daily=True)]
    whole = sum(fen for _, fen in charge_by_month(Span(dt.date(2026, 1, 5), dt.date(2026, 3, 20)), Decimal(1), listed))
    assert whole == 499 * 75
    parts = [Span(dt.date(2026, 1, 5), dt.date(2026, 2, 28)), Span(dt.date(2026, 3, 1), dt.date(2026, 3, 20))]
    assert sum(fen for part in parts for _, fen in charge_by_month(part, Decimal(1), listed)) == whole
