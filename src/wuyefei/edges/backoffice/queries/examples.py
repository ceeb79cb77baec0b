"""Worked examples of a price: the same rule that bills, on round figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.money.billing.public import Price, charge_by_month

AREA = Decimal(100)
MIDDLE = 16


@dataclass(frozen=True)
class Example:
    """``quantity`` in m² or spaces (None: the method has none); all sums in fen, of the month in which the price begins."""

    quantity: Decimal | None
    per_unit: Decimal
    fixed: Decimal
    month: Month
    month_fen: int
    part_days: int
    part_fen: int
    quarter_fen: int
    year_fen: int


def work_out(method: str, per_unit: Decimal, fixed: Decimal, since: dt.date) -> Example:
    """A whole month, the month from its 16th on, a quarter and a year, all under this price."""
    month = Month.of(since)
    quantity = AREA if method in ("area", "fixed_area") else Decimal(1)
    per_unit = Decimal(0) if method == "fixed" else per_unit
    fixed = fixed if method in ("fixed", "fixed_area") else Decimal(0)
    prices = [Price(month.first, per_unit, fixed)]
    part = Span(month.day(MIDDLE), month.last)

    def total(span: Span) -> int:
        return sum(fen for _, fen in charge_by_month(span, quantity, prices))

    return Example(
        None if method == "fixed" else quantity,
        per_unit,
        fixed,
        month,
        total(Span(month.first, month.last)),
        part.days,
        total(part),
        total(Span(month.first, month.plus(2).last)),
        total(Span(month.first, month.plus(11).last)),
    )
