"""Movement of arrears between two days, by community and by month, and the rows behind each figure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.insight.measures.public import Bucket, places

from ..rules import Movement, added, joined, told
from .booked import FLOWS, MOVES, check_days, params
from .scope import ITEM, C, P, Q, R, fetch


@dataclass(frozen=True, slots=True)
class Moved:
    """``by_month`` of each community and of all; the whole stretch is ``joined`` of its months."""

    communities: list[tuple[Community, list[Movement]]]
    every: list[Movement]

    @property
    def total(self) -> Movement:
        return joined(self.every)


def movement(actor: Actor, first: dt.date, last: dt.date, community_id: int | None = None) -> Moved:
    """Opening (the end of the day before ``first``) + new − cleared − adjusted = closing (the end of ``last``).

    Raises ``Invalid`` for days to come, ``NotFound`` or ``Forbidden`` for a community that is not theirs.
    """
    check_days(first, last)
    covered = places(actor, community_id)
    sql = f"""WITH {MOVES} SELECT community_id, CASE WHEN day < %(first)s THEN NULL ELSE date_trunc('month', day)::date END AS month,
        sum(entered), sum(cleared), sum(adjusted) FROM moves GROUP BY 1, 2"""
    opening: dict[int, int] = defaultdict(int)
    changes: dict[int, dict[dt.date, tuple[int, int, int]]] = defaultdict(dict)
    for pk, month, new, cleared, adjusted in fetch(sql, params(actor.organisation_id, [place.pk for place in covered], first, last)):
        if month is None:
            opening[pk] = int(new - cleared - adjusted)
        else:
            changes[pk][month] = (int(new), int(cleared), int(adjusted))
    made = [(place, told(first, last, opening[place.pk], changes[place.pk])) for place in covered]
    months = [added(list(same)) for same in zip(*(rows for _, rows in made), strict=True)] if made else told(first, last, 0, {})
    return Moved(made, months)


class Kind(StrEnum):
    """Which figure of a movement or migration the rows are behind."""

    OPENING = "opening"
    NEW = "new"
    CLEARED = "cleared"
    ADJUSTED = "adjusted"
    CLOSING = "closing"


KIND_NAMES: dict[Kind, str] = {
    Kind.OPENING: "期初欠费", Kind.NEW: "新增", Kind.CLEARED: "清缴", Kind.ADJUSTED: "调减", Kind.CLOSING: "期末欠费",
}  # fmt: skip
SHARE = {
    Kind.OPENING: "CASE WHEN day < %(first)s THEN entered - cleared - adjusted ELSE 0 END",
    Kind.NEW: "CASE WHEN day >= %(first)s THEN entered ELSE 0 END",
    Kind.CLEARED: "CASE WHEN day >= %(first)s THEN cleared ELSE 0 END",
    Kind.ADJUSTED: "CASE WHEN day >= %(first)s THEN adjusted ELSE 0 END",
    Kind.CLOSING: "entered - cleared - adjusted",
}


@dataclass(frozen=True, slots=True)
class Share:
    """A receivable's part in a figure, in fen."""

    receivable_id: int
    community: str
    code: str
    payer: str
    item: str
    service_from: dt.date
    service_to: dt.date
    due_on: dt.date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Shares:
    """One page of the rows behind a figure, and the figure itself over all of them."""

    rows: list[Share]
    count: int
    amount_fen: int
    after: int | None


def movement_rows(
    actor: Actor, kind: Kind, first: dt.date, last: dt.date, community_id: int | None = None, after: int = 0, size: int = 50
) -> Shares:
    """The receivables behind one figure of a movement: their parts add up to it."""
    check_days(first, last)
    source = f"WITH {MOVES}, part AS (SELECT id, sum({SHARE[kind]})::bigint AS fen FROM moves GROUP BY id)"
    return _shares(actor, source, first, last, community_id, after, size)


@dataclass(frozen=True, slots=True)
class Flow:
    """What became of an origin: ``kept`` (fen, properties) by the bucket it is in now."""

    origin: str
    base_fen: int
    cleared_fen: int
    adjusted_fen: int
    properties: int
    kept: dict[Bucket, tuple[int, int]]


ORIGINS: dict[str, str] = {"new": "新出账", "settled": "已清后恢复"}
"""What a receivable was at the beginning, beside the ageing buckets."""


@dataclass(frozen=True, slots=True)
class Migration:
    """Rows are ageing buckets of the first day (with ``ORIGINS``), columns those of the last; ``total`` sums all."""

    first: dt.date
    last: dt.date
    flows: list[Flow]
    total: Flow


def migration(actor: Actor, first: dt.date, last: dt.date, community_id: int | None = None) -> Migration:
    """From the ageing at the end of ``first`` to that at the end of ``last``: what stayed, aged, was paid, adjusted or
    came new. Raises ``Invalid``, ``NotFound`` or ``Forbidden`` as ``movement`` does."""
    check_days(first, last)
    covered = [place.pk for place in places(actor, community_id)]
    sql = f"""WITH {FLOWS} SELECT grouping(origin), grouping(target), origin, target, sum(base), sum(cleared), sum(adjusted), sum(kept),
        count(DISTINCT property_id), count(DISTINCT property_id) FILTER (WHERE kept > 0)
      FROM flows GROUP BY GROUPING SETS ((origin, target), (origin), (target), ())"""
    whole: dict[str, tuple[int, int, int, int]] = defaultdict(lambda: (0, 0, 0, 0))
    cells: dict[tuple[str, Bucket], tuple[int, int]] = {}
    for no_origin, no_target, origin, target, base, cleared, adjusted, kept, homes, keeping in fetch(sql, params(actor.organisation_id, covered, first, last)):
        name = "" if no_origin else origin
        if no_target:
            whole[name] = (int(base or 0), int(cleared or 0), int(adjusted or 0), homes)
        else:
            cells[name, Bucket(target)] = (int(kept), keeping)
    rows = [_flow(name, whole[name], cells) for name in (*Bucket, *ORIGINS)]
    return Migration(first, last, rows, _flow("", whole[""], cells))


def _flow(name: str, whole: tuple[int, int, int, int], cells: dict[tuple[str, Bucket], tuple[int, int]]) -> Flow:
    return Flow(name, *whole, {bucket: cells.get((name, bucket), (0, 0)) for bucket in Bucket})


MEASURED = {"base": "base", "cleared": "cleared", "adjusted": "adjusted"}


def migration_rows(
    actor: Actor, origin: str, target: str, first: dt.date, last: dt.date, community_id: int | None = None,
    after: int = 0, size: int = 50,
) -> Shares:  # fmt: skip
    """The receivables behind one cell. ``origin`` empty means all; ``target`` is a bucket, or base, cleared, adjusted."""
    check_days(first, last)
    share = MEASURED.get(target) or ("CASE WHEN target = %(target)s THEN kept ELSE 0 END" if target else "kept")
    source = f"""WITH {FLOWS}, part AS (SELECT id, {share} AS fen FROM flows WHERE %(origin)s = '' OR origin = %(origin)s)"""
    return _shares(actor, source, first, last, community_id, after, size, origin=origin, target=target)


def _share(row: tuple[Any, ...]) -> Share:
    pk, community, code, payer, item, service_from, service_to, due_on, fen, *_sums = row
    return Share(pk, community, code, payer, item, service_from, service_to, due_on, int(fen))


def _shares(
    actor: Actor, source: str, first: dt.date, last: dt.date, community_id: int | None, after: int, size: int, **more: str
) -> Shares:
    covered = [place.pk for place in places(actor, community_id)]
    asked = params(actor.organisation_id, covered, first, last) | {"after": after, "size": size + 1} | more
    # materialised once for the sums and the page
    sql = f"""{source}, named AS MATERIALIZED (SELECT id, fen FROM part WHERE fen <> 0)
      SELECT n.id, k.name, p.code, q.name, i.name, r.service_from, r.service_to, r.due_on, n.fen, s.rows, s.fen
      FROM (SELECT count(*) AS rows, COALESCE(sum(fen), 0) AS fen FROM named) s LEFT JOIN
        (SELECT * FROM named WHERE id > %(after)s ORDER BY id LIMIT %(size)s) n ON true
      LEFT JOIN {R} r ON r.id = n.id LEFT JOIN {P} p ON p.id = r.property_id LEFT JOIN {Q} q ON q.id = r.payer_id
      LEFT JOIN {ITEM} i ON i.id = r.item_id LEFT JOIN {C} k ON k.id = r.community_id ORDER BY n.id"""
    found = fetch(sql, asked)
    rows = [_share(row) for row in found if row[0] is not None]
    return Shares(rows[:size], int(found[0][9]), int(found[0][10]), rows[size - 1].receivable_id if len(rows) > size else None)
