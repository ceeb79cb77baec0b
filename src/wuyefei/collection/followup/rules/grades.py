"""The grade of a debt and how often its payer is contacted at least (product row G3). Money in fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

LARGE_FEN = 1_000_000
MIDDLE_FEN = 500_000
MANY_PERIODS = 3
RUNNING = 2


class Grade(StrEnum):
    S = "S"
    A = "A"
    B = "B"
    C = "C"


GRADE_NAMES: dict[Grade, str] = {
    Grade.S: "超过 1 万元且超过 3 期", Grade.A: "5 千元以上，或连欠 2 期", Grade.B: "首次或 5 千元以下", Grade.C: "绿色通道",
}  # fmt: skip
GRADE_OWNERS: dict[Grade, str] = {
    Grade.S: "项目经理", Grade.A: "催缴专员", Grade.B: "前台", Grade.C: "客户关系经理",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Minimum:
    """At least ``times`` contacts in ``days`` days."""

    times: int
    days: int

    @property
    def every(self) -> int:
        """Days from one contact to the next that keep the minimum."""
        return self.days // self.times


MINIMUMS = {Grade.S: Minimum(2, 7), Grade.A: Minimum(4, 30)}


def grade(owed_fen: int, periods: int, running: int, *, granted: bool) -> Grade:
    """The grade of what is overdue: ``periods`` due dates in all, at most ``running`` of them one after the other.

    C where granted; else S over 10,000 yuan and more than 3 periods; else the higher of what the amount and the running
    periods give: A from 5,000 yuan on (also over 10,000 with 3 periods or fewer) or for 2 running periods; else B.
    """
    if granted:
        return Grade.C
    if owed_fen > LARGE_FEN and periods > MANY_PERIODS:
        return Grade.S
    if owed_fen >= MIDDLE_FEN or running >= RUNNING:
        return Grade.A
    return Grade.B


def missing(grade_: Grade, contacts: Iterable[dt.date], opened_on: dt.date, today: dt.date) -> int:
    """How many contacts the last days lack of the minimum; 0 while the case is younger than those days."""
    least = MINIMUMS.get(grade_)
    if least is None or (today - opened_on).days < least.days:
        return 0
    first = today - dt.timedelta(days=least.days - 1)
    return max(0, least.times - sum(first <= on <= today for on in contacts))
