"""The price of each day for one property, where it follows from the property itself (product rows B2, B3).

A plain price follows the seasons of the year and the score of an assessment; per head by who lives there, parking by whether the space is owned, a formula by the property's parts, a lease by the
months since it began. Each becomes monthly sums by date, prorated as every price is, and each keeps ``how`` it came
about: ``remade`` gives the sum again from that alone, so that a bill proves itself.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, round_half_up

from .formula import BadFormula, all_values
from .pricing import FORMULA, PARKING_OWN, PER_HEAD, RENT, ZERO, AreaMissing, TariffPrice
from .rent import RentStep
from .rent import prices as rent_prices
from .score import score_of, without_report
from .seasons import season_on, seasons_of, turns
from .terms import BY_AREA, ENGLISH_PARTS, lease, parts_named

T = TypeVar("T")
SEASONS = "seasons"
"""The kind of a price that follows the seasons of the year or a score, as its origin names it."""


class NobodyLivesThere(DomainError):
    code = "nobody_lives_there"
    message = "按居住人数计费，但没有登记居住的人。请登记业主、租户或同住人，或在合同计费行上填写人数。"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a property brings to its price. ``heads``: (from a day on, how many live there); ``owned``: (from a day on,
    whether the space is owned by its user); both sorted. ``term``: the days of the contract line."""

    term: Span
    area: Decimal | None = None
    inner_area: Decimal | None = None
    quantity: Decimal | None = None
    heads: tuple[tuple[dt.date, int], ...] = ()
    owned: tuple[tuple[dt.date, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class DayPrice:
    """From ``since`` on: ``per_unit`` yuan a month per unit, or ``fixed`` yuan a month; ``how`` it came about."""

    since: dt.date
    per_unit: Decimal
    fixed: Decimal
    version: int
    how: Mapping[str, Any]


def schedule(method: str, prices: Sequence[TariffPrice], parts: Parts) -> list[DayPrice]:
    """The prices of a line by day, sorted; neighbouring equal ones joined.

    Raises ``NobodyLivesThere``, ``AreaMissing`` for a part a formula or lease needs, ``BadFormula``.
    """
    if method == PER_HEAD and parts.quantity is None and not any(count for _since, count in parts.heads):
        raise NobodyLivesThere()
    found: list[DayPrice] = []
    for price, following in zip(prices, [*(one.since for one in prices[1:]), None], strict=True):
        for row in _under(method, price, parts):
            if (following is None or row.since < following) and not _same(found, row):
                found.append(row)
    return found


def by_season(method: str, prices: Sequence[TariffPrice], until: dt.date) -> list[DayPrice]:
    """The prices of a plain tariff by day up to ``until``: a version without seasons and score is one row with its terms as
    ``how``."""
    found = []
    for price, following in zip(prices, [*(one.since for one in prices[1:]), None], strict=True):
        seasons = seasons_of(price.terms)
        if not seasons and score_of(price.terms) is None:
            found.append(DayPrice(price.since, price.per_unit, price.fixed, price.version_number, {"kind": method, **price.terms}))
            continue
        last = max(price.since, until if following is None else following - DAY)
        base = [str(price.per_unit), str(price.fixed)]
        for day in (price.since, *turns((one.when for one in seasons), Span(price.since, last))):
            now = season_on(day, seasons)
            how = {"kind": SEASONS, "name": now.when.name if now else "", "since": str(price.since), "base": base, **without_report(price.terms)}
            found.append(DayPrice(day, *_dated(how, day), price.version_number, how))
    return found


def _dated(how: Mapping[str, Any], day: dt.date) -> tuple[Decimal, Decimal]:
    """(per unit, fixed) of a day, from the kept price, its seasons and its score."""
    now, score = season_on(day, seasons_of(how)), score_of(how)
    per_unit, fixed = (now.per_unit, now.fixed) if now else (Decimal(how["base"][0]), Decimal(how["base"][1]))
    return (score.of(per_unit), score.of(fixed)) if score else (per_unit, fixed)


def proved(how: Mapping[str, Any], since: dt.date, per_unit: Decimal, fixed: Decimal) -> bool:
    """Whether a frozen price is what its own origin comes to."""
    if how["kind"] == SEASONS:
        now = season_on(since, seasons_of(how))
        return _dated(how, since) == (per_unit, fixed) and how["name"] == (now.when.name if now else "")
    return remade(how, since) == fixed


def _same(found: Sequence[DayPrice], row: DayPrice) -> bool:
    return bool(found) and (found[-1].per_unit, found[-1].fixed, found[-1].version, found[-1].how) == (
        row.per_unit, row.fixed, row.version, row.how,
    )  # fmt: skip


def _under(method: str, price: TariffPrice, parts: Parts) -> list[DayPrice]:
    """What one version of the tariff makes of the days from its first on."""

    def row(since: dt.date, per_unit: Decimal, how: dict[str, Any]) -> DayPrice:
        made = {"kind": method, **how}
        return DayPrice(since, per_unit, remade(made, since), price.version_number, made)

    if method == PER_HEAD:
        heads = [(price.since, int(parts.quantity))] if parts.quantity is not None else _from(price.since, parts.heads, 0)
        return [row(since, ZERO, {"price": str(price.per_unit), "heads": count}) for since, count in heads]
    if method == PARKING_OWN:
        rented = Decimal(price.terms["rented"])
        return [row(since, price.per_unit if own else rented, {"owned": own}) for since, own in _from(price.since, parts.owned, False)]
    if method == FORMULA:
        named = parts_named(price.terms)
        heads = _from(price.since, parts.heads, 0) if named & {"居住人数", "residents"} else [(price.since, 0)]
        return [row(since, ZERO, {"formulas": price.terms["formulas"], "parts": _values(named, parts, count)}) for since, count in heads]
    area = measured(parts.area) if price.terms["by"] == BY_AREA else Decimal(1)
    how = {"terms": dict(price.terms), "first": str(parts.term.first), "area": str(area)}
    first = max(price.since, parts.term.first)
    if first > parts.term.last:
        return []
    steps = rent_prices(lease(price.terms, parts.term.first, area))
    starts = sorted({first, *(step.since for step in steps if first < step.since <= parts.term.last)})
    return [DayPrice(since, ZERO, _rent_on(steps, since), price.version_number, {"kind": method, **how}) for since in starts]


def measured(area: Decimal | None, basis: str = "建筑面积") -> Decimal:
    if area is None:
        raise AreaMissing(basis=basis)
    return area


def _from(first: dt.date, rows: Sequence[tuple[dt.date, T]], before: T) -> list[tuple[dt.date, T]]:
    """The rows that hold from ``first`` on, the one in force then beginning on it."""
    position = bisect_right(rows, first, key=lambda row: row[0])
    return [(first, rows[position - 1][1] if position else before), *rows[position:]]


def _values(named: set[str], parts: Parts, heads: int) -> dict[str, str]:
    """Each part a formula names with what it is here. Raises ``AreaMissing``."""
    return {name: str(_value(ENGLISH_PARTS.get(name, name), parts, heads)) for name in sorted(named)}


def _value(part: str, parts: Parts, heads: int) -> Decimal | int:
    if part == "建筑面积":
        return measured(parts.area)
    if part == "套内面积":
        return measured(parts.inner_area, "套内面积")
    if part == "居住人数":
        return heads
    return parts.quantity if parts.quantity is not None else 1


def remade(how: Mapping[str, Any], since: dt.date) -> Decimal:
    """The monthly sum in yuan that ``how`` comes to from ``since`` on; 0 where the price is one per unit.

    A formula's sum and a rent are rounded half up to the fen. Raises ``BadFormula`` for a sum below zero.
    """
    kind = how["kind"]
    if kind == PER_HEAD:
        return Decimal(how["price"]) * int(how["heads"])
    if kind == FORMULA:
        formulas = dict(how["formulas"])
        value = all_values(formulas, {name: Decimal(number) for name, number in how["parts"].items()})[how["formulas"][-1][0]]
        if value < 0:
            raise BadFormula(reason="结果小于零")
        return Decimal(round_half_up(value * FEN_PER_YUAN)) / FEN_PER_YUAN
    if kind == RENT:
        return _rent_on(rent_prices(lease(how["terms"], dt.date.fromisoformat(how["first"]), Decimal(how["area"]))), since)
    return ZERO


def _rent_on(steps: Sequence[RentStep], day: dt.date) -> Decimal:
    """The rent of a month in yuan from the last step that began by a day."""
    return Decimal(next(step.monthly_fen for step in reversed(steps) if step.since <= day)) / FEN_PER_YUAN
