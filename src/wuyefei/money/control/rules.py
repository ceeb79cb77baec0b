"""Picking, counting, due days and quarters. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY, EARLIEST, LATEST, Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

SAMPLE_SIZE = 5
"""So many desk payments of a community and week are compared with their signed slips."""
CHECK_WITHIN = dt.timedelta(days=7)
"""A drawn sample is compared within this time."""
STUBS_WITHIN = 10
"""The stubs of a month are checked by this day of the next month."""
SETTLE_WITHIN = dt.timedelta(days=7)
"""A mismatch is worked to closure within this time."""
SOON = dt.timedelta(days=14)
"""A control point that is due within this time is shown as due soon."""
WEEK = dt.timedelta(days=7)


class Every(StrEnum):
    """How often a control point is tested."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}


class Standing(StrEnum):
    """How a control point stands today."""

    OVERDUE = "overdue"
    FAILED = "failed"
    SOON = "soon"
    FINE = "fine"
    ENDED = "ended"


class SameHand(DomainError):
    code = "control_same_hand"
    message = "{what}不能由同一个人来做，请换一位同事。"


class NotOver(DomainError):
    code = "control_not_over"
    message = "{period} 还没有过完。"


class Already(DomainError):
    code = "control_already"
    message = "{what} 已经登记过，不能再改。"


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, printed ``2026-Q3``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """``2026-Q3``; raises ``Invalid`` for anything else."""
        match = re.fullmatch(r"([0-9]{4})-Q([1-4])", text.strip())
        if not match or not EARLIEST.year <= int(match[1]) <= LATEST.year:
            raise Invalid(field="季度", reason=Phrase("「{value}」不是季度，应为如 2026-Q3", value=text[:20]))
        return cls(int(match[1]), int(match[2]))

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> dt.date:
        return Month(self.year, self.number * 3).last

    def plus(self, quarters: int) -> Quarter:
        year, number = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, number + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"


def monday_of(day: dt.date) -> dt.date:
    """The first day of the week."""
    return day - DAY * day.weekday()


def seed_of(organisation_id: int, monday: dt.date) -> str:
    """The seed of an organisation's week: nothing but the two goes in, so that anybody can draw again."""
    return hashlib.sha256(f"wuyefei.sample|{organisation_id}|{monday}".encode()).hexdigest()


def pick(seed: str, ids: Iterable[int], size: int) -> list[int]:
    """The ``size`` ids that the seed ranks first, in that order; all of them where there are fewer. The order in which the ids
    come makes no difference, and one id more moves at most one out."""
    return sorted(ids, key=lambda one: (hashlib.sha256(f"{seed}|{one}".encode()).digest(), one))[:size]


def missing(before: int, serials: Sequence[int]) -> list[tuple[int, int]]:
    """The runs of serial numbers, first and last, that are missing after ``before`` up to the last of ``serials``."""
    gaps, expected = [], before + 1
    for serial in sorted(serials):
        if serial > expected:
            gaps.append((expected, serial - 1))
        expected = max(expected, serial + 1)
    return gaps


@dataclass(frozen=True, slots=True)
class Stub:
    """A receipt as the books have it."""

    number: str
    year: int
    serial: int
    total_fen: int
    voided: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stubs:
    """A month's receipts of a community: how many, their sum in fen, what is missing, which voids say no reason, a digest."""

    first_number: str
    last_number: str
    receipts: int
    total_fen: int
    voided: int
    gaps: tuple[str, ...]
    unexplained: tuple[str, ...]
    digest: str


def count_stubs(stubs: Sequence[Stub], before: dict[int, int], elsewhere: frozenset[tuple[int, int]] = frozenset()) -> Stubs:
    """``before``: the last serial of each year before the month, 0 for a year that begins in it; ``elsewhere``: (year, serial) of
    receipts of other months, which are not missing."""
    ordered = sorted(stubs, key=lambda one: (one.year, one.serial))
    gaps = []
    for year in sorted({one.year for one in ordered}):
        runs = missing(before.get(year, 0), [*(one.serial for one in ordered if one.year == year), *_within(elsewhere, ordered, year)])
        gaps += [f"{year} {first:06d}" if first == last else f"{year} {first:06d}–{last:06d}" for first, last in runs]
    lines = "\n".join(f"{one.number}|{one.total_fen}|{'void' if one.voided else ''}|{one.reason}" for one in ordered)
    return Stubs(
        ordered[0].number if ordered else "", ordered[-1].number if ordered else "", len(ordered),
        sum(one.total_fen for one in ordered if not one.voided), sum(one.voided for one in ordered), tuple(gaps),
        tuple(one.number for one in ordered if one.voided and not one.reason.strip()), hashlib.sha256(lines.encode()).hexdigest(),
    )  # fmt: skip


def _within(elsewhere: frozenset[tuple[int, int]], ordered: Sequence[Stub], year: int) -> list[int]:
    last = max(one.serial for one in ordered if one.year == year)
    return [serial for of, serial in elsewhere if of == year and serial < last]


def next_due(every: Every, since: dt.date, tested_on: dt.date | None) -> dt.date:
    """The day by which a control point is to be tested: one turn after its last test, or after it was registered."""
    start = tested_on or since
    return start + WEEK if every is Every.WEEK else Month.of(start).plus(MONTHS[every]).day(start.day)


def standing(due: dt.date, passed: bool | None, ended_on: dt.date | None, today: dt.date) -> Standing:
    """``passed``: the last test's result, None before the first."""
    if ended_on is not None and ended_on <= today:
        return Standing.ENDED
    if due < today:
        return Standing.OVERDUE
    if passed is False:
        return Standing.FAILED
    return Standing.SOON if due - today <= SOON else Standing.FINE
