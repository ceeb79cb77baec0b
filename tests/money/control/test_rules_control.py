"""What is picked, what is missing, and when a control point is due."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.money.control.rules import (
    Every,
    Quarter,
    Standing,
    Stub,
    count_stubs,
    missing,
    monday_of,
    next_due,
    pick,
    seed_of,
    standing,
)

MONDAY = dt.date(2026, 1, 5)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, 10**6), max_size=40), st.integers(0, 8), st.integers(1, 10**6))
def test_the_same_seed_picks_the_same_payments(ids: set[int], size: int, more: int) -> None:
    seed = seed_of(7, MONDAY)
    found = pick(seed, ids, size)
    assert found == pick(seed, sorted(ids, reverse=True), size) and len(found) == min(size, len(ids)) and set(found) <= ids
    assert len(set(found) - set(pick(seed, ids | {more}, size))) <= 1


def test_the_seed_is_of_the_organisation_and_the_week() -> None:
    seeds = {seed_of(organisation, MONDAY + dt.timedelta(days=7 * week)) for organisation in (1, 2) for week in range(3)}
    assert len(seeds) == 6
    assert monday_of(dt.date(2026, 1, 11)) == MONDAY == monday_of(MONDAY)
    assert pick(seed_of(1, MONDAY), range(1, 11), 3) != pick(seed_of(2, MONDAY), range(1, 11), 3)


def test_a_month_is_counted_with_its_gaps() -> None:
    stubs = [Stub(f"GY-{serial}", 2026, serial, 100, serial == 9, "") for serial in (4, 5, 8, 9)]
    found = count_stubs(stubs, {2026: 2})
    assert (found.first_number, found.last_number, found.receipts, found.total_fen, found.voided) == ("GY-4", "GY-9", 4, 300, 1)
    assert found.gaps == ("2026 000003", "2026 000006–000007") and found.unexplained == ("GY-9",)
    elsewhere = count_stubs(stubs, {2026: 2}, frozenset({(2026, 3), (2026, 6), (2026, 7), (2026, 99)}))
    assert elsewhere.gaps == () and elsewhere.digest == found.digest
    assert count_stubs([], {}).receipts == 0 and missing(5, []) == []


def test_two_years_meet_in_a_month() -> None:
    stubs = [Stub("A", 2025, 7, 1, False), Stub("B", 2026, 1, 1, False), Stub("C", 2026, 3, 1, False)]
    assert count_stubs(stubs, {2025: 6}).gaps == ("2026 000002",)


@pytest.mark.parametrize(
    ("every", "tested", "due"),
    [
        (Every.WEEK, None, dt.date(2026, 2, 7)), (Every.MONTH, None, dt.date(2026, 2, 28)), (Every.QUARTER, None, dt.date(2026, 4, 30)),
        (Every.HALF, dt.date(2026, 2, 10), dt.date(2026, 8, 10)), (Every.YEAR, dt.date(2028, 2, 29), dt.date(2029, 2, 28)),
    ],
)  # fmt: skip
def test_due_a_turn_after_the_last_test(every: Every, tested: dt.date | None, due: dt.date) -> None:
    assert next_due(every, dt.date(2026, 1, 31), tested) == due


def test_how_a_control_point_stands() -> None:
    due = dt.date(2026, 3, 31)
    days = {dt.date(2026, 3, 1): Standing.FINE, dt.date(2026, 3, 17): Standing.SOON, due: Standing.SOON, dt.date(2026, 4, 1): Standing.OVERDUE}
    assert {day: standing(due, True, None, day) for day in days} == days
    assert standing(due, False, None, dt.date(2026, 3, 1)) is Standing.FAILED
    assert standing(due, False, dt.date(2026, 3, 1), dt.date(2026, 5, 1)) is Standing.ENDED


def test_quarters() -> None:
    one = Quarter.parse("2026-Q1")
    assert (one.first, one.last, str(one.plus(-1)), one.plus(4)) == (dt.date(2026, 1, 1), dt.date(2026, 3, 31), "2025-Q4", Quarter(2027, 1))
    assert Quarter.of(dt.date(2026, 12, 31)) == Quarter(2026, 4)
    for wrong in ("2026-Q5", "2026Q1", "", "1026-Q1"):
        with pytest.raises(Invalid, match="季度"):
            Quarter.parse(wrong)
