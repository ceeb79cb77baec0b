"""The history of arrears as booked: movement between two days, and what became of each age.

A fact is seen from the later of its booking day (in China) and its value date on, as in every report as of a day. A
receivable is in arrears from the later of its due date and its booking day on, by what is unpaid then: that is
``new``; what was paid or adjusted after that day is ``cleared`` and ``adjusted``. Principal only; money in fen.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.insight.measures.public import BUCKET_FROM, Bucket, check_day
from wuyefei.money.payments.public import Allocation

from .scope import ADJUSTED, R

ALLOCATED = Allocation._meta.db_table
DAY_OF = "(({0}.booked_at AT TIME ZONE 'Asia/Shanghai')::date)"
SEEN = f"GREATEST({DAY_OF}, {{0}}.value_date)"


def check_days(first: dt.date, last: dt.date) -> None:
    """Raises ``Invalid`` for a stretch that is turned round or reaches beyond today."""
    check_day(last)
    if first > last:
        raise Invalid(field="起始日", reason="起点大于终点")


MOVES = f"""r AS (
    SELECT id, community_id, property_id, amount_fen, GREATEST({DAY_OF.format("billed")}, due_on) AS entry
    FROM {R} billed WHERE organisation_id = %(organisation)s AND community_id = ANY(%(communities)s)
      AND due_on <= %(last)s AND {DAY_OF.format("billed")} <= %(last)s),
  facts AS (
    SELECT receivable_id, {SEEN.format("a")} AS seen, -a.amount_fen AS fen, true AS paid FROM {ALLOCATED} a
      WHERE a.organisation_id = %(organisation)s AND a.community_id = ANY(%(communities)s) AND a.part = 'principal'
    UNION ALL
    SELECT receivable_id, {SEEN.format("x")}, x.amount_fen, false FROM {ADJUSTED} x
      WHERE x.organisation_id = %(organisation)s AND x.community_id = ANY(%(communities)s)),
  moves AS (
    SELECT id, community_id, property_id, entry AS day, amount_fen AS entered, 0::bigint AS cleared, 0::bigint AS adjusted FROM r
    UNION ALL
    SELECT r.id, r.community_id, r.property_id, GREATEST(f.seen, r.entry), CASE WHEN f.seen <= r.entry THEN f.fen ELSE 0 END,
      CASE WHEN f.seen > r.entry AND f.paid THEN -f.fen ELSE 0 END, CASE WHEN f.seen > r.entry AND NOT f.paid THEN -f.fen ELSE 0 END
    FROM r JOIN facts f ON f.receivable_id = r.id WHERE f.seen <= %(last)s)"""
"""``moves``: every change of arrears to the end of ``%(last)s``, on its day."""


def bucket_sql(day: str) -> str:
    """The ageing bucket of ``due_on`` as of a parameter."""
    whens = " ".join(f"WHEN %({day})s::date - due_on >= {first} THEN '{bucket.value}'" for bucket, first in BUCKET_FROM.items())
    return f"CASE {whens} ELSE '{Bucket.NOT_DUE.value}' END"


FLOWS = f"""facts AS (
    SELECT receivable_id, paid, COALESCE(sum(fen) FILTER (WHERE seen <= %(first)s), 0) AS before,
      COALESCE(sum(fen) FILTER (WHERE seen > %(first)s), 0) AS since
    FROM (SELECT receivable_id, {SEEN.format("a")} AS seen, a.amount_fen AS fen, true AS paid FROM {ALLOCATED} a
        WHERE a.organisation_id = %(organisation)s AND a.community_id = ANY(%(communities)s) AND a.part = 'principal'
      UNION ALL SELECT receivable_id, {SEEN.format("x")}, -x.amount_fen, false FROM {ADJUSTED} x
        WHERE x.organisation_id = %(organisation)s AND x.community_id = ANY(%(communities)s)) every_fact
    WHERE seen <= %(last)s GROUP BY receivable_id, paid),
  stood AS (
    SELECT r.id, r.community_id, r.property_id, r.due_on, {DAY_OF.format("r")} <= %(first)s AS known,
      r.amount_fen - CASE WHEN {DAY_OF.format("r")} <= %(first)s
        THEN COALESCE(paid.before, 0) + COALESCE(less.before, 0) ELSE 0 END AS base,
      COALESCE(paid.since, 0) + CASE WHEN {DAY_OF.format("r")} > %(first)s THEN COALESCE(paid.before, 0) ELSE 0 END AS cleared,
      COALESCE(less.since, 0) + CASE WHEN {DAY_OF.format("r")} > %(first)s THEN COALESCE(less.before, 0) ELSE 0 END AS adjusted
    FROM {R} r LEFT JOIN facts paid ON paid.receivable_id = r.id AND paid.paid
      LEFT JOIN facts less ON less.receivable_id = r.id AND NOT less.paid
    WHERE r.organisation_id = %(organisation)s AND r.community_id = ANY(%(communities)s) AND {DAY_OF.format("r")} <= %(last)s),
  flows AS (
    SELECT id, community_id, property_id, due_on, base::bigint, cleared::bigint, adjusted::bigint,
      (base - cleared - adjusted)::bigint AS kept,
      CASE WHEN NOT known THEN 'new' WHEN base = 0 THEN 'settled' ELSE {bucket_sql("first")} END AS origin,
      {bucket_sql("last")} AS target
    FROM stood WHERE base <> 0 OR cleared <> 0 OR adjusted <> 0)"""
"""``flows``: each receivable from the end of ``%(first)s`` to that of ``%(last)s``; base = kept + cleared + adjusted."""


def params(organisation_id: int, communities: list[int], first: dt.date, last: dt.date) -> dict[str, Any]:
    return {"organisation": organisation_id, "communities": communities, "first": first, "last": last}
