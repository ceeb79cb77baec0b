"""Figures by any dimension, from one pass over the lines; ages in the same pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wuyefei.estate.properties.public import Property

from ..rules import NOTHING, Bucket, Figures
from .basis import Scope
from .lines import lines_of
from .running import fetch

BUCKETS = tuple(Bucket)
_AGES = {
    Bucket.NOT_DUE: "age < 0", Bucket.DAYS_0_30: "age BETWEEN 0 AND 30", Bucket.DAYS_31_90: "age BETWEEN 31 AND 90",
    Bucket.DAYS_91_180: "age BETWEEN 91 AND 180", Bucket.DAYS_181_365: "age BETWEEN 181 AND 365",
    Bucket.YEARS_1_2: "age BETWEEN 366 AND 730", Bucket.OVER_2_YEARS: "age > 730",
}  # fmt: skip
AGES = {bucket: text.replace("age", "(%(day)s::date - due_on)") for bucket, text in _AGES.items()}
"""Each bucket's condition in SQL; a test holds them equal to the rule."""


@dataclass(frozen=True, slots=True)
class Age:
    """Outstanding principal of one bucket."""

    receivables: int = 0
    households: int = 0
    fen: int = 0

    def __add__(self, other: Age) -> Age:
        return Age(self.receivables + other.receivables, self.households + other.households, self.fen + other.fen)


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one community and, where asked for, building, property kind and charge item."""

    community_id: int
    building_id: int | None
    kind: str
    item_id: int | None
    figures: Figures
    ages: tuple[Age, ...]


def _per_home(ages: bool) -> str:
    """Sums of one household; ``net``, ``unpaid``: what decides whether it is billed and owes nothing."""
    names = ("net", "unpaid", "due", "paid", "opening", "cleared", "closing", "billed", "arrears")
    found = [f"sum({name})::bigint AS {name}" for name in names]
    if ages:
        for number, bucket in enumerate(BUCKETS):
            found.append(f"coalesce(sum(open_day) FILTER (WHERE {AGES[bucket]}), 0)::bigint AS a{number}")
            found.append(f"count(*) FILTER (WHERE open_day > 0 AND {AGES[bucket]}) AS n{number}")
    return ", ".join(found)


def _per_cell(ages: bool) -> str:
    found = [
        "sum(h.due)", "sum(h.paid)", "count(*) FILTER (WHERE h.net <> 0)", "count(*) FILTER (WHERE h.net <> 0 AND h.unpaid <= 0)",
        "sum(h.opening)", "sum(h.cleared)", "sum(h.closing)", "sum(h.billed)", "sum(h.arrears)",
    ]  # fmt: skip
    if ages:
        found += [f"sum(h.n{n}), count(*) FILTER (WHERE h.a{n} > 0), sum(h.a{n})" for n in range(len(BUCKETS))]
    return ", ".join(found)


class Detail(StrEnum):
    """By what, beside the community, figures are told apart."""

    BUILDING = "building"
    KIND = "kind"
    ITEM = "item"


def columns(by: Collection[Detail]) -> dict[str, str]:
    """The columns of a property in SQL, or nothing in their place."""
    return {
        "building": "q.building_id" if Detail.BUILDING in by else "NULL::bigint", "kind": "q.kind" if Detail.KIND in by else "''",
    }  # fmt: skip


def cells(scope: Scope, *, by: Collection[Detail] = (), ages: bool = True) -> list[Cell]:
    """The figures of a scope by community and the details named; by item a household counts once in each of its items."""
    with_lines, facts = lines_of(scope)
    by_item = Detail.ITEM in by
    item = "item_id" if by_item else "NULL::bigint"
    told = columns(by)
    query = f"""{with_lines},
    homes AS (SELECT property_id, {item} AS item_id, {_per_home(ages)} FROM lines GROUP BY property_id{", item_id" if by_item else ""})
    SELECT q.community_id, {told["building"]}, {told["kind"]}, h.item_id, {_per_cell(ages)}
    FROM homes h JOIN {Property._meta.db_table} q ON q.id = h.property_id
    GROUP BY 1, 2, 3, 4"""
    days = scope.period.days_to(scope.as_of)
    return [_cell(row, days) for row in fetch(query, facts)]


def _cell(row: tuple[Any, ...], days: int) -> Cell:
    sums, rest = [int(value) for value in row[4:13]], [int(value) for value in row[13:]]
    ages = tuple(Age(*rest[at : at + 3]) for at in range(0, len(rest), 3))
    return Cell(row[0], row[1], row[2], row[3], Figures(*(*sums, days)), ages)


def whole(found: Iterable[Cell]) -> tuple[Figures, list[Age]]:
    """The figures and ages of all cells together."""
    figures, ages = NOTHING, [Age()] * len(BUCKETS)
    for cell in found:
        figures += cell.figures
        if cell.ages:
            ages = [one + other for one, other in zip(ages, cell.ages, strict=True)]
    return figures, ages


def grouped(found: Iterable[Cell], key: Any) -> dict[Any, Figures]:
    """The figures by what ``key`` says of a cell."""
    sums: dict[Any, Figures] = defaultdict(Figures)
    for cell in found:
        sums[key(cell)] += cell.figures
    return dict(sums)
