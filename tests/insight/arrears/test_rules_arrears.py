"""Filters as addresses, the limitation period, and months told one after the other."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.insight.arrears.rules import (
    BUILT_IN,
    By,
    Filter,
    State,
    added,
    due_for_limitation,
    joined,
    limitation_left,
    limitation_on,
    read_filter,
    slices,
    told,
)

BUCKETS = frozenset({"0-30", "31-90"})
numbers = st.none() | st.integers(1, 10**9)
filters = st.builds(
    Filter, by=st.sampled_from(By), state=st.sampled_from(State), community=numbers, building=numbers, item=numbers,
    kind=st.sampled_from(["", "shop"]), bucket=st.sampled_from(["", "31-90"]), amount_from=st.none() | st.integers(0, 10**12),
    days_from=st.none() | st.integers(0, 36_500), text=st.sampled_from(["", "陆小满", "3-2-1201"]), held=st.booleans(),
    sort=st.sampled_from(["", "-total", "room"]),
)  # fmt: skip


@given(filters)
def test_an_address_says_the_whole_filter(chosen: Filter) -> None:
    found, wrong = read_filter(chosen.query, BUCKETS)
    assert (found, wrong) == (chosen, [])


def test_a_bucket_alone_means_every_state() -> None:
    assert read_filter({"bucket": "0-30"}, BUCKETS)[0] == Filter(bucket="0-30", state=State.OPEN)


def test_what_cannot_be_read_is_said_and_does_not_narrow() -> None:
    found, wrong = read_filter({"amount_from": "一万", "days_from": "-3", "community": "1; DROP", "sort": "x", "state": "?", "bucket": "9"}, BUCKETS)
    assert found == Filter() and [error.text for error in wrong] == [
        "逾期天数从：「-3」不是天数，应为如 180 的整数", "欠费从：「一万」不是金额，应为如 1650.00 的元，最多两位小数",
    ]  # fmt: skip
    turned, wrong = read_filter({"amount_from": "500", "amount_to": "100"}, BUCKETS)
    assert (turned.amount_from, turned.amount_to, len(wrong)) == (50000, None, 1)


def test_built_in_views_differ() -> None:
    assert len({str(view.query) for _, view in BUILT_IN}) == len(BUILT_IN) == len({name for name, _ in BUILT_IN})


def test_three_years_from_the_due_date() -> None:
    assert limitation_on(dt.date(2023, 11, 15)) == dt.date(2026, 11, 15)
    assert limitation_on(dt.date(2024, 2, 29)) == dt.date(2027, 2, 28)
    assert limitation_left(dt.date(2023, 11, 15), dt.date(2026, 11, 25)) == -10


@given(st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)))
def test_the_earliest_due_date_not_yet_barred(day: dt.date) -> None:
    first = due_for_limitation(day)
    assert limitation_on(first) >= day > limitation_on(first - DAY)


def test_months_follow_each_other() -> None:
    first, last = dt.date(2025, 12, 20), dt.date(2026, 2, 3)
    assert slices(first, last) == [
        (dt.date(2025, 12, 20), dt.date(2025, 12, 31)), (dt.date(2026, 1, 1), dt.date(2026, 1, 31)), (dt.date(2026, 2, 1), last),
    ]  # fmt: skip
    months = told(first, last, 1000, {dt.date(2025, 12, 1): (500, 200, 0), dt.date(2026, 2, 1): (0, 0, -30)})
    assert [month.closing_fen for month in months] == [1300, 1300, 1330]
    whole = joined(months)
    assert (whole.opening_fen, whole.new_fen, whole.cleared_fen, whole.adjusted_fen, whole.closing_fen) == (1000, 500, 200, -30, 1330)
    assert added([whole, whole]).closing_fen == 2660
