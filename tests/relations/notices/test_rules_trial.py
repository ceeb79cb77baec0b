"""Comparing two bills: the sample stated before the start, intervals, and what may be said."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.docs import rows_of
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.relations.notices.rules.trial import SMART, Rate, Word, arm_of, sample_size, verdict

D = Decimal


def percent(value: Decimal) -> str:
    return f"{value * 100:.1f}"


def test_the_sample_of_the_document() -> None:
    for row in rows_of("rules/smart-bill.md"):
        assert sample_size(D(row["现在（%）"]) / 100, D(row["要看出的差别"]) / 100) == int(row["每半至少（户）"]), row


def test_the_verdicts_of_the_document() -> None:
    words = {"还不够": Word.TOO_FEW, "智能更好": Word.BETTER, "智能更差": Word.WORSE, "看不出差别": Word.NO_DIFFERENCE}
    for row in rows_of("rules/smart-bill.md", 1):
        (a, n), (b, m) = (map(int, row[name].split("/")) for name in ("普通", "智能"))
        found = verdict(Rate(a, n), Rate(b, m), int(row["每半至少"]))
        assert (found.word, f"{percent(found.low)} ～ {percent(found.high)}") == (words[row["结论"]], row["差别的区间（个点）"]), row


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(0, 10, "0.0", "27.8"), (10, 10, "72.2", "100.0"), (81, 263, "25.5", "36.6"), (0, 0, "0.0", "100.0")])
def test_wilsons_interval(hits: int, of: int, low: str, high: str) -> None:
    """The published example of Newcombe (1998): 81 of 263 lies between 0.2553 and 0.3662."""
    ends = Rate(hits, of).ends
    assert (percent(ends[0]), percent(ends[1])) == (low, high)


def test_halves_are_drawn_evenly_and_stay() -> None:
    drawn = [arm_of("seed-1", n) for n in range(4000)]
    assert 1900 < drawn.count(SMART) < 2100 and drawn == [arm_of("seed-1", n) for n in range(4000)]
    other = [arm_of("seed-2", n) for n in range(4000)]
    assert 1900 < sum(a == b for a, b in zip(drawn, other, strict=True)) < 2100


@pytest.mark.parametrize(("usual", "difference"), [("0.5", "0.01"), ("0.5", "0.6"), ("0", "0.1"), ("0.95", "0.05")])
def test_a_comparison_that_cannot_be(usual: str, difference: str) -> None:
    with pytest.raises(Invalid):
        sample_size(D(usual), D(difference))
