"""The limitation clock of one debt, and the period for enforcement. Sources: Civil Code 188 (three years), 189 (instalments from
the last date), 192 (agreeing to pay after the end), 194 (suspension in the last six months), 195 (interruption), 203 (rest
days); Civil Procedure Law (2023) 250 (two years for enforcement)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.workdays import WorkCalendar

LIMITATION_YEARS = 3
ENFORCEMENT_YEARS = 2
SUSPENSION_MONTHS = 6
WATCH_DAYS = (30, 90)
"""A clock that runs out within so many days is warned of."""


class Break(StrEnum):
    """What interrupts the clock (Civil Code 195)."""

    DEMAND = "demand"
    ACKNOWLEDGED = "acknowledged"
    PART_PAID = "part_paid"
    AGREED = "agreed"
    SUIT = "suit"


BREAK_NAMES: dict[Break, str] = {
    Break.DEMAND: "书面催告已送达", Break.ACKNOWLEDGED: "书面承认并同意履行", Break.PART_PAID: "部分履行",
    Break.AGREED: "达成还款协议", Break.SUIT: "起诉、申请支付令或者调解",
}  # fmt: skip
REVIVING = frozenset({Break.ACKNOWLEDGED, Break.AGREED})
"""Only agreeing to pay gives a debt its clock back after the end (192); a demand or a part payment does not."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """``until``: the last instalment's date of an agreement (189), or the end of the proceedings, None while they last."""

    on: dt.date
    kind: Break
    until: dt.date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What kept the creditor from claiming (194): ``ends`` None while it lasts."""

    starts: dt.date
    ends: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the computation; ``last_on`` the end of the period as it then stood, None while the clock stands."""

    on: dt.date
    words: str
    last_on: dt.date | None
    counts: bool = True
    source: str = ""


@dataclass(frozen=True)
class Clock:
    """``last_on`` is the last day to sue, None while the clock stands. A rest day is not moved: whoever counts on article 203
    finds the moved day in ``moved_to``."""

    due_on: dt.date
    lines: tuple[Line, ...]

    @property
    def last_on(self) -> dt.date | None:
        return self.lines[-1].last_on

    def moved_to(self, calendar: WorkCalendar) -> dt.date | None:
        return calendar.deadline(self.last_on) if self.last_on else None

    def left(self, today: dt.date) -> int | None:
        return (self.last_on - today).days if self.last_on else None

    def over(self, today: dt.date) -> bool:
        return self.last_on is not None and self.last_on < today


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years on; from a 29 February the 28th."""
    return Month(day.year + years, day.month).day(day.day)


def months_after(day: dt.date, months: int) -> dt.date:
    return Month.of(day).plus(months).day(day.day)


def clock_of(due_on: dt.date, breaks: Collection[Interruption] = (), obstacles: Collection[Obstacle] = ()) -> Clock:
    """The computation, line by line. Interruptions before the due date have no effect; after the end only agreeing has."""
    last: dt.date | None = years_after(due_on, LIMITATION_YEARS)
    lines = [Line(due_on, "到期日，三年期间起算", last)]
    for one in sorted(breaks, key=lambda found: (found.on, found.kind.value)):
        last = _suspended(last, obstacles, lines, one.on)
        if one.on <= due_on and one.kind is not Break.AGREED:
            continue
        if last is not None and one.on > last and one.kind not in REVIVING:
            lines.append(Line(one.on, "期间已满，不再中断", last, False, one.source))
            continue
        last = _restarted(one, last)
        lines.append(Line(one.on, BREAK_NAMES[one.kind], last, True, one.source))
    _suspended(last, obstacles, lines, None)
    return Clock(due_on, tuple(lines))


def _restarted(one: Interruption, last: dt.date | None) -> dt.date | None:
    if one.kind is Break.SUIT and one.until is None:
        return None
    begins = max(one.on, one.until or one.on)
    fresh = years_after(begins, LIMITATION_YEARS)
    return fresh if last is None else max(last, fresh)


def _suspended(last: dt.date | None, obstacles: Collection[Obstacle], lines: list[Line], before: dt.date | None) -> dt.date | None:
    """The end of the period moved by obstacles in its last six months that began before ``before``."""
    for one in sorted(obstacles, key=lambda found: found.starts):
        if last is None or (before is not None and one.starts >= before):
            continue
        if one.starts > last or (one.ends is not None and one.ends < months_after(last, -SUSPENSION_MONTHS)):
            continue
        moved = months_after(one.ends, SUSPENSION_MONTHS) if one.ends else None
        if moved is None or moved > last:
            last = moved
            lines.append(Line(one.starts, "最后六个月内有障碍，中止", last))
    return last


def enforce_by(effective_on: dt.date, perform_by: dt.date | None) -> dt.date:
    """The last day to ask for enforcement: two years from the last day for performance, or from taking effect where the judgment
    sets none."""
    return years_after(perform_by or effective_on, ENFORCEMENT_YEARS)
