"""One line a receivable: what of it each measure counts, as of a day, in one SQL expression.

What a receivable was at an earlier moment is its state now, with what was booked since taken back: so only movements
after the period's opening are read, not the history. No movement is valued after the day it was booked on.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from wuyefei.money.billing.public import Adjustment, Receivable
from wuyefei.money.payments.public import Allocation, Payment, Tender

from ..rules import end_of
from .basis import Scope, narrowed

TABLES = {
    "receivable": Receivable._meta.db_table, "adjustment": Adjustment._meta.db_table,
    "allocation": Allocation._meta.db_table, "payment": Payment._meta.db_table, "tender": Tender._meta.db_table,
}  # fmt: skip

MOVES = """
moves AS MATERIALIZED (
  SELECT receivable_id, sum(fen) AS since_eve, coalesce(sum(fen) FILTER (WHERE booked_at >= %(after_cut)s), 0) AS since_cut,
    coalesce(sum(fen) FILTER (WHERE booked_at >= %(after_day)s), 0) AS since_day,
    coalesce(sum(fen) FILTER (WHERE money AND booked_at < %(after_cut)s), 0) AS cleared
  FROM (
    SELECT receivable_id, amount_fen AS fen, booked_at, true AS money FROM {allocation}
    WHERE community_id = ANY(%(communities)s) AND booked_at >= %(after_eve)s AND part = 'principal'
    UNION ALL
    SELECT receivable_id, -amount_fen, booked_at, false FROM {adjustment}
    WHERE community_id = ANY(%(communities)s) AND booked_at >= %(after_eve)s
  ) m GROUP BY receivable_id
),
changed AS (
  SELECT receivable_id, sum(amount_fen) AS fen, coalesce(sum(amount_fen) FILTER (WHERE kind = 'adjust' AND amount_fen < 0), 0) AS given,
    bool_or(kind = 'reversal') AS undone
  FROM {adjustment} WHERE community_id = ANY(%(communities)s) AND booked_at < %(after_day)s GROUP BY receivable_id
)"""

COLUMNS = """r.id, r.community_id, r.property_id, r.item_id, r.payer_id, r.due_on, r.service_from, r.service_to, r.booked_at, r.amount_fen,
    r.outstanding_fen, m.since_eve, m.since_cut, m.since_day, m.cleared"""

FOUND = """
found AS (
  SELECT {columns} FROM {receivable} r LEFT JOIN moves m ON m.receivable_id = r.id
  WHERE r.community_id = ANY(%(communities)s) AND r.booked_at < %(after_day)s{narrow}
    AND (r.outstanding_fen > 0 OR r.due_on BETWEEN %(first)s AND %(last)s)
  UNION ALL
  SELECT {columns} FROM moves m JOIN {receivable} r ON r.id = m.receivable_id
  WHERE r.community_id = ANY(%(communities)s) AND r.booked_at < %(after_day)s{narrow}
    AND r.outstanding_fen = 0 AND r.due_on NOT BETWEEN %(first)s AND %(last)s
)"""

STATES = """
states AS (
  SELECT f.id, f.community_id, f.property_id, f.item_id, f.payer_id, f.due_on, f.service_from, f.service_to,
    f.due_on BETWEEN %(first)s AND %(last)s AS current,
    f.amount_fen + coalesce(c.fen, 0) AS net,
    f.outstanding_fen + coalesce(f.since_day, 0) AS open_day,
    CASE WHEN f.due_on <= %(cut)s AND f.booked_at < %(after_cut)s THEN f.outstanding_fen + coalesce(f.since_cut, 0) ELSE 0 END AS closing,
    CASE WHEN f.due_on < %(first)s AND f.booked_at < %(after_eve)s THEN f.outstanding_fen + coalesce(f.since_eve, 0) ELSE 0 END AS opening,
    coalesce(f.cleared, 0) AS cleared,
    {add_due} AS add_due, {add_paid} AS add_paid
  FROM found f LEFT JOIN changed c ON c.receivable_id = f.id{joins}
)"""

LINES = """
lines AS (
  SELECT id, community_id, property_id, item_id, payer_id, due_on, service_from, service_to,
    CASE WHEN current THEN net ELSE 0 END AS net, CASE WHEN current THEN open_day ELSE 0 END AS unpaid,
    CASE WHEN current THEN net + add_due ELSE 0 END AS due, CASE WHEN current THEN net - open_day + add_paid ELSE 0 END AS paid,
    opening, CASE WHEN opening > 0 THEN cleared ELSE 0 END AS cleared, closing,
    CASE WHEN current AND due_on <= %(cut)s THEN net ELSE 0 END AS billed,
    CASE WHEN due_on <= %(day)s THEN open_day ELSE 0 END AS arrears, open_day
  FROM states
)"""

OFFSETS = """
offsets AS (
  SELECT a.receivable_id, sum(a.amount_fen) AS fen FROM {allocation} a JOIN {payment} p ON p.id = a.payment_id
    AND (p.kind = 'offset' OR EXISTS (SELECT FROM {tender} t WHERE t.payment_id = p.id AND t.method = 'prepaid'))
    AND NOT EXISTS (SELECT FROM {tender} t WHERE t.payment_id = p.id AND t.method <> 'prepaid')
  WHERE a.community_id = ANY(%(communities)s) AND a.booked_at < %(after_day)s AND a.part = 'principal' GROUP BY a.receivable_id
)"""

FEES = """
fees AS (
  SELECT receivable_id, sum(amount_fen) AS fen FROM {allocation}
  WHERE community_id = ANY(%(communities)s) AND booked_at < %(after_day)s AND part = 'late_fee' GROUP BY receivable_id
)"""


def lines_of(scope: Scope) -> tuple[str, dict[str, Any]]:
    """``WITH … lines AS (…)`` and its facts. Columns, in fen: ``net`` and ``unpaid`` (of the period's bills, without
    options), ``due``, ``paid``, ``opening``, ``cleared``, ``closing``, ``billed``, ``arrears``, ``open_day``."""
    narrow, facts = narrowed(scope.part)
    parts, joins, add_due, add_paid = [MOVES], "", "0", "0"
    if not scope.options.prepaid:
        parts.append(OFFSETS)
        joins += " LEFT JOIN offsets o ON o.receivable_id = f.id"
        add_paid += " - coalesce(o.fen, 0)"
    if scope.options.late_fees:
        parts.append(FEES)
        joins += " LEFT JOIN fees l ON l.receivable_id = f.id"
        add_due, add_paid = add_due + " + coalesce(l.fen, 0)", add_paid + " + coalesce(l.fen, 0)"
    if not scope.options.waived:
        add_due += " - CASE WHEN c.undone THEN 0 ELSE coalesce(c.given, 0) END"
    text = "WITH" + ",".join([*parts, FOUND, STATES, LINES])
    return text.format(**TABLES, columns=COLUMNS, narrow=narrow, joins=joins, add_due=add_due, add_paid=add_paid), facts | days_of(scope)


def days_of(scope: Scope) -> dict[str, Any]:
    """The days and moments of a scope, for SQL."""
    period, cut = scope.period, scope.period.cut(scope.as_of)
    moments: dict[str, dt.datetime] = {
        "after_eve": end_of(period.eve), "after_cut": end_of(cut), "after_day": end_of(scope.as_of)
    }  # fmt: skip
    return {
        "communities": scope.community_ids, "first": period.first, "last": period.last, "cut": cut, "day": scope.as_of, **moments
    }  # fmt: skip
