"""How a tariff measures a property, what a price may be, and the items every firm starts with (rows B2, B3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as column
from decimal import Decimal
from typing import Any

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

AREA, FIXED, FIXED_AREA, PARKING = "area", "fixed", "fixed_area", "parking"
QUANTITY, PARKING_DAY = "quantity", "parking_day"
PER_HEAD, PARKING_OWN, FORMULA, RENT = "per_head", "parking_own", "formula", "rent"
SCHEDULED = frozenset({PER_HEAD, PARKING_OWN, FORMULA, RENT})
"""Methods whose price of a day depends on the property itself: who lives there, what the lease says of that day."""
SEASONAL = frozenset({AREA, FIXED, FIXED_AREA, PARKING, QUANTITY, PARKING_DAY})
"""Methods whose price may be another in a season of the year."""
BUILDING, INNER = "building", "inner"
METHODS = (AREA, FIXED, FIXED_AREA, PARKING, QUANTITY, PARKING_DAY, PER_HEAD, PARKING_OWN, FORMULA, RENT)
BASES = (BUILDING, INNER)
BY_UNIT = (AREA, PARKING, QUANTITY, PARKING_DAY, PER_HEAD, PARKING_OWN)
"""Methods with a unit price and no fixed part."""
NATURES = ("income", "pass_through", "deposit")
ONE, ZERO = Decimal(1), Decimal(0)
MAX_PRICE = Decimal(100_000)
PRICE_PLACES = 4


class AreaMissing(DomainError):
    code = "area_missing"
    message = "按面积计费，但没有{basis}。请补录面积，或在合同计费行上填写计费数量。"


class QuantityMissing(DomainError):
    code = "quantity_missing"
    message = "按数量计费，但没有填写计费数量。请在合同计费行上填写。"


class Taken(DomainError):
    code = "already_exists"
    message = "{what}「{name}」已存在。"


class DepositMonthly(DomainError):
    code = "deposit_monthly"
    message = "「{name}」是押金，不能按月出账。请用计费单里的「押金」收一次。"


class VersionTaken(DomainError):
    code = "version_day_taken"
    message = "{day} 已有一个价格版本。一天只能有一个价格，请换一个生效日期。"


class AlreadyBilled(DomainError):
    code = "price_already_billed"
    message = "新价格自 {day} 生效，但这项收费标准已出账到 {last}。最早可自 {next} 生效；要从更早的日子起生效，请在收费标准页补录，差价一次更正。"


@dataclass(frozen=True, slots=True)
class TariffPrice:
    """A price from a day on: ``per_unit`` yuan a month per unit of quantity, ``fixed`` yuan a month besides; what else a
    method needs stands in ``terms`` (see ``terms``)."""

    since: dt.date
    per_unit: Decimal
    fixed: Decimal
    version_number: int
    terms: Mapping[str, Any] = column(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price as typed in, from a day on; it holds on no day yet."""

    effective_from: dt.date
    per_unit: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)
    terms: Mapping[str, Any] = column(default_factory=dict, hash=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class TariffTerms:
    """What a tariff charges and how, with its item's place in the books."""

    tariff_id: int
    name: str
    method: str
    basis: str
    item_id: int
    item_code: str
    item_name: str
    nature: str
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class DefaultItem:
    code: str
    name: str
    nature: str
    tax_rate: Decimal


DEFAULT_ITEMS: tuple[DefaultItem, ...] = (
    DefaultItem("service", "物业服务费", "income", Decimal("0.06")),
    DefaultItem("parking_service", "车位服务费", "income", Decimal("0.06")),
    DefaultItem("parking_rent", "车位租金", "income", Decimal("0.09")),
    DefaultItem("water", "代收水费", "pass_through", ZERO),
    DefaultItem("fitting_deposit", "装修押金", "deposit", ZERO),
    DefaultItem("card_deposit", "门禁卡押金", "deposit", ZERO),
    DefaultItem("shop_deposit", "商铺押金", "deposit", ZERO),
    DefaultItem("once", "临时收费", "income", Decimal("0.06")),
    DefaultItem("opening", "期初欠费", "income", ZERO),
)
"""The items a new organisation starts with. Opening arrears bear no tax again: it was declared when they were billed."""
ADVANCE_ITEM = DefaultItem("court_cost", "代垫诉讼费", "advance", ZERO)
"""What the firm laid out in court and the payer must make good: no supply, hence no tax. Only the legal road charges it."""


def quantity_for(
    method: str, basis: str, area: Decimal | None, inner_area: Decimal | None, override: Decimal | None = None
) -> Decimal:
    """The quantity that a month's charge ``per_unit × quantity + fixed`` multiplies.

    By area (with or without a fixed part): the override, else the area of the basis in m². Per parking space: the
    override, else 1. By quantity: the override alone. Fixed, and by a formula or a lease: always 1. Per head: the
    override, else 1 for each (how many live there is known by day: see ``schedule``).
    Raises ``AreaMissing``, ``QuantityMissing`` and ``Invalid``.
    """
    if method in (FIXED, FORMULA, RENT):
        return ONE
    if override is not None:
        if override <= 0:
            raise Invalid(field="计费数量", reason="必须大于 0")
        return override
    if method in (PARKING, PARKING_DAY, PARKING_OWN, PER_HEAD):
        return ONE
    if method == QUANTITY:
        raise QuantityMissing()
    if method not in (AREA, FIXED_AREA):
        raise Invalid(field="计费方式", reason=Phrase("「{method}」不是已知的计费方式", method=method))
    measured = inner_area if basis == INNER else area
    if measured is None:
        raise AreaMissing(basis="套内面积" if basis == INNER else "建筑面积")
    return measured


def check_method(method: str, basis: str) -> None:
    if method not in METHODS:
        raise Invalid(field="计费方式", reason=Phrase("「{method}」不是已知的计费方式", method=method))
    if basis not in BASES:
        raise Invalid(field="面积口径", reason=Phrase("「{basis}」不是已知的面积口径", basis=basis))


def check_price(method: str, per_unit: Decimal, fixed: Decimal) -> None:
    """A price is 0 … 100,000 yuan with at most four decimals, and only the parts its method uses may be set."""
    for field, value in (("单价", per_unit), ("固定金额", fixed)):
        if not value.is_finite() or not 0 <= value <= MAX_PRICE:
            raise Invalid(field=field, reason=Phrase("应在 0 到 {max_price} 之间", max_price=MAX_PRICE))
        if value != round(value, PRICE_PLACES):
            raise Invalid(field=field, reason="最多四位小数")
    if method == FIXED and per_unit:
        raise Invalid(field="单价", reason="固定金额的收费标准不用单价，请填固定金额")
    if method in (FORMULA, RENT) and (per_unit or fixed):
        raise Invalid(field="单价", reason="公式和租金标准不用单价和固定金额，请写在公式或租金条款里")
    if method in BY_UNIT and fixed:
        raise Invalid(field="固定金额", reason="只按单价收费的标准没有固定金额，如需要请选「固定金额加面积」")


def check_tax_rate(rate: Decimal) -> None:
    """A share from 0 to below 1 with at most four decimals: 6 % is ``0.06``."""
    if not rate.is_finite() or not 0 <= rate < 1 or rate != round(rate, 4):
        raise Invalid(field="税率", reason="应在 0 到 1 之间，如 6% 写作 0.06")


def check_version_day(day: dt.date, taken: Sequence[dt.date], last_billed: dt.date | None) -> None:
    """Refuses a second price on a day, and a price on a day that is already in a published bill."""
    if day in taken:
        raise VersionTaken(day=day)
    if last_billed is not None and day <= last_billed:
        raise AlreadyBilled(day=day, last=last_billed, next=last_billed + dt.timedelta(days=1))


def price_on(day: dt.date, prices: Sequence[TariffPrice]) -> TariffPrice | None:
    """The price of a day: the last that began on or before it; None before the first."""
    known = [price for price in prices if price.since <= day]
    return max(known, key=lambda price: price.since) if known else None
