"""Working days: worked dates over holidays, make-up days, year ends and leap days."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.workdays import CALENDAR, NOTICES, SpecialDay, TooFar, WorkCalendar, built_in


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-23", 10, "2026-12-07"), ("2026-09-30", 1, "2026-10-08"), ("2026-09-30", 3, "2026-10-10"), ("2026-10-09", 1, "2026-10-10"),
        ("2026-02-13", 1, "2026-02-14"), ("2026-02-13", 2, "2026-02-24"), ("2026-02-27", 1, "2026-02-28"), ("2025-12-31", 1, "2026-01-04"),
        ("2024-02-08", 2, "2024-02-18"), ("2024-02-28", 2, "2024-03-01"), ("2025-01-25", 1, "2025-01-26"), ("2026-11-23", 0, "2026-11-23"),
        ("2027-10-01", 5, "2027-10-08"),
    ],
)  # fmt: skip
def test_working_days_after(start: str, days: int, end: str) -> None:
    assert CALENDAR.add(day(start), days) == day(end)
    assert CALENDAR.between(day(start), day(end)) == days


def test_the_table_counts_as_the_notices_do() -> None:
    """Statutory and moved days of each year: days off as announced, and make-up days only on weekends."""
    for year, rest, work in ((2024, 28, 8), (2025, 28, 5), (2026, 33, 6)):
        found = [one for one in built_in() if one.day.year == year]
        assert (sum(one.rest for one in found), sum(not one.rest for one in found)) == (rest, work)
        assert all(one.day.weekday() > 4 for one in found if not one.rest) and all(one.source == NOTICES[year] for one in found)
        assert CALENDAR.known(year)
    assert not CALENDAR.known(2027)


def test_a_table_of_ones_own_replaces_days() -> None:
    own = WorkCalendar.of(built_in(), [SpecialDay(day("2026-11-25"), True, "企业放假", "内部通知"), SpecialDay(day("2026-10-10"), True, "不补班", "内部通知")])
    assert not own.is_working(day("2026-11-25")) and not own.is_working(day("2026-10-10")) and own.name(day("2026-11-25")) == "企业放假"
    assert CALENDAR.is_working(day("2026-11-25")) and own.deadline(day("2026-10-10")) == day("2026-10-12")


def test_a_period_ends_on_a_working_day() -> None:
    assert CALENDAR.deadline(day("2026-10-03")) == day("2026-10-08")
    assert CALENDAR.deadline(day("2026-10-10")) == day("2026-10-10")


def test_too_far() -> None:
    with pytest.raises(TooFar):
        CALENDAR.add(day("2026-01-01"), 3001)


@given(st.dates(day("2024-01-01"), day("2026-12-31")), st.integers(0, 60), st.integers(0, 60))
def test_days_add_up(start: dt.date, first: int, second: int) -> None:
    assert CALENDAR.add(CALENDAR.add(start, first), second) == CALENDAR.add(start, first + second)
