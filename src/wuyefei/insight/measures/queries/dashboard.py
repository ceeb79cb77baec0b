"""Everything on the first dashboard (product row J4), in few passes over the books."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from wuyefei.foundation.kernel.dates import Month

from ..rules import Bucket, Figures, Period, mean_of, parallel, ratio
from .basis import Scope
from .groups import DETAILS, Dimension, Group, Layout, groups
from .received import Channel, channels, online_share
from .sums import BUCKETS, Age, cells, whole
from .targets import Goals
from .trend import MONTHS, Point, by_month, months_of, trend, year_before

HEAT_MONTHS = 6


@dataclass(frozen=True)
class Step:
    """One month of the trend: this year's rate, last year's, the target."""

    month: Month
    rate: Decimal | None
    year_before: Decimal | None
    target: Decimal


@dataclass(frozen=True)
class Before:
    """Figures set beside: those of an earlier period, as of the day that stands where ours does."""

    scope: Scope
    figures: Figures


@dataclass(frozen=True)
class Dashboard:
    scope: Scope
    dimension: Dimension
    figures: Figures
    target: Decimal
    mean: Decimal
    last: Before
    year_ago: Before
    ages: list[tuple[Bucket, Age]]
    groups: list[Group]
    steps: list[Step]
    heat: list[Month]
    channels: list[Channel]
    channels_before: list[Channel]

    @property
    def received_fen(self) -> int:
        return sum(channel.fen for channel in self.channels)

    @property
    def online(self) -> Decimal | None:
        return online_share(self.channels)

    @property
    def online_before(self) -> Decimal | None:
        return online_share(self.channels_before)


def beside(scope: Scope, other: Period) -> Scope:
    """The same question about another period, equally far in."""
    return replace(scope, period=other, as_of=parallel(scope.period, scope.as_of, other))


def dashboard(scope: Scope, dimension: Dimension) -> Dashboard:
    """Figures of the period and of the ones beside it, by a dimension, with ages, months and channels."""
    by = DETAILS.get(dimension, ())
    by_item = dimension is Dimension.ITEM
    found = cells(scope, by=() if by_item else by)
    figures, ages = whole(found)
    months = months_of(scope)
    points = trend(scope, months, by=by)
    goals, layout = Goals(scope.actor), Layout(scope, dimension)
    by_place: dict[int, Figures] = defaultdict(Figures)
    for cell in found:
        by_place[cell.community_id] += cell.figures
    heat = months[-HEAT_MONTHS:]
    last, ago = beside(scope, scope.period.previous), beside(scope, scope.period.year_before)
    return Dashboard(
        scope, dimension, figures, goals.over(by_place, scope.period, scope.part.kind), mean_of(scope.part.kind),
        Before(last, whole(cells(last, ages=False))[0]), Before(ago, whole(cells(ago, ages=False))[0]),
        list(zip(BUCKETS, ages, strict=True)),
        groups(layout, cells(scope, by=by, ages=False) if by_item else found,
               [point for point in points if point.month in heat], goals),
        _steps(scope, months, points, goals), heat, channels(scope), channels(last),
    )  # fmt: skip


def _steps(scope: Scope, months: list[Month], points: list[Point], goals: Goals) -> list[Step]:
    ours, theirs = by_month(points), by_month(year_before(scope, months))
    places: dict[Month, dict[int, Figures]] = {month: defaultdict(Figures) for month in months}
    for point in points:
        places[point.month][point.community_id] += Figures(due_fen=point.due_fen)
    return [
        Step(month, _rate(ours.get(month)), _rate(theirs.get(month.plus(-MONTHS))),
             goals.over(places[month], Period.month(month), scope.part.kind))
        for month in months
    ]  # fmt: skip


def _rate(found: Figures | None) -> Decimal | None:
    return None if found is None else ratio(found.paid_fen, found.due_fen)
