"""Definitions that need no database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from wuyefei.insight.measures.rules import BUCKET_NAMES, Bucket, bucket_of, days_due, end_of, rate


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-1, "not_due"), (0, "0-30"), (30, "0-30"), (31, "31-90"), (90, "31-90"), (91, "91-180"), (180, "91-180"), (181, "181-365"),
     (365, "181-365"), (366, "366-730"), (730, "366-730"), (731, "731+"), (9999, "731+")],
)  # fmt: skip
def test_buckets(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


def test_every_bucket_has_a_name() -> None:
    assert set(BUCKET_NAMES) == set(Bucket)


def test_rates_have_four_places_and_no_value_over_nothing() -> None:
    assert rate(1, 3) == Decimal("0.3333") and rate(2, 3) == Decimal("0.6667")
    assert rate(5, 0) is None and rate(0, 5) == 0


def test_a_day_ends_at_midnight_in_china() -> None:
    assert end_of(dt.date(2026, 1, 31)) == dt.datetime(2026, 1, 31, 16, tzinfo=dt.UTC)
    assert days_due(dt.date(2026, 1, 15), dt.date(2026, 1, 15)) == 0
