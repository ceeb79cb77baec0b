"""Totals of a filter, by age and by place: one statement each, over the very rows that the list shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wuyefei.estate.properties.public import Building
from wuyefei.foundation.access.models import Region
from wuyefei.insight.measures.public import Bucket

from ..rules import By
from .scope import BUCKET_SQL, C, P, Scope, amounts, fetch, lines_sql, rows_sql

B, REGION = Building._meta.db_table, Region._meta.db_table


@dataclass(frozen=True, slots=True)
class Sums:
    """Over lines; money in fen, late fee as of today."""

    lines: int = 0
    properties: int = 0
    due_fen: int = 0
    owed_fen: int = 0
    late_fen: int = 0

    @property
    def paid_fen(self) -> int:
        return self.due_fen - self.owed_fen

    @property
    def total_fen(self) -> int:
        return self.owed_fen + self.late_fen


@dataclass(frozen=True, slots=True)
class Totals:
    """All rows of a filter and their parts by age; every bucket is listed."""

    every: Sums
    by_bucket: dict[Bucket, Sums]


SUMS = "count(*), count(DISTINCT property_id), COALESCE(sum(due), 0), COALESCE(sum(owed), 0), COALESCE(sum(late), 0)"


def kept_sql(scope: Scope, extra: str = "") -> str:
    """``lines`` and ``kept``: the lines of the rows whose amount lies in the filter's range."""
    lines = lines_sql(scope, extra)
    if scope.chosen.amount_from is None and scope.chosen.amount_to is None:
        return f"{lines}, kept AS (SELECT * FROM lines)"
    key = "id" if scope.chosen.by is By.LINE else "property_id"
    return f"{lines}, {rows_sql(scope)}, kept AS (SELECT * FROM lines WHERE {key} IN (SELECT id FROM g))"


def totals(scope: Scope) -> Totals:
    """The sums of a scope and of each ageing bucket in it (by the age of the line, not of its household)."""
    sql = f"""WITH {kept_sql(scope)}, aged AS (SELECT {BUCKET_SQL} AS bucket, property_id, due, owed, late FROM kept)
      SELECT bucket, {SUMS} FROM aged GROUP BY GROUPING SETS ((bucket), ())"""
    found = {row[0]: _sums(row[1:]) for row in fetch(sql, amounts(scope))}
    return Totals(found.get(None, Sums()), {bucket: found.get(bucket.value, Sums()) for bucket in Bucket})


@dataclass(frozen=True, slots=True)
class PlaceSums:
    """A place below the scope: a community, or in one community a building (None: properties without one)."""

    id: int | None
    name: str
    above: str
    sums: Sums
    by_bucket: dict[Bucket, Sums]


def by_place(scope: Scope) -> list[PlaceSums]:
    """The sums by community, or by building once the scope is one community; the largest debt first."""
    place = "building_id" if scope.single else "community_id"
    sql = f"""WITH {kept_sql(scope, ", p.building_id")},
      aged AS (SELECT {place} AS place, {BUCKET_SQL} AS bucket, property_id, due, owed, late FROM kept)
      SELECT place, bucket, grouping(bucket), {SUMS} FROM aged GROUP BY GROUPING SETS ((place, bucket), (place))"""
    whole: dict[int | None, Sums] = {}
    parts: dict[int | None, dict[Bucket, Sums]] = {}
    for pk, bucket, above, *sums in fetch(sql, amounts(scope)):
        if above:
            whole[pk] = _sums(sums)
        else:
            parts.setdefault(pk, {})[Bucket(bucket)] = _sums(sums)
    names = _names(scope, [pk for pk in whole if pk is not None])
    made = [PlaceSums(pk, *names.get(pk, ("", "")), sums, {bucket: parts[pk].get(bucket, Sums()) for bucket in Bucket}) for pk, sums in whole.items()]
    return sorted(made, key=lambda row: (-row.sums.total_fen, row.id or 0))


def _names(scope: Scope, ids: list[int]) -> dict[int | None, tuple[str, str]]:
    if scope.single:
        sql = f"SELECT b.id, b.name, '' FROM {B} b WHERE b.id = ANY(%(ids)s)"
    else:
        sql = f"SELECT k.id, k.name, COALESCE(z.name, '') FROM {C} k LEFT JOIN {REGION} z ON z.id = k.region_id WHERE k.id = ANY(%(ids)s)"
    return {row[0]: (row[1], row[2]) for row in fetch(sql, {"ids": ids})}


def _sums(row: Any) -> Sums:
    return Sums(*(int(value) for value in row))


def codes_of(property_ids: list[int]) -> dict[int, str]:
    return {row[0]: row[1] for row in fetch(f"SELECT id, code FROM {P} WHERE id = ANY(%(ids)s)", {"ids": property_ids})}
