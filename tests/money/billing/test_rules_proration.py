"""Proration: the worked tables of ``docs/rules/proration.md`` and the properties behind them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.billing.rules.proration import Convention, Price, charge_by_month, pieces


def prices(text: str) -> list[Price]:
    """``2026-01-01 5.50, 2026-03-16 5.80`` as the documents write it."""
    found = []
    for part in text.split("，"):
        since, per_unit = part.split()
        found.append(Price(dt.date.fromisoformat(since), Decimal(per_unit)))
    return found


@pytest.mark.parametrize("row", rows_of("rules/proration.md"), ids=lambda row: f"{row['起']}…{row['止']} {row['约定']}")
def test_worked_table(row: dict[str, str]) -> None:
    span = Span(dt.date.fromisoformat(row["起"]), dt.date.fromisoformat(row["止"]))
    convention = {"实际天数": Convention.CALENDAR, "30 天": Convention.THIRTY}[row["约定"]]
    months = charge_by_month(span, Decimal(row["数量"]), prices(row["单价"]), convention)
    assert [fen for _, fen in months] == [parse_yuan(part) for part in row["各月"].split(" + ")]
    assert sum(fen for _, fen in months) == parse_yuan(row["合计"])


days = st.dates(dt.date(2023, 12, 1), dt.date(2025, 3, 31))
rates = st.decimals("0", "99.9999", places=4)
areas = st.decimals("0.01", "999.99", places=2)
conventions = st.sampled_from(list(Convention))


@given(days, st.lists(st.integers(1, 40), min_size=1, max_size=6), areas, rates, rates, days, conventions)
def test_any_cut_adds_up(
    first: dt.date, cuts: list[int], area: Decimal, rate: Decimal, later: Decimal, change: dt.date, convention: Convention
) -> None:
    """Billing a span in pieces, wherever it is cut, charges what billing it at once charges."""
    table = sorted([Price(dt.date(2020, 1, 1), rate), Price(change, later)], key=lambda price: price.since)
    ends, cursor = [], first
    for length in cuts:
        ends.append((cursor, cursor + DAY * (length - 1)))
        cursor = cursor + DAY * length
    whole = sum(fen for _, fen in charge_by_month(Span(first, cursor - DAY), area, table, convention))
    parts = sum(fen for a, b in ends for _, fen in charge_by_month(Span(a, b), area, table, convention))
    assert whole == parts


@given(st.integers(0, 60), areas, rates, conventions)
def test_whole_month_is_rate_times_quantity(offset: int, area: Decimal, rate: Decimal, convention: Convention) -> None:
    month = Month(2022, 1).plus(offset)
    ((_, fen),) = charge_by_month(Span(month.first, month.last), area, [Price(dt.date(2020, 1, 1), rate)], convention)
    exact = area * rate * 100
    assert abs(exact - fen) <= Decimal("0.5") and (exact - fen != Decimal("0.5"))


def test_thirty_day_convention() -> None:
    """Day 31 adds nothing; February's last day completes the month."""
    table = [Price(dt.date(2020, 1, 1), Decimal(3))]
    one = Decimal(100)
    charge = lambda a, b: sum(f for _, f in charge_by_month(Span(a, b), one, table, Convention.THIRTY))  # noqa: E731
    assert charge(dt.date(2026, 1, 31), dt.date(2026, 1, 31)) == 0
    assert charge(dt.date(2026, 2, 28), dt.date(2026, 2, 28)) == 3000
    assert charge(dt.date(2026, 2, 1), dt.date(2026, 2, 27)) == 27000


def test_pieces_name_each_price() -> None:
    table = prices("2026-01-01 5.50，2026-03-16 5.80")
    found = [(str(p.span.first), str(p.span.last), p.price.per_unit) for p in pieces(Span(dt.date(2026, 2, 10), dt.date(2026, 4, 5)), table)]
    assert found == [
        ("2026-02-10", "2026-02-28", Decimal("5.50")), ("2026-03-01", "2026-03-15", Decimal("5.50")),
        ("2026-03-16", "2026-03-31", Decimal("5.80")), ("2026-04-01", "2026-04-05", Decimal("5.80")),
    ]  # fmt: skip


def test_refusals() -> None:
    span = Span(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    with pytest.raises(Invalid, match="负数"):
        charge_by_month(span, Decimal(-1), prices("2020-01-01 1"))
    with pytest.raises(Invalid, match="2026-01-01 还没有生效的价格"):
        charge_by_month(span, Decimal(1), prices("2026-01-02 1"))
