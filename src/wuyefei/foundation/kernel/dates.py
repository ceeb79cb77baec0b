"""Days, months and spans. Both ends of a span are included. Today always comes from outside."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from .errors import Invalid, Phrase

CHINA = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
EARLIEST, LATEST = dt.date(1950, 1, 1), dt.date(2100, 12, 31)
"""A date outside these is taken for a typing error wherever people or files supply it."""


@lru_cache(maxsize=4096)
def _days(year: int, number: int) -> int:
    return calendar.monthrange(year, number)[1]


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, printed ``2026-11``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """``2026-11``; raises ``Invalid`` for anything else."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text.strip())
        if not match or not 1 <= int(match[2]) <= 12 or not EARLIEST.year <= int(match[1]) <= LATEST.year:
            raise Invalid(field="月份", reason=Phrase("「{value}」不是月份，应为如 2026-11", value=text[:20]))
        return cls(int(match[1]), int(match[2]))

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @property
    def days(self) -> int:
        return _days(self.year, self.number)

    @property
    def last(self) -> dt.date:
        return dt.date(self.year, self.number, self.days)

    @property
    def index(self) -> int:
        """Months since year 0: differences are month counts."""
        return self.year * 12 + self.number - 1

    def plus(self, months: int) -> Month:
        year, number = divmod(self.index + months, 12)
        return Month(year, number + 1)

    def day(self, number: int) -> dt.date:
        """The day of that number, or the month's last where the month is shorter."""
        return dt.date(self.year, self.number, min(number, self.days))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Days ``first`` … ``last``, both included; never empty."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid(field="起止日期", reason=Phrase("止 {last} 早于起 {first}", last=self.last, first=self.first))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def months(self) -> Iterator[Month]:
        month = Month.of(self.first)
        while month.first <= self.last:
            yield month
            month = month.plus(1)

    def overlap(self, other: Span) -> Span | None:
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Span(first, last) if first <= last else None

    def minus(self, taken: Iterable[Span]) -> list[Span]:
        """What is left of this span when the days of ``taken`` are cut out, in order."""
        left, cursor = [], self.first
        for other in sorted(taken):
            if other.last < cursor or other.first > self.last:
                continue
            if other.first > cursor:
                left.append(Span(cursor, other.first - DAY))
            cursor = max(cursor, other.last + DAY)
        if cursor <= self.last:
            left.append(Span(cursor, self.last))
        return left


def days_covered(spans: Iterable[Span], within: Span) -> int:
    """How many days of ``within`` lie in at least one span: overlaps count once."""
    free = sum(part.days for part in within.minus(spans))
    return within.days - free


def _iso(text: str) -> dt.date:
    """Only ``2026-11-23``: the library's parser also takes weeks, and in 3.11 digits with something behind them."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return dt.date.fromisoformat(text)


def parse_day(text: object, field: str = "日期") -> dt.date:
    """A day from ``2026-11-23``; raises ``Invalid`` naming ``field``."""
    if isinstance(text, dt.datetime):
        text = text.date()
    try:
        day = text if isinstance(text, dt.date) else _iso(str(text).strip())
    except ValueError as error:
        raise Invalid(field=field, reason=Phrase("「{value}」不是日期，应为如 2026-11-23", value=str(text)[:30])) from error
    if not EARLIEST <= day <= LATEST:
        raise Invalid(field=field, reason=Phrase("{day} 不在 {earliest} 到 {latest} 之间", day=day, earliest=EARLIEST, latest=LATEST))
    return day
