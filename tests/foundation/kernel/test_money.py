"""Money and dates: exact figures, and what can never happen."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.dates import Month, Span, days_covered, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import (
    allocate,
    parse_decimal,
    parse_yuan,
    round_half_up,
    tax_included,
    yuan,
    yuan_text,
)
from wuyefei.foundation.kernel.text import (
    limited,
    mask_mobile,
    natural_key,
    pinyin_initials,
    pinyin_key,
    tidy,
)


@pytest.mark.parametrize("row", rows_of("rules/allocation.md", table=1), ids=lambda row: f"{row['总额']} {row['权重']}")
def test_allocate_worked_table(row: dict[str, str]) -> None:
    parts = allocate(parse_yuan(row["总额"]), [Decimal(weight) for weight in row["权重"].split("，")])
    assert [yuan(part) for part in parts] == row["各份"].split("，")


@given(st.integers(-(10**12), 10**12), st.lists(st.decimals("0", "10000", places=3), min_size=1, max_size=40))
def test_allocate_conserves(total: int, weights: list[Decimal]) -> None:
    if not sum(weights):
        with pytest.raises(Invalid):
            allocate(total, weights)
        return
    parts = allocate(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Decimal(total) * weight / sum(weights)) < 1


@pytest.mark.parametrize(
    ("value", "expected"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("2.4999", 2), ("0", 0)]
)
def test_round_half_up(value: str, expected: int) -> None:
    assert round_half_up(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("text", "fen"), [("1650.00", 165000), ("1,650.5", 165050), (" 0.01 ", 1), ("-3", -300), ("−3.20", -320), ("12，345.67", 1234567)]
)
def test_parse_yuan(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "abc", "1.234", "1e3", "NaN", "Infinity", "1,65", "¥5", "0x10", "1 000", "99999999999999", None, True])
def test_parse_yuan_refuses(text: object) -> None:
    with pytest.raises(Invalid, match="金额"):
        parse_yuan(text)


@given(st.integers(-(10**15), 10**15))
def test_yuan_round_trip(fen: int) -> None:
    assert parse_yuan(yuan(fen)) == fen and parse_yuan(yuan_text(fen)) == fen


def test_tax_included() -> None:
    assert tax_included(10600, Decimal("0.06")) == 600
    assert tax_included(25000, Decimal("0.06")) == 1415  # 14.1509…
    assert tax_included(25000, Decimal(0)) == 0


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(-300, 300))
def test_months(day: dt.date, step: int) -> None:
    month = Month.of(day)
    assert month.plus(step).plus(-step) == month and month.plus(step).index == month.index + step
    assert month.first <= day <= month.last and Month.parse(str(month)) == month


def test_minus_and_cover() -> None:
    year = Span(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    taken = [Span(dt.date(2026, 1, 5), dt.date(2026, 1, 10)), Span(dt.date(2026, 1, 8), dt.date(2026, 1, 12))]
    assert year.minus(taken) == [Span(dt.date(2026, 1, 1), dt.date(2026, 1, 4)), Span(dt.date(2026, 1, 13), dt.date(2026, 1, 31))]
    assert days_covered(taken, year) == 8
    assert year.minus([Span(dt.date(2025, 1, 1), dt.date(2027, 1, 1))]) == []


@pytest.mark.parametrize("text", ["2202-01-01", "1899-12-30", "2026-02-30", "", "昨天", "20260101x"])
def test_parse_day_refuses(text: str) -> None:
    with pytest.raises(Invalid):
        parse_day(text)


def test_parse_decimal_refuses() -> None:
    for text in ("", "x", "NaN", "inf"):
        with pytest.raises(Invalid):
            parse_decimal(text)


def test_text() -> None:
    assert tidy(" ３－２ ") == "3-2" and tidy(None) == "" and tidy("a\u0000b") == "ab"
    # a sentence keeps its marks, a code does not
    assert limited(" ３号楼， 已修好；\u0000您看行吗？\n好！ ", "说明", 40) == "3号楼，已修好；您看行吗？好！" and tidy("甲，乙") == "甲,乙"
    assert (pinyin_key("陈予安"), pinyin_initials("陈予安")) == ("chenyuan", "cya")
    assert natural_key("3-2-201") < natural_key("3-2-1201") < natural_key("10-1-101")
    assert mask_mobile("13800002046") == "138****2046"


def test_message_with_missing_fact_is_still_a_message() -> None:
    assert DomainError("x", "缺 {thing}").text == "缺 {thing}"
