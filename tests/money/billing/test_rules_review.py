"""The bridge from the last period to this one: exact figures, reason by reason, and always whole."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.money.billing.rules.late_fee import Change, accrue, stretches
from wuyefei.money.billing.rules.proration import Convention, Price, charge_by_month
from wuyefei.money.billing.rules.review import (
    REASON_NAMES,
    Compared,
    Part,
    Reason,
    bridge,
    is_outlier,
    line_reasons,
    picture,
)

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
OLD, NEW = Price(dt.date(2026, 1, 1), Decimal("2.50")), Price(dt.date(2026, 4, 1), Decimal("2.80"))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def part(
    first: str, last: str, quantity: str = "100", prices: tuple[Price, ...] = (OLD,), payer: int = 1, struck: bool = False
) -> Part:
    span = Span(day(first), day(last))
    fen = sum(f for _, f in charge_by_month(span, Decimal(quantity), prices))
    return Part(payer, Month.of(span.first), span, Decimal(quantity), prices, Convention.CALENDAR, fen, struck)


WHOLE_MARCH, WHOLE_APRIL = part("03-01", "03-31"), part("04-01", "04-30")

TABLE = [
    # what, the last bills, the drafts, the shares in fen
    ("nothing changed", [WHOLE_MARCH], [WHOLE_APRIL], {}),
    ("never billed", [], [WHOLE_APRIL], {Reason.NEW: 25000}),
    ("no longer billed", [WHOLE_MARCH], [], {Reason.GONE: -25000}),
    ("struck out", [WHOLE_MARCH], [part("04-01", "04-30", struck=True)], {Reason.STRUCK: -25000}),
    ("a new one struck out", [], [part("04-01", "04-30", struck=True)], {}),
    ("price 2.50 to 2.80", [WHOLE_MARCH], [part("04-01", "04-30", prices=(OLD, NEW))], {Reason.PRICE: 3000}),
    ("price in the middle", [WHOLE_MARCH],
     [part("04-01", "04-30", prices=(OLD, Price(day("04-16"), Decimal("2.80"))))], {Reason.PRICE: 1500}),
    ("the last month had half of the new price already",
     [part("03-01", "03-31", prices=(OLD, Price(day("03-17"), Decimal("2.80"))))],
     [part("04-01", "04-30", prices=(Price(day("03-17"), Decimal("2.80")),))], {Reason.PRICE: 28000 - 26452}),
    ("area 100 to 98.76", [WHOLE_MARCH], [part("04-01", "04-30", "98.76")], {Reason.QUANTITY: -310}),
    ("moved in on the 11th of March", [part("03-11", "03-31")], [WHOLE_APRIL], {Reason.DAYS: 25000 - 16935}),
    ("ends on the 15th of April", [WHOLE_MARCH], [part("04-01", "04-15")], {Reason.DAYS: -12500}),
    ("days, area and price at once", [part("03-11", "03-31")], [part("04-01", "04-30", "98.76", (NEW,))],
     {Reason.DAYS: 8065, Reason.QUANTITY: -310, Reason.PRICE: 2963}),
    ("another payer", [WHOLE_MARCH], [part("04-01", "04-30", payer=2)], {Reason.PAYER: 0}),
    ("another payer from the 11th", [WHOLE_MARCH], [part("04-01", "04-10"), part("04-11", "04-30", payer=2)],
     {Reason.PAYER: 0}),
    ("March made up for, April new", [], [WHOLE_MARCH, WHOLE_APRIL], {Reason.LATE: 25000, Reason.NEW: 25000}),
    ("February last, March made up for", [part("02-01", "02-28")], [WHOLE_MARCH, WHOLE_APRIL], {Reason.LATE: 25000}),
]  # fmt: skip


@pytest.mark.parametrize(("last", "now", "shares"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_shares_of_one_line(last: list[Part], now: list[Part], shares: dict[Reason, int]) -> None:
    assert line_reasons(Compared(1, last, now), APRIL) == shares


def test_the_bridge_of_all_lines_adds_up() -> None:
    found = bridge([Compared(number, row[1], row[2]) for number, row in enumerate(TABLE)], APRIL, same_fen=700000)
    assert found.last_fen == 700000 + sum(p.amount_fen for row in TABLE for p in row[1])
    assert found.now_fen == 700000 + sum(p.amount_fen for row in TABLE for p in row[2] if not p.struck)
    assert {step.reason: (step.lines, step.amount_fen) for step in found.steps} == {
        Reason.NEW: (2, 50000),
        Reason.LATE: (2, 50000),
        Reason.DAYS: (3, 8065 - 12500 + 8065),
        Reason.QUANTITY: (2, -620),
        Reason.PRICE: (4, 3000 + 1500 + 1548 + 2963),
        Reason.PAYER: (2, 0),
        Reason.GONE: (1, -25000),
        Reason.STRUCK: (1, -25000),
    }
    assert found.difference_fen == sum(step.amount_fen for step in found.steps)
    bars = picture(found, REASON_NAMES, "上期", "本期")
    assert bars[0].value == found.last_fen and bars[-1].value == found.now_fen
    assert len(bars) == 2 + 7


days = st.integers(min_value=1, max_value=30)
quantities = st.decimals(min_value=1, max_value=500, places=2)
rates = st.decimals(min_value="0.1", max_value=20, places=2)


@given(st.lists(st.tuples(days, days, quantities, quantities, rates, rates, days, st.booleans()), max_size=6))
def test_every_bridge_is_whole(rows: list[tuple[int, int, Decimal, Decimal, Decimal, Decimal, int, bool]]) -> None:
    lines = []
    for number, (first, last, was, now, before, after, since, struck) in enumerate(rows):
        prices = (Price(day("01-01"), before), Price(dt.date(2026, 4, since), after))
        lines.append(
            Compared(
                number,
                [part("03-01", f"03-{last:02}", str(was), prices[:1])],
                [part(f"04-{first:02}", "04-30", str(now), prices, struck=struck)],
            )
        )
    found = bridge(lines, APRIL)
    assert found.last_fen + sum(step.amount_fen for step in found.steps) == found.now_fen
    assert Reason.OTHER not in {step.reason for step in found.steps}


def test_which_lines_are_looked_at() -> None:
    assert is_outlier(["jump", "price"]) and is_outlier(["new"]) and is_outlier(["late"]) and is_outlier(["quantity"])
    assert not is_outlier(["price"]) and not is_outlier(["payer", "days"]) and not is_outlier([])


movements = st.lists(st.tuples(st.integers(-20, 120), st.integers(-20000, 5000)), max_size=5)
pauses = st.lists(st.tuples(st.integers(-10, 120), st.integers(0, 40)), max_size=3)


@given(st.integers(1, 300000), st.integers(-5, 150), movements, pauses)
def test_the_stretches_of_a_late_fee_add_up(
    amount: int, late: int, changes: list[tuple[int, int]], holds: list[tuple[int, int]]
) -> None:
    due = day("01-15")
    moved = [Change(due + dt.timedelta(on), fen) for on, fen in changes]
    held = [Span(due + dt.timedelta(on), due + dt.timedelta(on + length)) for on, length in holds]
    as_of, rate = due + dt.timedelta(late), Decimal("0.0005")
    whole = accrue(amount, due, as_of, rate, moved, held)
    found = stretches(amount, due, as_of, rate, moved, held)
    assert sum((piece.exact for piece in found), Decimal(0)) == whole.exact
    assert sum(piece.days for piece in found) == whole.days


def test_the_stretches_of_a_late_fee_by_hand() -> None:
    found = stretches(
        165000, day("01-15"), day("06-30"), Decimal("0.0005"), [Change(day("03-01"), -30000)], [Span(day("04-01"), day("04-30"))]
    )
    assert [(str(p.span.first), str(p.span.last), p.principal_fen, p.days, p.held, p.exact) for p in found] == [
        ("2026-01-16", "2026-03-01", 165000, 45, False, Decimal("3712.5")),
        ("2026-03-02", "2026-03-31", 135000, 30, False, Decimal(2025)),
        ("2026-04-01", "2026-04-30", 135000, 0, True, Decimal(0)),
        ("2026-05-01", "2026-06-30", 135000, 61, False, Decimal("4117.5")),
    ]
