"""Worked examples of a price: the same rule that bills, on round figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import (
    SCHEDULED,
    Parts,
    Tariff,
    TariffPrice,
    by_season,
    price_words,
    schedule,
    unit_of,
)
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.money.billing.public import Price, charge_by_month

from ..templatetags.backoffice import plain

AREA, INNER, HEADS = Decimal(100), Decimal(80), 3
MIDDLE = 16


@dataclass(frozen=True)
class Example:
    """``quantity`` in what ``label`` counts; ``says`` is the price in words; all sums in fen, of the month in which the
    price begins."""

    label: str
    says: str
    month: Month
    month_fen: int
    part_days: int
    part_fen: int
    quarter_fen: int
    year_fen: int


def work_out(method: str, per_unit: Decimal, fixed: Decimal, since: dt.date, terms: Mapping[str, Any] | None = None) -> Example:
    """A whole month, the month from its 16th on, a quarter and a year, all under this price. Raises ``DomainError``."""
    month, terms = Month.of(since), terms or {}
    per_unit = Decimal(0) if method == Tariff.Method.FIXED else per_unit
    fixed = fixed if method in (Tariff.Method.FIXED, Tariff.Method.FIXED_AREA) else Decimal(0)
    quantity = AREA if method in (Tariff.Method.AREA, Tariff.Method.FIXED_AREA) else Decimal(1)
    prices = _prices(method, TariffPrice(month.first, per_unit, fixed, 1, terms), month)
    part = Span(month.day(MIDDLE), month.last)

    def total(span: Span) -> int:
        return sum(fen for _, fen in charge_by_month(span, quantity, prices))

    return Example(
        _label(method, terms), _says(method, per_unit, fixed, quantity, terms), month, total(Span(month.first, month.last)), part.days,
        total(part), total(Span(month.first, month.plus(2).last)), total(Span(month.first, month.plus(11).last)),
    )  # fmt: skip


def _prices(method: str, price: TariffPrice, month: Month) -> list[Price]:
    if method not in SCHEDULED:
        daily = method == Tariff.Method.PARKING_DAY
        return [Price(row.since, row.per_unit, row.fixed, daily) for row in by_season(method, [price], month.plus(11).last)]
    day = month.first
    parts = Parts(Span(day, month.plus(11).last), AREA, INNER, None, ((day, HEADS),), ((day, True),))
    return [Price(row.since, row.per_unit, row.fixed) for row in schedule(method, [price], parts)]


def _label(method: str, terms: Mapping[str, Any]) -> str:
    if method == Tariff.Method.FIXED:
        return _("每套每月")
    if method == Tariff.Method.RENT:
        return _("%(area)s ㎡ 第 1 个月") % {"area": AREA} if terms["by"] == "area" else _("第 1 个月")
    if method in (Tariff.Method.AREA, Tariff.Method.FIXED_AREA):
        return _("%(area)s ㎡ 每月") % {"area": AREA}
    if method in (Tariff.Method.PARKING, Tariff.Method.PARKING_DAY):
        return _("每个车位每月")
    if method == Tariff.Method.PARKING_OWN:
        return _("每个自有车位每月")
    if method == Tariff.Method.PER_HEAD:
        return _("%(heads)s 人每月") % {"heads": HEADS}
    if method == Tariff.Method.FORMULA:
        return _("建筑 %(area)s ㎡、套内 %(inner)s ㎡、%(heads)s 人每月") % {"area": AREA, "inner": INNER, "heads": HEADS}
    return _("每%(unit)s每月") % {"unit": unit_of(method, terms)}


def _says(method: str, per_unit: Decimal, fixed: Decimal, quantity: Decimal, terms: Mapping[str, Any]) -> str:
    if terms.get("seasons") or terms.get("score") or method in (*SCHEDULED, Tariff.Method.QUANTITY, Tariff.Method.PARKING_DAY):
        return price_words(method, per_unit, fixed, terms)
    if method == Tariff.Method.FIXED:
        return f"{plain(fixed)} " + _("元")
    return f"{plain(per_unit)} × {plain(quantity)}{f' + {plain(fixed)}' if fixed else ''} " + _("元")
