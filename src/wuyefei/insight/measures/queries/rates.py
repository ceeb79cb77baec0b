"""The rates of a period by community, for the command line and the home page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import Month

from ..rules import NOTHING, Figures, Period, rate, total
from .basis import check_day, scope_of
from .sums import cells, grouped


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a period as of a day, with the figures they come from. ``community`` is None for the total."""

    community: Community | None
    due_fen: int
    paid_fen: int
    households: int
    households_paid: int
    opening_fen: int
    cleared_fen: int

    @property
    def current(self) -> Decimal | None:
        return rate(self.paid_fen, self.due_fen)

    @property
    def household(self) -> Decimal | None:
        return rate(self.households_paid, self.households)

    @property
    def clearance(self) -> Decimal | None:
        return rate(self.cleared_fen, self.opening_fen)

    @property
    def overall(self) -> Decimal | None:
        return rate(self.paid_fen + self.cleared_fen, self.due_fen + self.opening_fen)


def rates(actor: Actor, as_of: dt.date, community_id: int | None = None, period: Month | None = None) -> list[Rates]:
    """The rates of a period (the month of ``as_of`` unless named) by community, and the total last."""
    check_day(as_of, period)
    scope = scope_of(actor, Period.month(period or Month.of(as_of)), as_of, community_id=community_id)
    found = grouped(cells(scope, ages=False), lambda cell: cell.community_id)
    rows = [_rates(place, found.get(place.pk, NOTHING)) for place in scope.communities]
    return [*rows, _rates(None, total(found.values()))]


def _rates(community: Community | None, found: Figures) -> Rates:
    return Rates(
        community, found.due_fen, found.paid_fen, found.households, found.households_paid, found.opening_fen, found.cleared_fen
    )
