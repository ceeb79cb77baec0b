"""The current-period rate month by month, each as it stood at the end of its month."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.dates import Month

from ..rules import Figures, Period, end_of, parallel
from .basis import Scope, narrowed
from .lines import TABLES
from .running import fetch
from .sums import Detail, columns

MONTHS = 12

TREND = """
WITH dated AS (
  SELECT r.id, r.property_id, r.item_id, r.amount_fen, r.booked_at, date_trunc('month', r.due_on::timestamp)::date AS month,
    least(timezone('Asia/Shanghai', date_trunc('month', r.due_on::timestamp) + interval '1 month'), %(moment)s) AS moment
  FROM {receivable} r
  WHERE r.community_id = ANY(%(communities)s) AND r.due_on BETWEEN %(from)s AND %(to)s AND r.booked_at < %(moment)s{narrow}
),
bills AS MATERIALIZED (SELECT * FROM dated WHERE booked_at < moment),
paid AS (
  SELECT a.receivable_id, sum(a.amount_fen) AS fen FROM {allocation} a JOIN bills b ON b.id = a.receivable_id
  WHERE a.community_id = ANY(%(communities)s) AND a.part = 'principal' AND a.booked_at < b.moment GROUP BY a.receivable_id
),
changed AS (
  SELECT a.receivable_id, sum(a.amount_fen) AS fen FROM {adjustment} a JOIN bills b ON b.id = a.receivable_id
  WHERE a.community_id = ANY(%(communities)s) AND a.booked_at < b.moment GROUP BY a.receivable_id
),
homes AS (
  SELECT b.month, b.property_id, {item} AS item_id, sum(b.amount_fen + coalesce(c.fen, 0)) AS due, sum(coalesce(p.fen, 0)) AS paid
  FROM bills b LEFT JOIN paid p ON p.receivable_id = b.id LEFT JOIN changed c ON c.receivable_id = b.id
  GROUP BY 1, 2, 3
)
SELECT h.month, q.community_id, {building}, {kind}, h.item_id, sum(h.due), sum(h.paid)
FROM homes h JOIN {property} q ON q.id = h.property_id GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class Point:
    """A month's due and paid of one place and kind, as of ``as_of``."""

    month: Month
    community_id: int
    building_id: int | None
    kind: str
    item_id: int | None
    due_fen: int
    paid_fen: int


def months_of(scope: Scope, count: int = MONTHS) -> list[Month]:
    """The last months of the trend, oldest first, ending with that of the period's last day seen."""
    last = Month.of(scope.period.cut(scope.as_of))
    return [last.plus(step - count + 1) for step in range(count)]


def seen_on(month: Month, as_of: dt.date) -> dt.date:
    """The day as of which a month's rate is taken: its last, or the as-of day where that comes before."""
    return min(month.last, as_of)


def trend(scope: Scope, months: list[Month], *, by: Collection[Detail] = (), as_of: dt.date | None = None) -> list[Point]:
    """The points of ``months``, which follow each other, by community and the details named. ``as_of`` caps the last one, the scope's own day where not given."""
    day = as_of or scope.as_of
    narrow, facts = narrowed(scope.part)
    facts |= {"communities": scope.community_ids, "from": months[0].first, "to": months[-1].last, "moment": end_of(seen_on(months[-1], day))}
    item = "b.item_id" if Detail.ITEM in by else "NULL::bigint"
    query = TREND.format(**TABLES, property=Property._meta.db_table, narrow=narrow, item=item, **columns(by))
    rows = fetch(query, facts)
    return [Point(Month.of(row[0]), row[1], row[2], row[3], row[4], int(row[5]), int(row[6])) for row in rows]


def by_month(points: list[Point]) -> dict[Month, Figures]:
    """Due and paid of all points of a month together."""
    sums: dict[Month, Figures] = defaultdict(Figures)
    for point in points:
        sums[point.month] += Figures(due_fen=point.due_fen, paid_fen=point.paid_fen)
    return dict(sums)


def year_before(scope: Scope, months: list[Month]) -> list[Point]:
    """The same months a year earlier; the running one cut where this year's is."""
    earlier = [month.plus(-12) for month in months]
    running = Period.month(months[-1])
    day = parallel(running, scope.as_of, Period.month(earlier[-1]))
    return trend(replace(scope, as_of=day), earlier, as_of=day)
