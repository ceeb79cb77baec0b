"""The price of a metered sheet as it is typed and as it is kept: steps, bands of the day, changes, seasons (row B2). Pure.

A price is one figure (``3.45``), steps (``180 2.07，不限 4.07``) or a figure for each band of the day (``峰 1.2，平 0.8，谷 0.4``),
or steps for plain meters and bands for those that tell the time. Seasons are the same every year; within one the price is
its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from wuyefei.estate.tariffs.rules.public import (
    BAND_CODES,
    BAND_NAMES,
    Band,
    Step,
    YearStretch,
    check_apart,
    check_steps,
    parse_stretch,
    turns,
    year_day_text,
)
from wuyefei.foundation.kernel.dates import Span, parse_day
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_decimal

from .stages import Bands, Stage, check_stages

NO_LIMIT = "不限"
FIELD, SEASONS = "单价", "分季单价"
REST = "其余日子"
"""The name of the days that lie in no season."""
MOST_PRICE = Decimal(100_000)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Priced:
    """What a unit costs: ``steps`` for plain meters, ``bands`` (code, yuan) for those that tell the time; either may be empty."""

    steps: Sequence[Step]
    bands: Bands = ()


@dataclass(frozen=True, slots=True)
class PricedSeason:
    """What a unit costs within a stretch of every year."""

    when: YearStretch
    price: Priced


def parse_steps(text: str) -> list[Step]:
    """``180 2.07，260 4.07，不限 6.07``, or one price for all: ``3.45``. Raises ``Invalid``."""
    return _steps(_parts(text))


def parse_price(text: str, field: str = FIELD) -> Priced:
    """Steps, bands, or both: ``3.45，峰 1.2，平 0.8，谷 0.4``. Raises ``Invalid``."""
    parts = _parts(text)
    banded = [words for words in parts if words[0] in BAND_CODES]
    rest = [words for words in parts if words[0] not in BAND_CODES]
    found: dict[str, Decimal] = {}
    for words in banded:
        if len(words) != 2:
            raise Invalid(field=field, reason=Phrase("「{band}」后面写一个单价，如 峰 1.2", band=words[0]))
        price = parse_decimal(words[1], field)
        code = BAND_CODES[words[0]]
        if code in found:
            raise Invalid(field=field, reason=Phrase("「{band}」写了两个价", band=words[0]))
        if not 0 <= price <= MOST_PRICE:
            raise Invalid(field=field, reason=Phrase("应在 0 到 {max_price} 之间，最多四位小数", max_price=MOST_PRICE))
        found[code] = price
    if found and not any(found.values()):
        raise Invalid(field=field, reason="必须大于 0")
    bands = tuple((code.value, found[code.value]) for code in Band if code.value in found)
    return Priced(_steps(rest) if rest or not bands else [], bands)


def _parts(text: str) -> list[list[str]]:
    return [part.split() for part in re.split(r"[,;、\n]+", normalize("NFKC", text).strip().lower()) if part.strip()]


def _steps(parts: list[list[str]]) -> list[Step]:
    if len(parts) == 1 and len(parts[0]) == 1:
        parts = [[NO_LIMIT, parts[0][0]]]
    found = []
    for number, words in enumerate(parts, 1):
        if len(words) != 2:
            raise Invalid(field=FIELD, reason=Phrase("第 {number} 档应写作「上限 单价」，如 180 2.07", number=number))
        upto = None if words[0] == NO_LIMIT else parse_decimal(words[0], FIELD)
        found.append(Step(upto, parse_decimal(words[1], FIELD)))
    check_steps(found)
    if not any(step.price for step in found):
        raise Invalid(field=FIELD, reason="必须大于 0")
    return found


def parse_changes(text: str) -> list[Stage]:
    """A change of price a line: the day, then a price as ``parse_price`` reads it. Raises ``Invalid`` naming the line."""
    found: list[Stage] = []
    for number, row in enumerate((row for row in normalize("NFKC", text).splitlines() if row.strip()), 1):
        day, _sep, price = row.strip().partition(" ")
        if not price.strip():
            raise Invalid(field="换价", reason=Phrase("第 {number} 行应写作「哪天起 单价」，如 2026-03-16 3.65", number=number))
        priced = parse_price(price)
        found.append(Stage(parse_day(day, "换价"), priced.steps, bands=priced.bands))
    check_stages([Stage(None, ()), *found])
    return found


def parse_seasons(text: str) -> list[PricedSeason]:
    """A season a line: ``夏季 06-01 09-30 3.9``, the price as ``parse_price`` reads it. Raises ``Invalid`` naming the line."""
    found = []
    for number, row in enumerate((row for row in normalize("NFKC", text).splitlines() if row.strip()), 1):
        words = row.strip().split(None, 3)
        if len(words) < 4:
            raise Invalid(field=SEASONS, reason=Phrase("第 {number} 行应写作「名称 起 止 单价」，如 夏季 06-01 09-30 3.9", number=number))
        found.append(PricedSeason(parse_stretch(words[0], words[1], words[2], SEASONS), parse_price(words[3], SEASONS)))
    check_apart([one.when for one in found], SEASONS)
    return found


def seasonal(base: Priced, seasons: Sequence[PricedSeason], span: Span) -> list[Stage]:
    """The price of each day of a span as stages; the first holds from before it."""

    def stage(since: dt.date | None, day: dt.date) -> Stage:
        now = next((one for one in seasons if one.when.holds(day)), None)
        price, name = (now.price, now.when.name) if now else (base, "")
        return Stage(since, price.steps, name or REST, price.bands)

    return [stage(None, span.first), *(stage(day, day) for day in turns((one.when for one in seasons), span))]


# --- as it is kept

def steps_json(steps: Sequence[Step]) -> list[list[str | None]]:
    return [[None if step.upto is None else str(step.upto), str(step.price)] for step in steps]


def steps_of(rows: Iterable[Sequence[str | None]]) -> list[Step]:
    """The inverse of ``steps_json``."""
    return [Step(None if upto is None else Decimal(upto), Decimal(str(price))) for upto, price in rows]


def price_json(stages: Sequence[Stage]) -> Json:
    """All that stages say; what is not used is left out."""
    first, *later = stages
    found: Json = {"steps": steps_json(first.steps)}
    if first.bands:
        found["bands"] = _bands_json(first.bands)
    if first.name:
        found["season"] = first.name
    if later:
        found["changes"] = [
            [str(stage.since), steps_json(stage.steps), *([stage.name, _bands_json(stage.bands)] if stage.name or stage.bands else [])]
            for stage in later
        ]  # fmt: skip
    return found


def _bands_json(bands: Bands) -> list[list[str]]:
    return [[code, str(price)] for code, price in bands]


def _bands_of(rows: Iterable[Sequence[str]]) -> Bands:
    return tuple((code, Decimal(price)) for code, price in rows)


def stages_of(inputs: Json) -> list[Stage]:
    """The inverse of ``price_json``: the stages of a frozen line."""
    changes = [
        Stage(dt.date.fromisoformat(since), steps_of(rows), rest[0] if rest else "", _bands_of(rest[1]) if rest else ())
        for since, rows, *rest in inputs.get("changes", ())
    ]
    return [Stage(None, steps_of(inputs["steps"]), inputs.get("season", ""), _bands_of(inputs.get("bands", ()))), *changes]


def price_text(steps: Iterable[Sequence[str | None]], bands: Iterable[Sequence[str]] = ()) -> str:
    """A kept price as it is typed."""
    listed = [[upto, price] for upto, price in steps]
    one = [str(price) for upto, price in listed] if len(listed) == 1 else [f"{upto or NO_LIMIT} {price}" for upto, price in listed]
    return "，".join([*one, *(f"{BAND_NAMES[code]} {price}" for code, price in bands)])


def season_json(seasons: Iterable[PricedSeason]) -> list[list[str]]:
    """Seasons as a sheet keeps them: name, first, last, and the price as it is typed."""
    return [
        [
            one.when.name, year_day_text(one.when.first), year_day_text(one.when.last),
            price_text(steps_json(one.price.steps), _bands_json(one.price.bands)),
        ]
        for one in seasons
    ]  # fmt: skip
