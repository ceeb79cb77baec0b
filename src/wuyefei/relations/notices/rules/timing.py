"""When somebody is best told: the day of the month and the hour at which they usually pay (product row E3).

A habit is claimed only where chance would hardly show it: the share of payments that fall into a stretch of days (or
hours) is set against payments spread evenly (binomial tail). Who has paid too little, or at no regular time, is told by
the contract's lead at a usual hour. Pure: the payments and today come from outside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import comb

from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.kernel.errors import Phrase

from .ladder import LEAD_DAYS, LEAD_LEAST, LEAD_MOST

LOOK_BACK = dt.timedelta(days=731)
"""Payments of the last two years count."""
MOST = 24
LEAST = 4
"""Fewer payments than this say nothing."""
EARLY, MIDDLE = (1, 3), (10, 15)
"""The days of the month that early-month and mid-month payers pay on (product row E3)."""
SURE_NAMED, SURE_ANY, SURE_HOUR = 0.005, 0.0005, 0.001
"""How often chance may show a named stretch, any other three days, and a stretch of hours: no more than so."""
HALF = 0.5
OWN, HOURS = 3, 3
"""Any other habit is looked for in stretches of three days, the hour in stretches of three hours."""
MONTH_DAYS, AWAKE = 30, 12
LATE_DAYS, LATE_SHARE, LATE_AT_RANDOM = 8, 0.75, 0.3
"""Habitually late: three quarters of the payments came more than a week after the due date. Who pays on any day of the
month of a bill does so three times in ten."""
USUAL_HOUR = 10
RHYTHM = (7, 7, 5, 3, 3)
"""Days from the due date to the first reminder of a habitual late payer, and from each reminder to the next: weekly at
first, then more often (product row E3). The caps of the law guard hold besides."""


class Pattern(StrEnum):
    """How a payer usually pays."""

    NEW = "new"
    NONE = "none"
    EARLY = "early"
    MIDDLE = "middle"
    OWN = "own"
    LATE = "late"


PATTERN_NAMES: dict[Pattern, str] = {
    Pattern.NEW: "记录还少", Pattern.NONE: "没有固定的日子", Pattern.EARLY: "月初缴", Pattern.MIDDLE: "月中缴", Pattern.OWN: "有固定的日子",
    Pattern.LATE: "习惯晚缴",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paid:
    """One day on which a payer paid: ``hour`` where they did so by themself (0–23, China), ``late`` days after the oldest
    due date it settled, negative before it, None where it settled nothing."""

    on: dt.date
    hour: int | None = None
    late: int | None = None


@dataclass(frozen=True, slots=True)
class Habit:
    """``days`` are the first and last day of the stretch, ``day`` the best of it; ``hits`` of ``seen`` payments bear it
    out. ``hour`` begins the stretch of hours that ``hour_hits`` of ``timed`` payments fall into; None: no such hour."""

    pattern: Pattern
    seen: int = 0
    hits: int = 0
    days: tuple[int, int] = (0, 0)
    day: int = 0
    hour: int | None = None
    timed: int = 0
    hour_hits: int = 0


@lru_cache(maxsize=4096)
def by_chance(hits: int, seen: int, share: float) -> float:
    """The chance that at least ``hits`` of ``seen`` fall into a stretch that holds ``share`` of the time."""
    return sum(comb(seen, k) * share**k * (1 - share) ** (seen - k) for k in range(hits, seen + 1))


def habit_of(payments: Iterable[Paid], today: dt.date) -> Habit:
    """The habit that a payer's own payments bear out. Several on one day count once."""
    days: dict[dt.date, Paid] = {}
    for paid in sorted(payments, key=lambda one: (one.on, one.hour is None)):
        if today - LOOK_BACK <= paid.on <= today:
            days.setdefault(paid.on, paid)
    rows = sorted(days.values(), key=lambda one: one.on)[-MOST:]
    if len(rows) < LEAST:
        return Habit(Pattern.NEW, len(rows))
    hour, hour_hits, timed = _hour_of([row.hour for row in rows if row.hour is not None])
    when = (hour, timed, hour_hits)
    late = sum(row.late is not None and row.late >= LATE_DAYS for row in rows)
    if late >= LATE_SHARE * len(rows) and by_chance(late, len(rows), LATE_AT_RANDOM) <= SURE_NAMED:
        return Habit(Pattern.LATE, len(rows), late, (0, 0), 0, *when)
    numbers = [row.on.day for row in rows]
    for pattern, stretch in ((Pattern.EARLY, EARLY), (Pattern.MIDDLE, MIDDLE)):
        inside = sorted(day for day in numbers if stretch[0] <= day <= stretch[1])
        if _sure(len(inside), len(rows), (stretch[1] - stretch[0] + 1) / MONTH_DAYS, SURE_NAMED):
            return Habit(pattern, len(rows), len(inside), stretch, inside[len(inside) // 2], *when)
    return _own(numbers, when)


def _own(numbers: Sequence[int], when: tuple[int | None, int, int]) -> Habit:
    """Three days of their own on which somebody usually pays; the month's last days are one stretch for all lengths."""
    best, hits = 0, 0
    for first in range(1, MONTH_DAYS):
        found = sum(first <= day < first + OWN for day in numbers)
        if found > hits:
            best, hits = first, found
    if _sure(hits, len(numbers), OWN / MONTH_DAYS, SURE_ANY):
        inside = sorted(day for day in numbers if best <= day < best + OWN)
        return Habit(Pattern.OWN, len(numbers), hits, (inside[0], inside[-1]), inside[len(inside) // 2], *when)
    return Habit(Pattern.NONE, len(numbers), 0, (0, 0), 0, *when)


def _sure(hits: int, seen: int, share: float, most: float) -> bool:
    """At least half of them, and more than chance would show."""
    return hits >= HALF * seen and by_chance(hits, seen, share) <= most


def _hour_of(hours: Sequence[int]) -> tuple[int | None, int, int]:
    """The first hour of the three in which most payments were made, how many of them, of how many; None where the hours
    are spread."""
    best, hits = 0, 0
    for first in range(24 - HOURS + 1):
        found = sum(first <= hour < first + HOURS for hour in hours)
        if found > hits:
            best, hits = first, found
    sure = len(hours) >= LEAST and _sure(hits, len(hours), HOURS / AWAKE, SURE_HOUR)
    begins = min((hour for hour in hours if hour >= best), default=0)
    return (begins if sure else None), (hits if sure else 0), len(hours)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days on which a bill may be announced, both included, and the one for those without a habit."""

    first: dt.date
    last: dt.date
    usual: dt.date


def stretch_of(due_on: dt.date, lead: int | None) -> Stretch:
    """From the contract's own lead, or where it has none from the widest, to seven days ahead (product row E1)."""
    opens = LEAD_MOST if lead is None else lead
    return Stretch(due_on - DAY * opens, due_on - DAY * LEAD_LEAST, due_on - DAY * (LEAD_DAYS if lead is None else lead))


def best_moment(pattern: Pattern, day: int, hour: int | None, stretch: Stretch, now: dt.datetime) -> dt.datetime:
    """When to announce a bill: on the day of the stretch after which the payer's usual day comes soonest; to a habitual
    late payer on its first; never before ``now``. The law guard may still move it."""
    today = now.astimezone(CHINA).date()
    days = [stretch.first + DAY * n for n in range((stretch.last - stretch.first).days + 1)]
    open_ = [one for one in days if one >= today]
    if pattern is Pattern.LATE:
        on = open_[0] if open_ else today
    elif day and open_:
        on = min(open_, key=lambda one: (_wait(one, day), one))
    else:
        on = max(stretch.usual, today)
    moment = dt.datetime.combine(on, dt.time(USUAL_HOUR if hour is None else hour), CHINA)
    return max(moment, now)


def _wait(on: dt.date, day: int) -> int:
    """Days from ``on`` to the next day of that number."""
    month = Month.of(on)
    ahead = month.day(day)
    return ((ahead if ahead >= on else month.plus(1).day(day)) - on).days


def reminders_on(due_on: dt.date) -> list[dt.date]:
    """The days on which a habitual late payer is reminded after a due date."""
    found, on = [], due_on
    for gap in RHYTHM:
        on += DAY * gap
        found.append(on)
    return found


def reason(habit: Habit) -> Phrase:
    """Why this day and hour, in plain words."""
    if habit.pattern is Pattern.NEW:
        text = Phrase("缴费记录还少（{seen} 次），按合同的提前天数通知", seen=habit.seen)
    elif habit.pattern is Pattern.NONE:
        text = Phrase("缴过 {seen} 次，没有固定的日子，按合同的提前天数通知", seen=habit.seen)
    elif habit.pattern is Pattern.LATE:
        text = Phrase("缴过 {seen} 次，{hits} 次晚了一周以上，尽早通知，过期后每周提醒并逐渐加密", seen=habit.seen, hits=habit.hits)
    else:
        first, last = habit.days
        text = Phrase("缴过 {seen} 次，{hits} 次在每月 {first}–{last} 日，赶在那之前通知", seen=habit.seen, hits=habit.hits, first=first, last=last)
    return text


def hour_reason(habit: Habit) -> Phrase:
    """Why this hour."""
    if habit.hour is None:
        return Phrase("没有固定的钟点，{hour}:00 发", hour=USUAL_HOUR)
    return Phrase("自己缴的 {timed} 次里 {hits} 次在 {first}–{last} 点", timed=habit.timed, hits=habit.hour_hits, first=habit.hour, last=habit.hour + HOURS)
