"""The timing rule: finds the habits of generated payers, and claims none for those who pay at random."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from tests.docs import rows_of
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.relations.notices.rules.timing import (
    Habit,
    Paid,
    Pattern,
    best_moment,
    by_chance,
    habit_of,
    hour_reason,
    reason,
    reminders_on,
    stretch_of,
)

TODAY = dt.date(2026, 11, 25)
DUE = 15
PAYERS = 400
KEPT = 0.85
"""How often a payer of a habit keeps it."""


def payer(dice: random.Random, pattern: Pattern, months: int, hour: int | None = None) -> list[Paid]:
    """Monthly payments of a habit that is kept most of the time; without one, on any day at any waking hour."""
    found = []
    for back in range(1, months + 1):
        month = Month.of(TODAY).plus(-back)
        due = month.day(DUE)
        keeps = dice.random() < KEPT
        at = hour + dice.randrange(3) if hour is not None and dice.random() < KEPT else 8 + dice.randrange(13)
        on = month.day(dice.randint(1, 31))
        if pattern is Pattern.EARLY and keeps:
            on = month.day(dice.randint(1, 3))
        elif pattern is Pattern.MIDDLE and keeps:
            on = month.day(dice.randint(10, 15))
        elif pattern is Pattern.OWN and keeps:
            on = month.day(dice.randint(21, 23))
        elif pattern is Pattern.LATE and keeps:
            on = due + DAY * dice.randint(9, 45)
        found.append(Paid(on, at, (on - due).days))
    return found


@pytest.mark.parametrize("pattern", [Pattern.EARLY, Pattern.MIDDLE, Pattern.OWN, Pattern.LATE])
@pytest.mark.parametrize("months", [12, 24])
def test_known_habits_are_found(pattern: Pattern, months: int) -> None:
    dice = random.Random(f"{pattern} {months}")
    found = [habit_of(payer(dice, pattern, months), TODAY) for _ in range(PAYERS)]
    assert sum(one.pattern is pattern for one in found) >= 0.85 * PAYERS


@pytest.mark.parametrize("months", [4, 6, 8, 12, 16, 24])
def test_noise_is_not_chased(months: int) -> None:
    dice = random.Random(f"noise {months}")
    found = [habit_of(payer(dice, Pattern.NONE, months), TODAY) for _ in range(3 * PAYERS)]
    assert sum(one.pattern is Pattern.NONE and one.hour is None for one in found) >= 0.95 * 3 * PAYERS


@pytest.mark.parametrize("months", [12, 24])
def test_the_usual_hour_is_found(months: int) -> None:
    dice = random.Random(f"hours {months}")
    found = [habit_of(payer(dice, Pattern.EARLY, months, hour=19), TODAY) for _ in range(PAYERS)]
    assert sum(one.hour == 19 for one in found) >= 0.85 * PAYERS


def test_who_is_new_has_no_habit() -> None:
    rows = [Paid(dt.date(2026, 8 + n, 2), 19, -5) for n in range(3)]
    assert habit_of(rows, TODAY) == Habit(Pattern.NEW, 3)
    assert habit_of([*rows, rows[0], Paid(dt.date(2020, 1, 2))], TODAY).seen == 3


def test_a_payment_without_an_hour_counts_for_the_day_alone() -> None:
    rows = [Paid(dt.date(2026, 1 + n, 1 + n % 3), None if n % 2 else 20, -12) for n in range(8)]
    found = habit_of(rows, TODAY)
    assert (found.pattern, found.days, found.day, found.hits, found.timed, found.hour) == (Pattern.EARLY, (1, 3), 2, 8, 4, None)


def test_the_worked_moments_of_the_document() -> None:
    for row in rows_of("rules/timing.md"):
        lead = int(row["合同提前天数"]) if row["合同提前天数"] != "默认" else None
        day, hour = (int(row["日"]) if row["日"] != "—" else 0), (int(row["时"]) if row["时"] != "—" else None)
        now = dt.datetime.fromisoformat(row["现在"]).replace(tzinfo=CHINA)
        pattern = {"记录还少": Pattern.NEW, "没有固定": Pattern.NONE, "月初": Pattern.EARLY, "月中": Pattern.MIDDLE, "固定日": Pattern.OWN, "晚缴": Pattern.LATE}[row["习惯"]]
        stretch = stretch_of(dt.date.fromisoformat(row["到期日"]), lead)
        assert f"{best_moment(pattern, day, hour, stretch, now):%Y-%m-%d %H:%M}" == row["发送"], row


def test_the_rhythm_of_the_late() -> None:
    assert [str(on) for on in reminders_on(dt.date(2026, 2, 15))] == [row["提醒"] for row in rows_of("rules/timing.md", 1)]


def test_the_chance_is_the_binomial_tail() -> None:
    assert by_chance(0, 5, 0.2) == pytest.approx(1)
    assert by_chance(2, 2, 0.5) == 0.25
    assert by_chance(3, 4, 0.1) == pytest.approx(4 * 0.001 * 0.9 + 0.0001)


def test_the_reason_is_said_in_plain_words() -> None:
    said = Habit(Pattern.EARLY, 12, 10, (1, 3), 2, 19, 11, 9)
    assert str(reason(said)) == "缴过 12 次，10 次在每月 1–3 日，赶在那之前通知"
    assert str(hour_reason(said)) == "自己缴的 11 次里 9 次在 19–22 点"
    assert str(reason(Habit(Pattern.NEW, 2))) == "缴费记录还少（2 次），按合同的提前天数通知"
