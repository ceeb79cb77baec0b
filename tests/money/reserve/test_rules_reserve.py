"""Ages, rates and large debts (docs/rules/reserve.md)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.docs import rows_of
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan, yuan
from wuyefei.money.reserve.rules import (
    BUCKET_FROM,
    BUCKET_NAMES,
    DEFAULT_RATES,
    DEFAULT_TERMS,
    LARGE_FEN,
    Bucket,
    Debt,
    EarlierQuarter,
    Held,
    NotOver,
    Quarter,
    RatesBackdated,
    Terms,
    bucket_of,
    by_age,
    check_effective,
    check_quarter,
    check_terms,
    large_payers,
    reserve_of,
)

DAY = dt.date(2026, 9, 30)
DOC = "rules/reserve.md"


def debts() -> list[Debt]:
    """The worked community; payers numbered by their first line."""
    numbers: dict[str, int] = {}
    return [
        Debt(numbers.setdefault(row["缴费人"], len(numbers)), dt.date.fromisoformat(row["到期日"]), parse_yuan(row["欠费"]))
        for row in rows_of(DOC, 1)
    ]  # fmt: skip


def test_the_rates_are_those_of_the_document() -> None:
    shown = {row["账龄"]: (row["到期后天数"], row["比例"]) for row in rows_of(DOC)}
    assert list(shown) == [BUCKET_NAMES[bucket] for bucket in Bucket]
    for bucket, first in BUCKET_FROM.items():
        days, rate = shown[BUCKET_NAMES[bucket]]
        assert days.startswith(str(first)) and Decimal(rate.removesuffix("%")) / 100 == DEFAULT_RATES[bucket]
    assert LARGE_FEN == 10_000_00


def test_every_worked_line() -> None:
    for row, debt in zip(rows_of(DOC, 1), debts(), strict=True):
        bucket = bucket_of(debt.due_on, DAY)
        assert BUCKET_NAMES[bucket] == row["账龄"], row
        assert yuan(reserve_of(debt.outstanding_fen, DEFAULT_TERMS.rate(bucket))) == row["按账龄"], row


def test_large_debts_are_left_to_a_person() -> None:
    assert large_payers(debts(), DAY, LARGE_FEN) == {1}
    assert large_payers(debts(), DAY, LARGE_FEN + 1) == frozenset()
    assert yuan(by_age(debts(), DAY, DEFAULT_TERMS)) == "1776.59"
    assert yuan(by_age(debts(), DAY, Terms(DEFAULT_RATES, LARGE_FEN + 1))) == "7176.59"
    assert large_payers([Debt(1, dt.date(2026, 10, 1), 2 * LARGE_FEN)], DAY, LARGE_FEN) == frozenset(), "not due yet"


def test_quarters() -> None:
    third = Quarter.parse("2026-q3")
    assert (third.first, third.last, str(third.plus(2)), third.plus(2).index - third.index) == (dt.date(2026, 7, 1), DAY, "2027-Q1", 2)
    assert Quarter.of(dt.date(2026, 12, 31)) == Quarter(2026, 4)
    for wrong in ("2026-Q5", "2026", "２０２６-Q1", "0001-Q1", ""):
        with pytest.raises(Invalid):
            Quarter.parse(wrong)
    check_quarter(third, None, dt.date(2026, 10, 1))
    check_quarter(third, third, dt.date(2026, 10, 1))
    with pytest.raises(NotOver):
        check_quarter(third, None, DAY)
    with pytest.raises(EarlierQuarter):
        check_quarter(third, third.plus(1), dt.date(2027, 2, 1))
    check_effective(dt.date(2026, 10, 1), third)
    with pytest.raises(RatesBackdated):
        check_effective(DAY, third)


def test_rates_are_in_order() -> None:
    check_terms(DEFAULT_TERMS)
    check_terms(Terms(dict.fromkeys(DEFAULT_RATES, Decimal(1)), 1))
    wrong = [{Bucket.MONTHS_3_6: Decimal("0.31")}, {Bucket.OVER_2_YEARS: Decimal("1.01")}, {Bucket.UNDER_3_MONTHS: Decimal("-0.01")},
             {Bucket.OVER_2_YEARS: Decimal("0.80001")}]  # fmt: skip
    for change in wrong:
        with pytest.raises(Invalid):
            check_terms(Terms({**DEFAULT_RATES, **change}, LARGE_FEN))
    with pytest.raises(Invalid):
        check_terms(Terms(DEFAULT_RATES, 0))


def test_what_became_of_a_bucket() -> None:
    one = Held(Bucket.YEARS_1_2, Decimal("0.5"), 100_000, 50_000, (20_000, 10_000, 0, -1_000), 5_000, 40_000)
    assert (one.paid_fen, one.owed_fen, one.open_fen, one.uncollected) == (29_000, 95_000, 26_000, Decimal("0.6947"))
    assert Held(Bucket.YEARS_1_2, Decimal("0.5"), 0, 0, (0,), 0, 0).uncollected is None
