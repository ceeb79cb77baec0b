"""What the next bill will come to where nothing is owed now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wuyefei.estate.contracts.public import contract_lines
from wuyefei.estate.tariffs.public import AreaMissing, price_on, prices_of, quantity_for
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, round_half_up
from wuyefei.relations.accounts.public import Place, reader


@dataclass(frozen=True, slots=True)
class NextBill:
    """By today's prices: what a whole month costs at the place, and one cycle of it."""

    month_fen: int
    months: int

    @property
    def cycle_fen(self) -> int:
        return self.month_fen * self.months


def next_bill(place: Place, today: dt.date) -> NextBill | None:
    """None where nothing is charged now, or the lines run in different cycles."""
    lines = [
        line
        for line in contract_lines(reader(place))
        .filter(property_id__in=place.property_ids, contract__state="active", starts_on__lte=today)
        .select_related("contract", "tariff", "property")
        if (line.ends_on or dt.date.max) >= today
    ]
    cycles = {line.contract.cycle_months for line in lines}
    if len(cycles) != 1:
        return None
    prices, total = prices_of(line.tariff_id for line in lines), 0
    for line in lines:
        price = price_on(today, prices.get(line.tariff_id, []))
        try:
            quantity = quantity_for(
                line.tariff.method, line.tariff.basis, line.property.area_m2, line.property.inner_area_m2, line.quantity
            )
        except AreaMissing:
            return None
        if price is None:
            return None
        total += round_half_up((price.per_unit * quantity + price.fixed) * FEN_PER_YUAN)
    return NextBill(total, cycles.pop())
