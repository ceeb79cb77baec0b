"""Working days by the Chinese calendar: weekends, statutory holidays and the make-up working days of each year.

Source of the built-in years: the yearly notices of the State Council's General Office on holiday arrangements
(国务院办公厅关于部分节假日安排的通知). A year is announced in the autumn before it; later years are added by people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .dates import DAY
from .errors import DomainError

NOTICES: dict[int, str] = {2024: "国办发明电〔2023〕7号", 2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}
"""The notice that each built-in year was taken from."""

_REST: dict[int, tuple[tuple[str, str, str], ...]] = {
    2024: (
        ("元旦", "01-01", "01-01"), ("春节", "02-10", "02-17"), ("清明节", "04-04", "04-06"), ("劳动节", "05-01", "05-05"),
        ("端午节", "06-10", "06-10"), ("中秋节", "09-15", "09-17"), ("国庆节", "10-01", "10-07"),
    ),
    2025: (
        ("元旦", "01-01", "01-01"), ("春节", "01-28", "02-04"), ("清明节", "04-04", "04-06"), ("劳动节", "05-01", "05-05"),
        ("端午节", "05-31", "06-02"), ("国庆节、中秋节", "10-01", "10-08"),
    ),
    2026: (
        ("元旦", "01-01", "01-03"), ("春节", "02-15", "02-23"), ("清明节", "04-04", "04-06"), ("劳动节", "05-01", "05-05"),
        ("端午节", "06-19", "06-21"), ("中秋节", "09-25", "09-27"), ("国庆节", "10-01", "10-07"),
    ),
}  # fmt: skip
_WORK: dict[int, tuple[str, ...]] = {
    2024: ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says: ``rest`` for a holiday, otherwise a make-up working day."""

    day: dt.date
    rest: bool
    name: str
    source: str


def _date(year: int, text: str) -> dt.date:
    return dt.date.fromisoformat(f"{year}-{text}")


def built_in() -> list[SpecialDay]:
    """The special days of the built-in years, in order."""
    found: list[SpecialDay] = []
    for year, source in NOTICES.items():
        for name, first, last in _REST[year]:
            day, end = _date(year, first), _date(year, last)
            while day <= end:
                found.append(SpecialDay(day, True, name, source))
                day += DAY
        found += [SpecialDay(_date(year, text), False, "调休上班", source) for text in _WORK[year]]
    return sorted(found, key=lambda special: special.day)


class TooFar(DomainError):
    code = "workdays_too_far"
    message = "工作日推算超出范围，请检查天数。"


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days. A year without special days is only its weekends: see ``known``."""

    special: Mapping[dt.date, SpecialDay] = field(default_factory=dict)

    @classmethod
    def of(cls, *tables: Iterable[SpecialDay]) -> WorkCalendar:
        """Later tables replace days of earlier ones."""
        return cls({special.day: special for table in tables for special in table})

    def known(self, year: int) -> bool:
        """Whether that year's holidays are in the table: a deadline in another year must be checked again later."""
        return any(day.year == year for day in self.special)

    def is_working(self, day: dt.date) -> bool:
        special = self.special.get(day)
        return not special.rest if special else day.weekday() < _SATURDAY

    def name(self, day: dt.date) -> str:
        """Why the day is special, blank for an ordinary one."""
        special = self.special.get(day)
        return special.name if special else ""

    def add(self, start: dt.date, days: int) -> dt.date:
        """The last of ``days`` working days counted from the day after ``start``; ``days`` 0 is ``start`` itself.

        The day a period begins on is not counted (民法典第二百零一条). Raises ``TooFar`` beyond 3,000 working days.
        """
        if not 0 <= days <= 3000:
            raise TooFar()
        day = start
        while days:
            day += DAY
            days -= self.is_working(day)
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """Working days after ``start`` up to and with ``end``; 0 where ``end`` is not later."""
        return sum(self.is_working(start + DAY * number) for number in range(1, (end - start).days + 1))

    def deadline(self, end: dt.date) -> dt.date:
        """Where a period's last day is a rest day, the first working day after it (民法典第二百零三条)."""
        while not self.is_working(end):
            end += DAY
        return end


CALENDAR = WorkCalendar.of(built_in())
"""The built-in years, for callers without a table of their own."""
