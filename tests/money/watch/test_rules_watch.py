"""Signs one by one, how unlikely a week is, and a year with planted frauds."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.money.watch.year import TUNED_ON, make_year, measure
from wuyefei.money.watch.rules import (
    WEEK,
    Ask,
    Deed,
    Sign,
    alerts,
    entered_late,
    is_round,
    monday_of,
    out_of_hours,
    split_asks,
    tail,
    tally,
    was_voided_late,
)

AT = dt.datetime.combine(dt.date(2026, 3, 4), dt.time(10))
WHO = (1, 7)


def test_signs() -> None:
    assert [was_voided_late(AT, AT + dt.timedelta(minutes=minutes)) for minutes in (5, 30, 31)] == [False, False, True]
    assert [out_of_hours(AT.replace(hour=hour, minute=minute)) for hour, minute in ((7, 29), (7, 30), (20, 29), (20, 30), (2, 0))] == [True, False, False, True, True]
    assert [entered_late(AT.date() - dt.timedelta(days=days), AT.date()) for days in (0, 1, 2)] == [False, False, True]
    assert [is_round(fen) for fen in (900, 1_000, 1_001, 12_000)] == [False, True, False, True]
    assert monday_of(AT.date()) == dt.date(2026, 3, 2)


def test_splitting() -> None:
    def ask(hours: int, fen: int, party: int = 1, kind: str = "a", caps: tuple[int, ...] = (50_000,)) -> Ask:
        return Ask(WHO, AT + dt.timedelta(hours=hours), party, kind, fen, caps=caps)

    assert split_asks([ask(0, 30_000), ask(10, 20_001)]) == [ask(10, 20_001)]
    assert split_asks([ask(0, 30_000), ask(10, 20_000)]) == [], "together at the limit, which one approver may"
    assert split_asks([ask(0, 50_000), ask(1, 50_000)]) == [ask(1, 50_000)], "each at the limit itself"
    assert split_asks([ask(0, 30_000, caps=()), ask(1, 30_000, caps=())]) == [], "the approver has no limit: nothing was gained"
    assert split_asks([ask(0, 30_000, caps=(50_000, 100_000)), ask(1, 30_000, caps=(50_000, 100_000))]) == [ask(1, 30_000, caps=(50_000, 100_000))]
    assert split_asks([ask(0, 90_000, caps=(100_000,)), ask(1, 20_000, caps=(100_000,))]) == [ask(1, 20_000, caps=(100_000,))]
    assert split_asks([ask(0, 30_000), ask(73, 30_000)]) == [], "more than three days apart"
    assert split_asks([ask(0, 30_000), ask(1, 30_000, party=2), ask(2, 30_000, kind="b")]) == [], "another payer, another kind"
    assert split_asks([ask(0, 60_000), ask(1, 10_000)]) == [], "over the limit openly"
    assert len(split_asks([ask(hours, 26_000) for hours in range(4)])) == 2


def test_how_unlikely() -> None:
    assert (tail(0, 2.0), round(tail(1, 0.5), 4), round(tail(3, 1.0), 4)) == (1.0, 0.3935, 0.0803)
    assert tail(60, 0.5) == 1e-12


def test_a_week_out_of_line() -> None:
    """Half a year of 100 payments and one late void in ten weeks; then five voids in a week."""
    monday = dt.date(2026, 3, 2)
    deeds = []
    for back in range(26):
        start = dt.datetime.combine(monday - back * WEEK, dt.time(9))
        for who in (WHO, (1, 8)):
            deeds += [Deed(who, start, None)] * 100 + [Deed(who, start, Sign.VOID, 100)] * (back % 10 == 5)
    quiet = tally(deeds)
    assert alerts(quiet, monday) == []
    loud = tally([*deeds, *[Deed(WHO, dt.datetime.combine(monday, dt.time(15)), Sign.VOID, 5_000)] * 5])
    (alert,) = alerts(loud, monday)
    assert (alert.who, alert.week, [(one.sign, one.weeks, one.count) for one in alert.signs]) == (WHO, monday, [(Sign.VOID, 1, 5)])
    assert alert.score > 3 and alerts(loud, monday + WEEK) == []


def test_a_year_not_tuned_on() -> None:
    seen = measure(make_year(2026))
    assert seen.planted == 40 and seen.found >= 36 and seen.false < 1, seen


@pytest.mark.long
def test_many_years_not_tuned_on() -> None:
    seeds = range(100, 130)
    assert not set(seeds) & set(TUNED_ON)
    years = [measure(make_year(seed)) for seed in seeds]
    assert sum(one.found for one in years) >= 0.9 * sum(one.planted for one in years)
    assert max(one.false for one in years) < 1
