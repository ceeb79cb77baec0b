"""The statements that draft a run: one for its lines, one for its parts, one for its large debts. Nothing goes through Python."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.platform.planning import whole_sets
from wuyefei.money.billing.public import Adjustment, Receivable
from wuyefei.money.payments.public import Allocation

from .models import Line, Part, Run, Single
from .rules import BUCKET_FROM, Bucket, Terms

R, C, J, A, L, P, S = (model._meta.db_table for model in (Receivable, ChargeItem, Adjustment, Allocation, Line, Part, Single))
AGE = (
    "CASE " + " ".join(f"WHEN %(day)s::date - due_on >= {first} THEN {bucket.value}" for bucket, first in reversed(BUCKET_FROM.items()))
    + f" ELSE {Bucket.NOT_DUE.value} END"
)  # fmt: skip
"""The bucket of a due date, in SQL; a test holds it equal to the rule."""

OPEN = f"""
WITH moved AS MATERIALIZED (
  SELECT receivable_id, sum(fen) AS fen FROM (
    SELECT receivable_id, amount_fen AS fen FROM {A} WHERE community_id = %(community)s AND booked_at >= %(after)s AND part = 'principal'
    UNION ALL SELECT receivable_id, -amount_fen FROM {J} WHERE community_id = %(community)s AND booked_at >= %(after)s) m
  GROUP BY receivable_id),
aged AS (
  SELECT id, payer_id, fen, {AGE} AS bucket FROM (
    SELECT r.id, r.payer_id, r.due_on, (r.outstanding_fen + coalesce(m.fen, 0))::bigint AS fen
    FROM {R} r LEFT JOIN moved m ON m.receivable_id = r.id
    WHERE r.community_id = %(community)s AND r.booked_at < %(after)s AND (r.outstanding_fen > 0 OR m.receivable_id IS NOT NULL)
      AND (r.kind = '{Receivable.Kind.OPENING.value}' OR r.item_id IN (SELECT id FROM {C} WHERE nature IN ('{ChargeItem.Nature.INCOME.value}', '{ChargeItem.Nature.ADVANCE.value}')))) o
  WHERE fen > 0),
large AS (SELECT payer_id FROM aged WHERE bucket > 0 GROUP BY payer_id HAVING sum(fen) >= %(large)s),
lines AS (
  SELECT a.id, a.payer_id, a.bucket, l.payer_id IS NOT NULL AS single, a.fen, round(a.fen * (%(rates)s::numeric[])[a.bucket + 1])::bigint AS reserve
  FROM aged a LEFT JOIN large l ON l.payer_id = a.payer_id)"""
"""What was open at the end of the day: what is open now, with everything booked since taken back. Only what is the firm's own to
lose: of what is collected for others, and of deposits, it bears no loss (as in writing off)."""

LINES = f"""{OPEN}
INSERT INTO {L} (run_id, community_id, receivable_id, payer_id, bucket, single, outstanding_fen, reserve_fen)
SELECT %(run)s, %(community)s, id, payer_id, bucket, single, fen, reserve FROM lines"""

PARTS = f"""
INSERT INTO {P} (run_id, bucket, rate, receivables, outstanding_fen, single_fen, by_age_fen, reserve_fen)
SELECT %(run)s, b.n, (%(rates)s::numeric[])[b.n + 1], count(l.id), coalesce(sum(l.outstanding_fen), 0),
  coalesce(sum(l.outstanding_fen) FILTER (WHERE l.single), 0), coalesce(sum(l.reserve_fen), 0),
  coalesce(sum(l.reserve_fen) FILTER (WHERE NOT l.single), 0)
FROM generate_series(0, {max(Bucket).value}) b(n) LEFT JOIN {L} l ON l.run_id = %(run)s AND l.bucket = b.n GROUP BY b.n ORDER BY b.n"""

SINGLES = f"""
INSERT INTO {S} (organisation_id, community_id, run_id, payer_id, receivables, oldest_due_on, outstanding_fen, by_age_fen, reason, plan)
SELECT %(organisation)s, %(community)s, %(run)s, l.payer_id, count(*), min(r.due_on), sum(l.outstanding_fen), sum(l.reserve_fen), '', ''
FROM {L} l JOIN {R} r ON r.id = l.receivable_id
WHERE l.run_id = %(run)s AND l.single AND l.bucket > 0 GROUP BY l.payer_id ORDER BY sum(l.outstanding_fen) DESC, l.payer_id"""


def facts_of(community_id: int, as_of: dt.date, terms: Terms) -> dict[str, Any]:
    """What ``OPEN`` asks for."""
    return {
        "community": community_id, "day": as_of, "after": dt.datetime.combine(as_of + DAY, dt.time(), CHINA),
        "large": terms.large_fen, "rates": [terms.rate(bucket) for bucket in Bucket],
    }  # fmt: skip


def fill(run: Run, terms: Terms) -> None:
    """Write the lines, parts and large debts of a run that was just made."""
    facts = facts_of(run.community_id, run.as_of, terms) | {"run": run.pk, "organisation": run.organisation_id}
    with whole_sets(), connection.cursor() as cursor:
        for statement in (LINES, PARTS, SINGLES):
            cursor.execute(statement, facts)
