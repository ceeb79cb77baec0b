"""Prices of the lines whose charge follows from the property itself: who lives there, whether the space is owned, a
formula, a lease (product row B2). The plain kinds never come here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.estate.contracts.public import ContractLine, LineFact
from wuyefei.estate.occupancy.public import heads_by_day, living_ties, owned_by_day
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import (
    SCHEDULED,
    AreaMissing,
    BadFormula,
    NobodyLivesThere,
    Parts,
    QuantityMissing,
    Tariff,
    TariffPrice,
    by_season,
    prices_of,
    quantity_for,
    schedule,
)
from wuyefei.estate.tariffs.rules.public import SEASONS
from wuyefei.foundation.kernel.dates import LATEST, Month, Span
from wuyefei.foundation.kernel.errors import DomainError

from .rules.proration import Price, charge_in_month, price_on

WITHOUT: dict[type[DomainError], str] = {
    AreaMissing: "no_area", QuantityMissing: "no_quantity", NobodyLivesThere: "no_heads", BadFormula: "bad_formula",
}  # fmt: skip
"""Why a line has no price or quantity, as the reason of its gap."""
UNPRICED = tuple(WITHOUT)


@dataclass(frozen=True, slots=True)
class Priced:
    """A line's prices by day, their versions' numbers, and the quantity to show beside them."""

    quantity: Decimal
    prices: Sequence[Price]
    versions: Mapping[dt.date, int]


class Scheduler:
    """What the lines of ``SCHEDULED`` methods need of their properties, read once for all of them."""

    def __init__(self, lines: Iterable[LineFact], horizon: dt.date = LATEST) -> None:
        wanted = {line.property_id for line in lines if line.method in SCHEDULED}
        self.horizon = horizon
        self._heads: dict[int, tuple[tuple[dt.date, int], ...]] = {}
        self.ties = living_ties(wanted) if wanted else {}
        self.vacant = set(Property.objects.filter(pk__in=wanted, vacant=True).values_list("pk", flat=True)) if wanted else set()

    def price(self, line: LineFact, prices: Sequence[TariffPrice]) -> Priced:
        """Raises one of ``UNPRICED``."""
        return self.priced(line, self.parts(line), prices)

    def parts(self, line: LineFact) -> Parts:
        """What the property brings to the price of its line, nothing but what the method asks for: lines of one tariff with
        equal parts and days have equal prices."""
        term = Span(line.starts_on, max(line.starts_on, min(line.ends_on or self.horizon, self.horizon)))
        method, area, inner_area = line.method, None, None
        if method in (Tariff.Method.FORMULA, Tariff.Method.RENT):
            area, inner_area = line.area, line.inner_area
        heads = self._heads_of(line.property_id) if method in (Tariff.Method.PER_HEAD, Tariff.Method.FORMULA) else ()
        owned = tuple(owned_by_day(self.ties.get(line.property_id, []))) if method == Tariff.Method.PARKING_OWN else ()
        return Parts(term, area, inner_area, line.quantity, heads, owned)

    def _heads_of(self, property_id: int) -> tuple[tuple[dt.date, int], ...]:
        if property_id not in self._heads:
            here = property_id not in self.vacant
            self._heads[property_id] = tuple(heads_by_day(self.ties.get(property_id, []))) if here else ()
        return self._heads[property_id]

    @staticmethod
    def priced(line: LineFact, parts: Parts, prices: Sequence[TariffPrice]) -> Priced:
        """The prices of a line with these parts. Raises one of ``UNPRICED``."""
        rows = schedule(line.method, prices, parts)
        quantity = quantity_for(line.method, line.basis, line.area, line.inner_area, line.quantity)
        if line.method == Tariff.Method.PER_HEAD and rows:
            quantity = Decimal(rows[-1].how["heads"])
        made = [Price(row.since, row.per_unit, row.fixed, how=json.dumps(row.how, ensure_ascii=False)) for row in rows]
        return Priced(quantity, made, {row.since: row.version for row in rows})


def month_charges(
    lines: Sequence[ContractLine], day: dt.date, listed: Mapping[int, Sequence[TariffPrice]] | None = None
) -> dict[int, int | None]:
    """What a whole month costs by each line at the price of ``day``, in fen; None where it cannot be said. ``listed``: the
    prices by tariff (sorted) to take for those that stand.

    Read with ``property`` and ``tariff``; for callers that have checked their place.
    """
    facts = {line.pk: _fact(line) for line in lines}
    prices = prices_of(line.tariff_id for line in lines) if listed is None else listed
    scheduler = Scheduler(facts.values(), Month.of(day).last)
    found: dict[int, int | None] = {}
    for line in lines:
        known = prices.get(line.tariff_id, [])
        try:
            found[line.pk] = _month(facts[line.pk], known, day, scheduler)
        except UNPRICED:
            found[line.pk] = None
    return found


def _month(fact: LineFact, known: Sequence[TariffPrice], day: dt.date, scheduler: Scheduler) -> int | None:
    if fact.method in SCHEDULED:
        priced = scheduler.price(fact, known)
        quantity, prices = priced.quantity, priced.prices
    else:
        quantity = quantity_for(fact.method, fact.basis, fact.area, fact.inner_area, fact.quantity)
        prices, _versions = plain_prices(fact.method, known, Month.of(day).last)
    price, month = price_on(day, prices), Month.of(day)
    if price is None:
        return None
    alone = Price(month.first, price.per_unit, price.fixed, price.daily)
    return charge_in_month(month, Span(month.first, month.last), quantity, [alone])


def plain_prices(method: str, prices: Sequence[TariffPrice], horizon: dt.date) -> tuple[list[Price], dict[dt.date, int]]:
    """A tariff's prices up to ``horizon`` as proration takes them, seasons of the year included, and their versions' numbers."""
    daily, counted = method == Tariff.Method.PARKING_DAY, method == Tariff.Method.QUANTITY
    rows = by_season(method, prices, horizon)
    made = [
        Price(
            row.since, row.per_unit, row.fixed, daily,
            json.dumps(row.how, ensure_ascii=False) if counted or row.how["kind"] == SEASONS else "",
        )
        for row in rows
    ]  # fmt: skip
    return made, {row.since: row.version for row in rows}


def _fact(line: ContractLine) -> LineFact:
    home, tariff = line.property, line.tariff
    return LineFact(
        line.pk, line.contract_id, home.pk, home.code, home.kind, home.building_id, home.area_m2, home.inner_area_m2, tariff.pk,
        tariff.method, tariff.basis, tariff.item_id, Decimal(0), line.starts_on, line.ends_on, line.quantity,
    )  # fmt: skip
