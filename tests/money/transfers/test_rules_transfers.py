"""The worked table of transfers, and what holds of every cut."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan, yuan
from wuyefei.money.billing.public import Convention, Price, charge_by_month
from wuyefei.money.transfers.rules import GRACE_DAYS, Bill, Fate, Paid, check_day, cut, new_due

FIRST = dt.date(2020, 1, 1)


def bill(
    first: dt.date, last: dt.date, due: dt.date, convention: Convention = Convention.CALENDAR, paid_fen: int = 0,
    prices: tuple[Price, ...] = (Price(FIRST, Decimal("2.50")),), adjustments: tuple[int, ...] = (), cuttable: bool = True,
) -> Bill:  # fmt: skip
    span, quantity = Span(first, last), Decimal(100)
    amount = sum(fen for _, fen in charge_by_month(span, quantity, prices, convention))
    return Bill(1, "1-1-101", "物业服务费", "陆小满", span, due, amount, adjustments, paid_fen, 0, quantity, prices, convention,
                Decimal("0.0005"), Decimal("0.05"), cuttable)  # fmt: skip


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize("row", rows_of("rules/transfer.md"), ids=lambda row: row["情形"])
def test_the_worked_table(row: dict[str, str]) -> None:
    one = bill(day(row["账单起"]), day(row["账单止"]), day(row["到期日"]), Convention(row["折算"]), parse_yuan(row["已付"]))
    found = cut(one, day(row["过户日期"]), day(row["今天"]), Paid(row["已付的日子"]))
    has = (found.fate.value, yuan(found.before_fen), yuan(found.after_fen), str(found.after_due or "—"))
    assert has == (row["处理"], row["原业主"], row["新业主"], row["新业主到期日"])


days = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))


@given(days, st.integers(0, 400), days, days, st.sampled_from(list(Convention)), st.lists(st.integers(-900, 900), max_size=3), days)
def test_a_cut_conserves_days_and_fen(
    first: dt.date, length: int, on: dt.date, today: dt.date, convention: Convention, adjustments: list[int], dearer: dt.date
) -> None:
    prices = (Price(FIRST, Decimal("2.37")), *((Price(dearer, Decimal("2.83")),)))
    one = bill(first, first + length * DAY, first, convention, prices=prices, adjustments=tuple(adjustments))
    found = cut(one, on, today, Paid.LEAVE)
    assert found.before_fen + found.after_fen == one.amount_fen + sum(adjustments)
    if found.changes:
        assert found.after is not None and found.after_due is not None
        parts = [part for part in (found.before, found.after) if part]
        assert sum(part.days for part in parts) == one.span.days and not one.span.minus(parts)
        assert found.after_due >= max(found.after.first, today)


@given(days, days, days)
def test_the_new_owner_is_never_due_before_they_begin(due: dt.date, first: dt.date, today: dt.date) -> None:
    found = new_due(due, first, today)
    assert found == due if due >= max(first, today) else found >= max(first, today) + GRACE_DAYS * DAY


def test_the_late_fee_of_own_days_stays_with_who_was_late() -> None:
    found = cut(bill(day("2026-06-01"), day("2026-06-30"), day("2026-06-15")), day("2026-06-21"), day("2026-06-25"), Paid.LEAVE)
    # 166.67 × 0.05 % × 10 days from the 16th to the 25th
    assert (found.before_fen, found.before_late_fen) == (16667, 83)


def test_what_a_tenant_or_a_sheet_owes_stays() -> None:
    found = cut(bill(day("2026-06-01"), day("2026-06-30"), day("2026-06-15"), cuttable=False), day("2026-06-11"), day("2026-06-11"), Paid.SPLIT)
    assert found.fate is Fate.STAYS and found.after_fen == 0


def test_a_transfer_far_ahead_is_refused() -> None:
    with pytest.raises(Invalid, match="最多提前 366 天"):
        check_day(dt.date(2028, 1, 1), dt.date(2026, 1, 1))
