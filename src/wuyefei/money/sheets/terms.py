"""What a person says when they make a sheet. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from wuyefei.estate.tariffs.rules.public import By, Step
from wuyefei.foundation.kernel.dates import Month, Span

from .prices import Priced, PricedSeason, seasonal
from .stages import Bands, Stage


@dataclass(frozen=True, slots=True)
class Head:
    """What every sheet has: the charge item, a title that owners read, the days served, and the due date."""

    item_id: int
    title: str
    span: Span
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class Scope:
    """Which properties take part: a building, an entrance, or all; of these kinds; only those named; without those named."""

    building_id: int | None = None
    entrance_id: int | None = None
    kinds: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeteredTerms:
    """Every reading of a kind of meter up to the span's last day that has not been charged yet, and after ``since``.

    ``stage_from``: the first day of the stage (usually a year) within which use counts towards the steps. ``changes``: what
    follows the price from a day on; ``seasons``: what holds in a stretch of every year instead. ``bands``: the prices of
    registers that tell the time.
    """

    meter_kind: str
    steps: Sequence[Step]
    stage_from: dt.date
    since: dt.date | None = None
    changes: Sequence[Stage] = ()
    bands: Bands = ()
    seasons: Sequence[PricedSeason] = ()

    @property
    def stages(self) -> list[Stage]:
        """The price before any change, and the changes."""
        return [Stage(None, self.steps, bands=self.bands), *self.changes]

    def stages_over(self, span: Span) -> list[Stage]:
        """The price of each day of a span."""
        return seasonal(Priced(self.steps, self.bands), self.seasons, span) if self.seasons else self.stages


@dataclass(frozen=True, slots=True)
class SharedTerms:
    """A sum cut by unit, area, usage, persons or agreed shares; ``vacant_factor`` weighs empty homes; ``meter_kind`` says
    whose usage; ``agreed``: a factor by property code, the share itself where the sum is cut by agreement."""

    total_fen: int
    by: By
    scope: Scope
    vacant_factor: Decimal = Decimal(1)
    meter_kind: str = ""
    agreed: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EachTerms:
    """A price in yuan for each property (by unit) or for each m² of it (by area)."""

    price: Decimal
    by: By
    scope: Scope


@dataclass(frozen=True, slots=True)
class DepositTerms:
    """A deposit by the policy in force on the span's last day, from those named; ``pieces`` where it counts pieces;
    ``return_on``: when it should go back, where that is known."""

    codes: tuple[str, ...]
    pieces: int = 1
    return_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class TurnoverTerms:
    """Every confirmed turnover of the item's leases up to and with ``until`` whose share has not been charged."""

    until: Month
