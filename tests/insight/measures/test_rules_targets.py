"""Which target holds, and periods as written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.insight.measures.rules import Goal, Period, Unit, default_target, goal_for, parallel, weighted
from wuyefei.insight.measures.rules.periods import MONTHS

HERE = 7
TARGETS = 6


def goals_of(text: str) -> list[Goal]:
    found = []
    for part in text.split("；") if text != "无" else []:
        place, code, rate = part.split(" ")
        period = Period.parse(code)
        found.append(Goal(HERE if place == "本项目" else None, period.first, MONTHS[period.unit], Decimal(rate)))
    return found


@pytest.mark.parametrize("row", rows_of("rules/measures.md", TARGETS), ids=lambda row: f"{row['已设']} {row['问']}")
def test_the_narrowest_target_holds(row: dict[str, str]) -> None:
    found = goal_for(goals_of(row["已设"]), HERE, Period.parse(row["问"]))
    assert (default_target() if found is None else found) == Decimal(row["目标"])


def test_targets_of_several_places_are_weighted_by_what_is_due() -> None:
    assert weighted([(Decimal("0.90"), 30000), (Decimal("0.80"), 10000)]) == Decimal("0.8750")
    assert weighted([(Decimal("0.90"), 0)], "shop") == Decimal("0.73")


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026-W47", dt.date(2026, 11, 16), dt.date(2026, 11, 22)), ("2026-W53", dt.date(2026, 12, 28), dt.date(2027, 1, 3)),
        ("2026-11", dt.date(2026, 11, 1), dt.date(2026, 11, 30)), ("2026-Q4", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("2026", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_a_period_as_written(code: str, first: dt.date, last: dt.date) -> None:
    period = Period.parse(code)
    assert (period.first, period.last, str(period)) == (first, last, code)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-Q5", "2026-W54", "2026-W00", "26", "2026-1", "1900", "下周"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(Invalid):
        Period.parse(text)


@given(st.sampled_from(list(Unit)), st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)))
def test_periods_follow_without_gap(unit: Unit, day: dt.date) -> None:
    period = Period.of(unit, day)
    assert period.first <= day <= period.last and Period.parse(str(period)) == period
    assert period.next.previous == period and period.next.eve == period.last
    assert period.year_before.unit is unit and 360 <= (period.first - period.year_before.first).days <= 371
    assert parallel(period, day, period) == day and parallel(period, period.last, period.previous) == period.previous.last
