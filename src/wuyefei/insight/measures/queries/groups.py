"""The dimensions along which figures are laid out, and what a group of each is called."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from django.utils.translation import gettext as _

from wuyefei.estate.properties.public import Building, Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.models import Community, Region, User
from wuyefei.foundation.kernel.dates import Month

from ..rules import Figures, ratio
from .basis import Scope
from .sums import Cell, Detail
from .targets import Goals
from .trend import Point

Key = tuple[int | str, ...]


class Dimension(StrEnum):
    REGION = "region"
    COMMUNITY = "community"
    BUILDING = "building"
    ITEM = "item"
    KIND = "kind"
    HOUSEKEEPER = "housekeeper"


DETAILS: dict[Dimension, tuple[Detail, ...]] = {
    Dimension.BUILDING: (Detail.BUILDING,), Dimension.HOUSEKEEPER: (Detail.BUILDING,), Dimension.KIND: (Detail.KIND,),
    Dimension.ITEM: (Detail.ITEM,),
}  # fmt: skip
"""What must be told apart for a dimension; the community always is."""


class Placed(Protocol):
    """A cell or a point: figures of one place, kind and item."""

    @property
    def community_id(self) -> int: ...
    @property
    def building_id(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def item_id(self) -> int | None: ...


@dataclass
class Group:
    """One row of a table by a dimension: what it is called, what narrows a report to it, its figures and its months."""

    key: Key
    label: str
    narrow: dict[str, int | str]
    figures: Figures = field(default_factory=Figures)
    target: Decimal = Decimal(0)
    months: dict[Month, Figures] = field(default_factory=dict)

    @property
    def gap(self) -> Decimal | None:
        """Points above the target, as a part of one; None where nothing was due."""
        return None if self.figures.current is None else self.figures.current - self.target

    def rate_in(self, month: Month) -> Decimal | None:
        found = self.months.get(month)
        return None if found is None else ratio(found.paid_fen, found.due_fen)


class Layout:
    """Names of the places in a scope, read once; gives every cell its group."""

    def __init__(self, scope: Scope, dimension: Dimension) -> None:
        self.scope, self.dimension = scope, dimension
        self._places: dict[int, Community] = {place.pk: place for place in scope.communities}
        organisation = scope.actor.organisation_id
        self._buildings: dict[int, Building] = {}
        self._names: dict[int, str] = {}
        if dimension in (Dimension.BUILDING, Dimension.HOUSEKEEPER):
            rows = Building.objects.filter(organisation_id=organisation, community_id__in=scope.community_ids)
            self._buildings = {row.pk: row for row in rows}
        if dimension is Dimension.REGION:
            self._names = dict(Region.objects.filter(organisation_id=organisation).values_list("pk", "name"))
        elif dimension is Dimension.ITEM:
            self._names = dict(ChargeItem.objects.filter(organisation_id=organisation).values_list("pk", "name"))
        elif dimension is Dimension.HOUSEKEEPER:
            keepers = {row.housekeeper_id for row in self._buildings.values() if row.housekeeper_id}
            self._names = dict(User.objects.filter(organisation_id=organisation, pk__in=keepers).values_list("pk", "name"))

    def key(self, cell: Placed) -> Key:
        """What the cell is grouped by, in the order in which groups are shown."""
        match self.dimension:
            case Dimension.REGION:
                return (self._places[cell.community_id].region_id or 0,)
            case Dimension.COMMUNITY:
                return (cell.community_id,)
            case Dimension.BUILDING:
                return (cell.community_id, cell.building_id or 0)
            case Dimension.ITEM:
                return (cell.item_id or 0,)
            case Dimension.KIND:
                return (cell.kind,)
            case Dimension.HOUSEKEEPER:
                building = self._buildings.get(cell.building_id or 0)
                return ((building.housekeeper_id if building else 0) or 0,)

    def group(self, key: Key) -> Group:
        number = key[-1] if isinstance(key[-1], int) else 0
        narrow: dict[str, int | str] = {str(self.dimension): key[-1]}
        match self.dimension:
            case Dimension.REGION:
                return Group(key, self._names.get(number) or _("未分区域"), narrow)
            case Dimension.COMMUNITY:
                return Group(key, self._places[number].name, narrow)
            case Dimension.BUILDING:
                place = self._places[int(key[0])]
                building = self._buildings.get(number)
                name = building.name if building else _("无楼栋")
                label = name if len(self._places) == 1 else f"{place.name} {name}"
                return Group(key, label, narrow | {"community": place.pk})
            case Dimension.ITEM:
                return Group(key, self._names.get(number, ""), narrow)
            case Dimension.KIND:
                return Group(key, str(dict(Property.Kind.choices).get(str(key[-1]), key[-1])), narrow)
            case Dimension.HOUSEKEEPER:
                return Group(key, self._names.get(number) or _("未指定管家"), narrow)

    def order(self, group: Group) -> tuple[Any, ...]:
        if self.dimension is Dimension.BUILDING:
            building = self._buildings.get(int(group.key[1]))
            return (self._places[int(group.key[0])].sort_key, building is None, building.sort_key if building else "")
        if self.dimension is Dimension.COMMUNITY:
            return (self._places[int(group.key[0])].sort_key,)
        return (group.key[0] in (0, ""), -group.figures.due_fen, group.label)


def groups(layout: Layout, found: list[Cell], points: list[Point], goals: Goals) -> list[Group]:
    """Every group with figures or a month, in the order of the dimension; the target is weighted by what is due."""
    made: dict[Key, Group] = {}
    by_place: dict[Key, dict[int, Figures]] = defaultdict(lambda: defaultdict(Figures))
    for cell in found:
        key = layout.key(cell)
        group = made.get(key) or made.setdefault(key, layout.group(key))
        group.figures += cell.figures
        by_place[key][cell.community_id] += cell.figures
    for point in points:
        key = layout.key(point)
        group = made.get(key) or made.setdefault(key, layout.group(key))
        month = group.months.get(point.month, Figures())
        group.months[point.month] = month + Figures(due_fen=point.due_fen, paid_fen=point.paid_fen)
    for key, group in made.items():
        kind = str(key[0]) if layout.dimension is Dimension.KIND else ""
        group.target = goals.over(by_place[key], layout.scope.period, kind)
    shown = [group for group in made.values() if group.figures != Figures(days=group.figures.days) or group.months]
    return sorted(shown, key=layout.order)
