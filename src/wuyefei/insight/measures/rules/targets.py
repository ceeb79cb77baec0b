"""Which target holds: the narrowest one set, or the industry mean and three points (product row J1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .definitions import PLACES, default_target
from .periods import MONTHS, Period, Unit


@dataclass(frozen=True, slots=True)
class Goal:
    """A target as set: of a community, or of all where it is None; for the months from ``first`` on."""

    community_id: int | None
    first: dt.date
    months: int
    rate: Decimal


def goal_for(goals: Iterable[Goal], community_id: int, period: Period) -> Decimal | None:
    """The target of a community in a period; None where nobody set one.

    Looked for in the community, then among those set for all; in each the period itself, then its quarter, then its
    year. The target of a part never speaks for the whole. A week has that of the month it ends in.
    """
    if period.unit is Unit.WEEK:
        period = Period.of(Unit.MONTH, period.last)
    held = {(goal.community_id, goal.months, goal.first): goal.rate for goal in goals}
    for place in (community_id, None):
        for unit in (Unit.MONTH, Unit.QUARTER, Unit.YEAR):
            months = MONTHS[unit]
            if months < MONTHS[period.unit]:
                continue
            found = held.get((place, months, Period.of(unit, period.first).first))
            if found is not None:
                return found
    return None


def weighted(parts: Iterable[tuple[Decimal, int]], kind: str = "") -> Decimal:
    """One target for several places: each by what is due there, in fen; the default where nothing is due."""
    rates = list(parts)
    whole = sum(max(weight, 0) for _, weight in rates)
    if not whole:
        return default_target(kind)
    exact = sum((goal * max(weight, 0) for goal, weight in rates), Decimal(0)) / whole
    return exact.quantize(PLACES, rounding=ROUND_HALF_UP)
