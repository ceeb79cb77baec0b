"""Periods of a report: a week, month, quarter or year, written ``2026-W47``, ``2026-11``, ``2026-Q4``, ``2026``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY, EARLIEST, LATEST, Month
from wuyefei.foundation.kernel.errors import Invalid, Phrase


class Unit(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_WRITTEN = re.compile(r"(\d{4})(?:-(?:W(\d{2})|Q([1-4])|(\d{2})))?")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Days ``first`` … ``last``, both included. A week begins on Monday (ISO 8601)."""

    unit: Unit
    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, unit: Unit, day: dt.date) -> Period:
        """The period of that unit in which the day lies."""
        if unit is Unit.WEEK:
            monday = day - DAY * day.weekday()
            return cls(unit, monday, monday + 6 * DAY)
        length = MONTHS[unit]
        start = Month(day.year, (day.month - 1) // length * length + 1)
        return cls(unit, start.first, start.plus(length - 1).last)

    @classmethod
    def month(cls, month: Month) -> Period:
        return cls(Unit.MONTH, month.first, month.last)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Raises ``Invalid`` for anything that is not a period as written above."""
        match = _WRITTEN.fullmatch(text.strip())
        try:
            if match is None or not EARLIEST.year <= int(match[1]) < LATEST.year:
                raise ValueError(text)
            return cls._read(int(match[1]), match[2], match[3], match[4])
        except ValueError as error:
            reason = Phrase("「{value}」不是账期，应为如 2026-W47、2026-11、2026-Q4 或 2026", value=text[:20])
            raise Invalid(field="账期", reason=reason) from error

    @classmethod
    def _read(cls, year: int, week: str | None, quarter: str | None, month: str | None) -> Period:
        if week:
            return cls.of(Unit.WEEK, dt.date.fromisocalendar(year, int(week), 1))
        if quarter:
            return cls.of(Unit.QUARTER, dt.date(year, int(quarter) * 3, 1))
        if month:
            return cls.of(Unit.MONTH, dt.date(year, int(month), 1))
        return cls.of(Unit.YEAR, dt.date(year, 1, 1))

    def __str__(self) -> str:
        if self.unit is Unit.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year:04d}-W{week:02d}"
        if self.unit is Unit.QUARTER:
            return f"{self.first.year:04d}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}" if self.unit is Unit.MONTH else f"{self.first.year:04d}"

    @property
    def number(self) -> int:
        """The number of the week, month or quarter in its year."""
        if self.unit is Unit.WEEK:
            return self.first.isocalendar().week
        return (self.first.month + 2) // 3 if self.unit is Unit.QUARTER else self.first.month

    @property
    def year(self) -> int:
        return self.first.isocalendar().year if self.unit is Unit.WEEK else self.first.year

    @property
    def eve(self) -> dt.date:
        """The day before it begins."""
        return self.first - DAY

    @property
    def previous(self) -> Period:
        return Period.of(self.unit, self.eve)

    @property
    def next(self) -> Period:
        return Period.of(self.unit, self.last + DAY)

    @property
    def year_before(self) -> Period:
        """The same period a year earlier; a week by its number."""
        if self.unit is Unit.WEEK:
            return Period.of(self.unit, self.first - 52 * 7 * DAY)
        return Period.of(self.unit, Month(self.first.year - 1, self.first.month).first)

    def cut(self, as_of: dt.date) -> dt.date:
        """The last day of it that a report as of that day can see."""
        return min(self.last, as_of)

    def days_to(self, as_of: dt.date) -> int:
        """How many of its days have passed by the end of ``as_of``."""
        return (self.cut(as_of) - self.first).days + 1


def parallel(period: Period, as_of: dt.date, other: Period) -> dt.date:
    """The day in ``other`` that stands where ``as_of`` stands in ``period``: equally many days in, or the last one.

    So a period under way is set against equally much of an earlier one.
    """
    if as_of >= period.last:
        return other.last
    return min(other.last, other.first + (as_of - period.first))
