"""The day before which nobody needs a person's data any more."""

from __future__ import annotations

import datetime as dt

from wuyefei.relations.privacy.rules import years_before

D = dt.date


def test_a_leap_day_goes_back_to_the_28th() -> None:
    assert years_before(D(2028, 2, 29), 3) == D(2025, 2, 28)
    assert years_before(D(2028, 2, 29), 4) == D(2024, 2, 29)
    assert years_before(D(2026, 3, 1), 5) == D(2021, 3, 1)
