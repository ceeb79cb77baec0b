"""Prices by the time of the year 分季价格 and the bands of the day 峰平谷 (product row B2). Pure: no database, no clock.

A season is a stretch of the year, the same every year, that may run over New Year: ``11-15`` … ``03-15``. Outside of
all seasons the plain price holds. Seasons never overlap, so that a day has one price.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_decimal

from .pricing import FIXED, FIXED_AREA, TariffPrice, check_price

FIELD = "分季价格"
MOST_SEASONS = 6
LONGEST_NAME = 10
LEAP_YEAR = 2000
YearDay = tuple[int, int]
"""(month, day of the month)."""


class Band(StrEnum):
    """The part of the day whose use a register counts, in the order in which bills list them."""

    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"


BAND_NAMES: dict[str, str] = {Band.SHARP: "尖", Band.PEAK: "峰", Band.FLAT: "平", Band.VALLEY: "谷"}
BAND_CODES = {name: str(code) for code, name in BAND_NAMES.items()} | {str(code): str(code) for code in Band}
"""The band by its name, in Chinese or in English."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A named part of every year, both days included; over New Year where ``first`` comes after ``last``."""

    name: str
    first: YearDay
    last: YearDay

    def holds(self, day: dt.date) -> bool:
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True)
class Season:
    """What a price is within a stretch of the year: yuan as ``TariffPrice`` has them."""

    when: Stretch
    per_unit: Decimal
    fixed: Decimal


def parse_stretch(name: str, first: str, last: str, field: str = FIELD) -> Stretch:
    """From ``采暖季``, ``11-15``, ``03-15``. Raises ``Invalid``."""
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(field=field, reason=Phrase("名称应有 1 到 {most} 个字", most=LONGEST_NAME))
    return Stretch(name, _year_day(first, field), _year_day(last, field))


def _year_day(text: str, field: str) -> YearDay:
    found = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text)
    try:
        if found is None:
            raise ValueError(text)
        day = dt.date(LEAP_YEAR, int(found[1]), int(found[2]))
    except ValueError as error:
        raise Invalid(field=field, reason=Phrase("「{text}」不是月和日，应为如 11-15", text=text[:20])) from error
    return day.month, day.day


def year_day_text(day: YearDay) -> str:
    return f"{day[0]:02}-{day[1]:02}"


def check_apart(stretches: Sequence[Stretch], field: str = FIELD) -> None:
    """Raises ``Invalid`` for too many, two of one name, or a day that lies in two."""
    if len(stretches) > MOST_SEASONS:
        raise Invalid(field=field, reason=Phrase("最多 {most} 季", most=MOST_SEASONS))
    names = [one.name for one in stretches]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise Invalid(field=field, reason=Phrase("「{name}」写了两行", name=twice))
    day = dt.date(LEAP_YEAR, 1, 1)
    while day.year == LEAP_YEAR:
        held = [one.name for one in stretches if one.holds(day)]
        if len(held) > 1:
            raise Invalid(field=field, reason=Phrase("「{first}」和「{second}」都含 {day}", first=held[0], second=held[1], day=f"{day:%m-%d}"))
        day += DAY


def turns(stretches: Iterable[Stretch], span: Span) -> Iterator[dt.date]:
    """The days of the span, its first apart, on which a season begins or has just ended; sorted."""
    found = set()
    for one in stretches:
        for year in range(span.first.year - 1, span.last.year + 1):
            found |= {_in_year(year, one.first, dt.date(year, 3, 1)), _in_year(year, one.last, dt.date(year, 2, 28)) + DAY}
    return iter(sorted(day for day in found if span.first < day <= span.last))


def _in_year(year: int, day: YearDay, instead: dt.date) -> dt.date:
    """The day in a year; 29 February is ``instead`` where the year has none."""
    try:
        return dt.date(year, *day)
    except ValueError:
        return instead


def check_seasons(method: str, rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """``[name, first, last, per_unit, fixed]`` each, as they are kept. Raises ``Invalid`` naming the row."""
    found = []
    for number, row in enumerate(rows, 1):
        if len(row) != 5:
            raise Invalid(field=FIELD, reason=Phrase("第 {number} 行应写作「名称 起 止 单价」，如 采暖季 11-15 03-15 3.5", number=number))
        when = parse_stretch(str(row[0]), str(row[1]), str(row[2]))
        per_unit, fixed = parse_decimal(str(row[3]), FIELD), parse_decimal(str(row[4]), FIELD)
        check_price(method, per_unit, fixed)
        found.append(Season(when, per_unit, fixed))
    check_apart([one.when for one in found])
    return [[one.when.name, year_day_text(one.when.first), year_day_text(one.when.last), str(one.per_unit), str(one.fixed)] for one in found]


def seasons_of(terms: Mapping[str, Any]) -> list[Season]:
    """The seasons of kept terms, in the order they were given."""
    return [
        Season(parse_stretch(name, first, last), Decimal(per_unit), Decimal(fixed))
        for name, first, last, per_unit, fixed in terms.get("seasons", ())
    ]


def season_on(day: dt.date, seasons: Iterable[Season]) -> Season | None:
    return next((one for one in seasons if one.when.holds(day)), None)


def unit_prices(price: TariffPrice) -> list[Decimal]:
    """Every price a unit may cost in a year under one version, the plain one first."""
    return [price.per_unit, *(one.per_unit for one in seasons_of(price.terms))]


def rise(before: TariffPrice, after: TariffPrice) -> tuple[Decimal, Decimal] | None:
    """The dearest (per unit, fixed) of ``after`` where any day of the year costs more than under ``before``; else None."""
    earlier, later = seasons_of(before.terms), seasons_of(after.terms)
    found = None
    for offset in range(366):
        day = dt.date(LEAP_YEAR, 1, 1) + DAY * offset
        was, will = season_on(day, earlier) or before, season_on(day, later) or after
        if will.per_unit > was.per_unit or will.fixed > was.fixed:
            known = found or (will.per_unit, will.fixed)
            found = max(known[0], will.per_unit), max(known[1], will.fixed)
    return found


def typed_seasons(method: str, rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Typed rows as terms have them: one figure, the fixed sum for a fixed charge, else the unit price, then the fixed sum."""
    found = []
    for row in rows:
        given = list(row)
        if len(given) == 4:
            given = [*given[:3], "0", given[3]] if method == FIXED else [*given, "0"]
        elif len(given) == 5 and method != FIXED_AREA:
            given = []
        found.append(given)
    return found
