"""Quantities and prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from wuyefei.estate.tariffs.rules.pricing import (
    DEFAULT_ITEMS,
    AlreadyBilled,
    AreaMissing,
    TariffPrice,
    VersionTaken,
    check_price,
    check_tax_rate,
    check_version_day,
    price_on,
    quantity_for,
)
from wuyefei.foundation.kernel.errors import Invalid

AREA, INNER = Decimal("98.76"), Decimal("80.10")


@pytest.mark.parametrize(
    ("method", "basis", "override", "quantity"),
    [
        ("area", "building", None, "98.76"),
        ("area", "inner", None, "80.10"),
        ("area", "building", "120.5", "120.5"),
        ("fixed_area", "building", None, "98.76"),
        ("fixed", "building", None, "1"),
        ("fixed", "building", "7", "1"),
        ("parking", "building", None, "1"),
        ("parking", "building", "2", "2"),
    ],
)
def test_quantity(method: str, basis: str, override: str | None, quantity: str) -> None:
    given = Decimal(override) if override else None
    assert quantity_for(method, basis, AREA, INNER, given) == Decimal(quantity)


@pytest.mark.parametrize(("basis", "word"), [("building", "建筑面积"), ("inner", "套内面积")])
def test_area_is_needed_where_it_is_charged(basis: str, word: str) -> None:
    with pytest.raises(AreaMissing) as caught:
        quantity_for("area", basis, None if basis == "building" else AREA, None)
    assert caught.value.code == "area_missing" and word in caught.value.text
    assert quantity_for("fixed", basis, None, None) == quantity_for("parking", basis, None, None) == 1
    assert quantity_for("area", basis, None, None, Decimal(90)) == 90


def test_wrong_quantities() -> None:
    for override in ("0", "-1"):
        with pytest.raises(Invalid):
            quantity_for("area", "building", AREA, None, Decimal(override))
    with pytest.raises(Invalid):
        quantity_for("metered", "building", AREA, None)


@pytest.mark.parametrize(
    ("method", "per_unit", "fixed", "accepted"),
    [
        ("area", "5.50", "0", True),
        ("area", "0", "0", True),
        ("area", "5.1234", "0", True),
        ("area", "5.12345", "0", False),
        ("area", "-0.01", "0", False),
        ("area", "100000", "0", True),
        ("area", "100000.0001", "0", False),
        ("area", "NaN", "0", False),
        ("area", "5.50", "1", False),
        ("fixed", "0", "150", True),
        ("fixed", "1", "150", False),
        ("fixed_area", "2.5", "30", True),
        ("parking", "150", "0", True),
        ("parking", "150", "10", False),
    ],
)
def test_price(method: str, per_unit: str, fixed: str, accepted: bool) -> None:
    if accepted:
        check_price(method, Decimal(per_unit), Decimal(fixed))
    else:
        with pytest.raises(Invalid):
            check_price(method, Decimal(per_unit), Decimal(fixed))


def test_tax_rate() -> None:
    check_tax_rate(Decimal("0.06"))
    for rate in ("6", "1", "-0.01", "0.06001"):
        with pytest.raises(Invalid):
            check_tax_rate(Decimal(rate))


def test_default_items_and_their_tax() -> None:
    assert {item.name: (item.nature, str(item.tax_rate)) for item in DEFAULT_ITEMS} == {
        "物业服务费": ("income", "0.06"),
        "车位服务费": ("income", "0.06"),
        "车位租金": ("income", "0.09"),
        "代收水费": ("pass_through", "0"),
        "装修押金": ("deposit", "0"),
        "门禁卡押金": ("deposit", "0"),
        "商铺押金": ("deposit", "0"),
        "临时收费": ("income", "0.06"),
        "期初欠费": ("income", "0"),
    }


def test_version_day() -> None:
    taken, billed = [dt.date(2026, 1, 1)], dt.date(2026, 3, 31)
    check_version_day(dt.date(2026, 4, 1), taken, billed)
    check_version_day(dt.date(2026, 2, 1), taken, None)
    with pytest.raises(VersionTaken):
        check_version_day(dt.date(2026, 1, 1), taken, None)
    with pytest.raises(AlreadyBilled) as caught:
        check_version_day(dt.date(2026, 3, 31), taken, billed)
    assert "已出账到 2026-03-31" in caught.value.text and "最早可自 2026-04-01 生效" in caught.value.text


def test_price_of_a_day_is_the_last_begun() -> None:
    prices = [
        TariffPrice(dt.date(2026, 1, 1), Decimal("5.50"), Decimal(0), 1),
        TariffPrice(dt.date(2026, 3, 16), Decimal("5.80"), Decimal(0), 2),
    ]
    assert price_on(dt.date(2025, 12, 31), prices) is None
    assert price_on(dt.date(2026, 3, 15), prices) is prices[0]
    assert price_on(dt.date(2026, 3, 16), prices) is prices[1]
