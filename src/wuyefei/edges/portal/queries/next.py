"""What the next bill will come to where nothing is owed now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wuyefei.estate.contracts.public import contract_lines
from wuyefei.money.billing.public import month_charges
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
    charges = [fen for fen in month_charges(lines, today).values() if fen is not None]
    return NextBill(sum(charges), cycles.pop()) if len(charges) == len(lines) else None
