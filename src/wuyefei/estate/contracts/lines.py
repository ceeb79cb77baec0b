"""Contract lines: what is written on them, and what they may not say together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.estate.properties.public import Ended, Property
from wuyefei.estate.tariffs.public import Tariff, TariffPrice, price_on, prices_of, unit_prices
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform.inserting import insert_many

from .models import Contract, ContractLine
from .rules import (
    ACTIVE,
    AREA_METHODS,
    BILLED_STATES,
    DRAFT,
    GUIDED,
    LineOverlaps,
    LineRow,
    PriceMissing,
    check_ceiling,
    clean_line,
    overlaps,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Days on which a tariff is charged on a property already."""

    first: dt.date
    last: dt.date | None
    number: str


Held = dict[tuple[int, int], list[Taken]]


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    days = [day for day in (one, other) if day is not None]
    return min(days, default=None)


def held_lines(contract: Contract, tariff_ids: Iterable[int], *, own: bool = True) -> Held:
    """By (property, tariff): the days charged by contracts in force, and by this contract's own lines."""
    states = [*BILLED_STATES]
    rows = ContractLine.objects.filter(community_id=contract.community_id, tariff_id__in=set(tariff_ids))
    others = rows.filter(contract__state__in=states).exclude(contract=contract)
    wanted = others | rows.filter(contract=contract) if own else others
    found: Held = defaultdict(list)
    fields = ("property_id", "tariff_id", "starts_on", "ends_on", "contract__ends_on", "contract__number")
    for property_id, tariff_id, first, last, contract_last, number in wanted.values_list(*fields):
        last = _earlier(last, contract_last)
        if last is None or last >= first:
            found[property_id, tariff_id].append(Taken(first, last, number))
    return found


def clash(held: Held, row: LineRow, contract_last: dt.date | None) -> Taken | None:
    """What already charges the row's tariff on its property on one of its days, or None."""
    last = _earlier(row.ends_on, contract_last)
    for taken in held.get((row.property_id, row.tariff_id), ()):
        if overlaps(row.starts_on, last, taken.first, taken.last):
            return taken
    return None


def _prices_in_time(prices: Sequence[TariffPrice], row: LineRow) -> list[Decimal]:
    """The unit prices that hold on the row's days, those of seasons included; empty where its first day has none."""
    first = price_on(row.starts_on, prices)
    if first is None:
        return []
    later = [p for p in prices if p.since > row.starts_on and (row.ends_on is None or p.since <= row.ends_on)]
    return [one for price in (first, *later) for one in unit_prices(price)]


class Writer:
    """Checks rows for one contract against each other and the books, then writes them in batches."""

    def __init__(self, contract: Contract, tariff_ids: Iterable[int], property_ids: Iterable[int]) -> None:
        self.contract = contract
        wanted = set(tariff_ids)
        here = contract.community_id
        self.tariffs = Tariff.objects.filter(community_id=here, ended_on__isnull=True).in_bulk(wanted)
        self.homes = Property.objects.filter(community_id=here).in_bulk(set(property_ids))
        self.prices = prices_of(wanted)
        self.held = held_lines(contract, wanted)
        self.made: list[ContractLine] = []

    def add(self, raw: LineRow, actor: Actor) -> ContractLine:
        """Check one row and keep it for ``save``. Raises ``NotFound``, ``Invalid``, ``LineOverlaps``, ``PriceMissing``,
        ``AboveCeiling``."""
        home, tariff = self.homes.get(raw.property_id), self.tariffs.get(raw.tariff_id)
        if home is None or tariff is None:
            raise NotFound()
        contract = self.contract
        row = clean_line(raw, tariff.method, contract.starts_on, contract.ends_on)
        if home.ended_on and row.starts_on >= home.ended_on:
            raise Ended(what="房屋", name=home.code, day=home.ended_on)
        taken = clash(self.held, row, contract.ends_on)
        if taken is not None:
            raise LineOverlaps(
                property=home.code, tariff=tariff.name, first=taken.first, last=taken.last or "今后", number=taken.number
            )
        prices = _prices_in_time(self.prices.get(tariff.pk, []), row)
        if not prices:
            raise PriceMissing(tariff=tariff.name, day=row.starts_on)
        check_ceiling(contract.price_regime, contract.ceiling_per_m2, tariff.method, prices)
        self.held[row.property_id, row.tariff_id].append(Taken(row.starts_on, row.ends_on, contract.number))
        line = ContractLine(
            organisation_id=actor.organisation_id,
            community_id=contract.community_id,
            contract=contract,
            property=home,
            tariff=tariff,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            quantity=row.quantity,
        )
        self.made.append(line)
        return line

    def save(self) -> list[ContractLine]:
        insert_many(self.made)
        return self.made


def refuse_overlaps_on_activation(contract: Contract) -> None:
    """Raises ``LineOverlaps`` for the first line of a draft whose days another contract in force charges."""
    own = list(contract.lines.select_related("property", "tariff"))
    held = held_lines(contract, (line.tariff_id for line in own), own=False)
    for line in own:
        row = LineRow(line.property_id, line.tariff_id, line.starts_on, line.ends_on)
        taken = clash(held, row, contract.ends_on)
        if taken is not None:
            raise LineOverlaps(
                property=line.property.code,
                tariff=line.tariff.name,
                first=taken.first,
                last=taken.last or "今后",
                number=taken.number,
            )


def refuse_prices_above(contract: Contract) -> None:
    """Raises ``AboveCeiling`` where a price of the contract's lines exceeds its guided ceiling."""
    if contract.price_regime != GUIDED or contract.ceiling_per_m2 is None:
        return
    rows = contract.lines.filter(tariff__method__in=AREA_METHODS)
    times = list(rows.values_list("tariff_id", "tariff__method", "starts_on", "ends_on").distinct())
    prices = prices_of(tariff_id for tariff_id, *_ in times)
    for tariff_id, method, first, last in times:
        row = LineRow(0, tariff_id, first, _earlier(last, contract.ends_on))
        inside = _prices_in_time(prices.get(tariff_id, []), row)
        check_ceiling(contract.price_regime, contract.ceiling_per_m2, method, inside)


def check_new_price(tariff_id: int, day: dt.date, per_unit: Decimal) -> None:
    """Registered with the tariffs room: a new price may not exceed the ceiling of a guided contract that uses it."""
    lines = ContractLine.objects.filter(
        tariff_id=tariff_id, contract__state__in=(DRAFT, ACTIVE), contract__price_regime=GUIDED
    ).exclude(ends_on__lt=day)
    guided = lines.exclude(contract__ends_on__lt=day).filter(contract__ceiling_per_m2__lt=per_unit)
    row = guided.values_list("contract__price_regime", "contract__ceiling_per_m2", "tariff__method").first()
    if row is not None:
        check_ceiling(*row, [per_unit])


def position(error: DomainError, row: int) -> DomainError:
    """The error with the position of the row it is about."""
    error.data["row"] = row
    return error
