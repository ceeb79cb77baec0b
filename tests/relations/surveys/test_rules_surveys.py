"""The worked figures of docs/rules/satisfaction.md, and what may never be worked out from what is shown."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.relations.surveys.rules import (
    LEAST_GROUP,
    NOTHING,
    Standing,
    check_score,
    needs_call,
    shown,
    total_shown,
    wave_due,
    wave_ends,
)


def test_the_shares_of_the_document() -> None:
    for row in rows_of("rules/satisfaction.md"):
        one, two, three, four, five = map(int, row["1 至 5 分的份数"].split())
        found = Standing((one, two, three, four, five), 100)
        low, high = found.satisfied.ends
        told = (str(found.count), f"{found.satisfied.share * 100:.1f}", f"{low * 100:.1f} ～ {high * 100:.1f}", str(found.mean))
        assert told == (row["份数"], row["满意率（%）"], row["区间（%）"], row["平均分"]), row
    assert NOTHING.mean is None
    assert (Standing((0, 0, 0, 3, 4), 5).answered.share, Standing((0, 0, 0, 3, 4), 14).answered.hits) == (1, 7)


def test_the_groups_of_the_document() -> None:
    for row in rows_of("rules/satisfaction.md", 1):
        groups = dict(enumerate(map(int, row["各组份数"].split())))
        kept = sorted((groups[key] for key in shown(groups)), reverse=True)
        assert " ".join(map(str, kept)) == row["显示"].replace("—", ""), row


@settings(max_examples=60)
@given(st.lists(st.integers(0, 30), max_size=9))
def test_nothing_small_can_be_worked_out(counts: list[int]) -> None:
    """What is shown is large enough; what is hidden is nobody, or large enough together, or everything."""
    groups = dict(enumerate(counts))
    kept = shown(groups)
    hidden = sum(count for key, count in groups.items() if key not in kept)
    assert all(groups[key] >= LEAST_GROUP for key in kept)
    assert hidden == 0 or hidden >= LEAST_GROUP or not kept


def test_a_total_never_tells_of_a_small_community() -> None:
    assert [total_shown(counts) for counts in ((12, 3), (12, 3, 2), (12, 0), (4,), (2, 3), ())] == [False, True, True, False, True, False]


def test_scores_and_days() -> None:
    assert [check_score(str(score)) for score in range(1, 6)] == [1, 2, 3, 4, 5]
    for wrong in ("", "0", "6", "4.5", "５", "x"):
        with pytest.raises(Invalid):
            check_score(wrong)
    assert [needs_call(score, False) for score in range(1, 6)] == [True, True, False, False, False] and needs_call(5, True)
    assert wave_ends(dt.date(2026, 3, 1)) == dt.date(2026, 3, 30)
    assert [wave_due(dt.date(2026, month, 1)) for month in (1, 2, 3, 12)] == [False, False, True, True]
