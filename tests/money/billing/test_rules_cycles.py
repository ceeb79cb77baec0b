"""Cycles and due dates, by table."""

from __future__ import annotations

import datetime as dt

import pytest

from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.billing.rules.cycles import cycle_of, cycles, due_date, due_date_for

D = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("month", "anchor", "length", "first"),
    [("2026-05", "2026-01", 3, "2026-04"), ("2026-04", "2026-01", 3, "2026-04"), ("2025-12", "2026-01", 3, "2025-10"),
     ("2026-11", "2026-03", 5, "2026-08"), ("2026-07", "2026-01", 12, "2026-01"), ("2026-07", "2026-01", 1, "2026-07")],
)  # fmt: skip
def test_cycle_of(month: str, anchor: str, length: int, first: str) -> None:
    assert cycle_of(Month.parse(month), Month.parse(anchor), length) == Month.parse(first)


def test_cycles_touching_a_span() -> None:
    found = [(str(start), str(span.first), str(span.last)) for start, span in cycles(D("2026-02-10"), D("2026-07-01"), Month(2026, 1), 3)]
    assert found == [
        ("2026-01", "2026-01-01", "2026-03-31"), ("2026-04", "2026-04-01", "2026-06-30"), ("2026-07", "2026-07-01", "2026-09-30"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "due_month", "due_day", "due"),
    [("2026-01", 1, 15, "2026-01-15"), ("2026-01", 2, 31, "2026-02-28"), ("2024-01", 2, 31, "2024-02-29"), ("2026-04", 1, 31, "2026-04-30"),
     ("2026-10", 3, 5, "2026-12-05")],
)  # fmt: skip
def test_due_date(start: str, due_month: int, due_day: int, due: str) -> None:
    assert due_date(Month.parse(start), due_month, due_day) == D(due)


@pytest.mark.parametrize(
    ("first_day", "due"),
    [("2026-04-01", "2026-04-15"), ("2026-04-12", "2026-04-15"), ("2026-04-20", "2026-05-15"), ("2026-05-01", "2026-05-15"),
     ("2026-05-20", "2026-06-15"), ("2026-06-15", "2026-06-15"), ("2026-06-16", "2026-07-15")],
)  # fmt: skip
def test_nobody_is_overdue_before_their_service_begins(first_day: str, due: str) -> None:
    """The quarter from April falls due on 15 April; service that begins in a later month falls due after it began."""
    assert due_date_for(Month(2026, 4), D(first_day), 1, 15) == D(due)
