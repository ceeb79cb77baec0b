"""When nobody needs a person's data any more."""

from __future__ import annotations

import datetime as dt

import pytest

from wuyefei.relations.privacy.rules import YEARS, Life, no_longer_needed, years_before

D = dt.date


@pytest.mark.parametrize(
    ("life", "over"),
    [
        (Life(True, None, None, D(2010, 1, 1)), False),
        (Life(True, D(2021, 3, 1), None, D(2010, 1, 1)), False),
        (Life(True, D(2021, 2, 28), None, D(2010, 1, 1)), True),
        (Life(True, D(2018, 2, 28), D(2021, 3, 1), D(2010, 1, 1)), False),
        (Life(True, D(2018, 2, 28), D(2021, 2, 27), D(2010, 1, 1)), True),
        (Life(False, None, None, D(2021, 3, 2)), False),
        (Life(False, None, None, D(2020, 3, 2)), True),
    ],
)
def test_the_retention_counts_from_the_last_tie_or_payment(life: Life, over: bool) -> None:
    assert no_longer_needed(life, D(2026, 3, 1), YEARS) is over


def test_a_leap_day_goes_back_to_the_28th() -> None:
    assert years_before(D(2028, 2, 29), 3) == D(2025, 2, 28)
    assert years_before(D(2028, 2, 29), 4) == D(2024, 2, 29)
