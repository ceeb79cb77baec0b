"""Late fees of stored receivables: by the pure rule for any day, and as one SQL expression for lists of today.

The two agree on every day from ``accrued_to`` on (a property test holds them equal).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Protocol

from django.db.models import Sum

from wuyefei.foundation.kernel.dates import LATEST, Span
from wuyefei.foundation.platform import prepared

from .models import Adjustment, LateFeeHold, LateFeeWaiver, Receivable
from .rules.late_fee import Accrual, Change, accrue, late_fee, payable

_sources: list[str] = []


def register_source(statement: str) -> None:
    """A higher room says what it has settled of the receivables ``%(ids)s``: a ``SELECT`` of receivable, kind, day, NULL and fen.

    Kind ``change`` is a change of principal (settling lowers it) by value date, ``settled`` late fee. Only what was booked by
    ``%(booked_by)s`` counts, where that is not NULL. Changes of one receivable come in the order in which they were booked.
    """
    _sources.append(statement)
    _asked.cache_clear()


_LATE_FEE = """GREATEST(0, CASE WHEN r.late_fee_rate IS NULL OR %(as_of)s <= r.due_on OR r.reversed_at IS NOT NULL THEN 0
  ELSE LEAST(
    round(r.accrued_exact + r.late_fee_rate * r.outstanding_fen * GREATEST(0, (%(as_of)s::date - r.accrued_to)
      - COALESCE({held}, 0))),
    COALESCE(floor(r.late_fee_cap * (r.amount_fen + COALESCE({adjusted}, 0))), 1e15))
  - COALESCE({waived}, 0)
  - r.late_fee_settled_fen END)::bigint"""

LATE_FEE_SQL = _LATE_FEE.format(
    held="""(SELECT sum(upper(h) - lower(h)) FROM (SELECT unnest(range_agg(
          daterange(x.starts_on, x.ends_on, '[]') * daterange(r.accrued_to, %(as_of)s::date, '(]'))) AS h
          FROM billing_latefeehold x WHERE x.receivable_id = r.id) held WHERE NOT isempty(h))""",
    adjusted="(SELECT sum(a.amount_fen) FROM billing_adjustment a WHERE a.receivable_id = r.id)",
    waived="(SELECT sum(w.amount_fen) FROM billing_latefeewaiver w WHERE w.receivable_id = r.id)",
)
"""The late fee payable of ``billing_receivable r`` as of ``%(as_of)s``, which must not lie before its last change."""

LATE_FEE_SET_SQL = _LATE_FEE.format(
    held="""CASE WHEN held.days IS NULL THEN 0 ELSE (SELECT sum(upper(h) - lower(h)) FROM unnest(
          held.days * datemultirange(daterange(LEAST(r.accrued_to, %(as_of)s::date), %(as_of)s::date, '(]'))) h) END""",
    adjusted="adjusted.fen",
    waived="waived.fen",
)
"""The same expression for many rows at once: it reads the facts joined by ``LATE_FEE_FEEDS_SQL``."""

LATE_FEE_FEEDS_SQL = """
  LEFT JOIN (SELECT receivable_id, sum(amount_fen) AS fen FROM billing_adjustment
    WHERE organisation_id = %(organisation)s GROUP BY receivable_id) adjusted ON adjusted.receivable_id = r.id
  LEFT JOIN (SELECT receivable_id, sum(amount_fen) AS fen FROM billing_latefeewaiver
    WHERE organisation_id = %(organisation)s GROUP BY receivable_id) waived ON waived.receivable_id = r.id
  LEFT JOIN (SELECT receivable_id, range_agg(daterange(starts_on, ends_on, '[]')) AS days FROM billing_latefeehold
    WHERE organisation_id = %(organisation)s GROUP BY receivable_id) held ON held.receivable_id = r.id"""
"""Joins to ``billing_receivable r`` what was adjusted (``adjusted.fen``), waived (``waived.fen``) and held
(``held.days``): each table is read once, however many receivables are asked about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a receivable stands on a day: everything in fen but ``days``."""

    receivable_id: int
    fee_due_fen: int
    outstanding_fen: int
    late_fee_fen: int
    waived_fen: int
    settled_fen: int
    payable_fen: int
    days: int


_OWN = """
SELECT receivable_id, 'change', value_date, NULL::date, amount_fen FROM billing_adjustment
WHERE receivable_id = ANY(%(ids)s) AND (%(booked_by)s::timestamptz IS NULL OR booked_at <= %(booked_by)s)
UNION ALL
SELECT receivable_id, 'hold', starts_on, ends_on, 0 FROM billing_latefeehold WHERE receivable_id = ANY(%(ids)s)
"""
_REFRESHED = """
UPDATE billing_receivable r SET outstanding_fen = n.outstanding, late_fee_settled_fen = n.settled, accrued_exact = n.exact,
  accrued_to = n.upto, reversed_at = n.reversed
FROM unnest((SELECT %s::bigint[]), (SELECT %s::bigint[]), (SELECT %s::bigint[]), (SELECT %s::numeric[]), (SELECT %s::date[]),
  (SELECT %s::timestamptz[])) AS n(id, outstanding, settled, exact, upto, reversed)
WHERE r.id = n.id
"""
_LOCKED = "WHERE id = {those} AND community_id = %s ORDER BY id FOR UPDATE"


def lock_receivables(ids: Iterable[int], community_id: int) -> list[Receivable]:
    """Those of the receivables that belong to the community, locked in order of id."""
    wanted = list(ids)
    return prepared.read(Receivable, _LOCKED.format(those=prepared.among("%s", wanted)), [wanted, community_id])


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened to receivables, by receivable: every change of principal (adjustments and what higher rooms allocated),
    days without late fee, and the late fee that higher rooms have settled."""

    changes: dict[int, list[Change]]
    holds: dict[int, list[Span]]
    settled: dict[int, int]


def facts_of(ids: list[int], booked_by: dt.datetime | None = None) -> Facts:
    """The facts of the receivables; of changes and settlements only what was booked by ``booked_by``."""
    facts = Facts(defaultdict(list), defaultdict(list), defaultdict(int))
    with prepared.cursor() as cursor:
        cursor.execute(_asked(prepared.among("%(ids)s", ids)), {"ids": ids, "booked_by": booked_by})
        for receivable_id, kind, first, last, fen in cursor.fetchall():
            if kind == "change":
                facts.changes[receivable_id].append(Change(first, fen))
            elif kind == "hold":
                facts.holds[receivable_id].append(Span(first, last or LATEST))
            else:
                facts.settled[receivable_id] += fen
    return facts


@cache
def _asked(those: str) -> str:
    return " UNION ALL ".join([_OWN, *_sources]).replace("ANY(%(ids)s)", those)


def standings(receivables: Iterable[Receivable], as_of: dt.date, booked_by: dt.datetime | None = None) -> dict[int, Standing]:
    """The standing of each receivable as of a day, by the pure rule, counting only what was booked by ``booked_by``."""
    rows = list(receivables)
    ids = [row.pk for row in rows]
    facts = facts_of(ids, booked_by)
    waived: dict[int, int] = defaultdict(int)
    waivers = LateFeeWaiver.objects.filter(receivable_id__in=ids)
    if booked_by is not None:
        waivers = waivers.filter(booked_at__lte=booked_by)
    for receivable_id, fen in waivers.values_list("receivable_id", "amount_fen"):
        waived[receivable_id] += fen
    adjusted: dict[int, int] = defaultdict(int)
    adjustments = Adjustment.objects.filter(receivable_id__in=ids, value_date__lte=as_of)
    if booked_by is not None:
        adjustments = adjustments.filter(booked_at__lte=booked_by)
    for receivable_id, fen in adjustments.values_list("receivable_id", "amount_fen"):
        adjusted[receivable_id] += fen
    found = {}
    for row in rows:
        accrual = accrual_of(row, as_of, facts.changes[row.pk], facts.holds[row.pk], _reversed_by(row, booked_by))
        found[row.pk] = _standing(row, accrual, adjusted[row.pk], waived[row.pk], facts.settled[row.pk])
    return found


def _reversed_by(row: Receivable, booked_by: dt.datetime | None) -> bool:
    return row.reversed_at is not None and (booked_by is None or row.reversed_at <= booked_by)


def _standing(row: Receivable, accrual: Accrual, adjusted: int, waived: int, settled: int) -> Standing:
    fee_due = row.amount_fen + adjusted
    whole = payable(accrual.exact, fee_due, row.late_fee_cap, 0, 0)
    return Standing(
        row.pk, fee_due, accrual.outstanding_fen, whole, waived, settled,
        payable(accrual.exact, fee_due, row.late_fee_cap, waived, settled), accrual.days,
    )  # fmt: skip


def history(receivable_ids: list[int]) -> dict[int, list[Change]]:
    """What changed the principal of each receivable, and when."""
    return facts_of(receivable_ids).changes if receivable_ids else {}


def lost_fen(receivable_id: int) -> int:
    """What of a receivable stands written off and was not taken up again: 0 or negative."""
    rows = Adjustment.objects.filter(receivable_id=receivable_id, kind__in=Adjustment.LOSS)
    return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def lost_among(receivable_ids: Collection[int]) -> set[int]:
    """Those of the receivables of which something stands written off. For ids that the caller may see."""
    rows = Adjustment.objects.filter(receivable_id__in=receivable_ids, kind__in=Adjustment.LOSS).values_list("receivable_id")
    return {pk for pk, fen in rows.annotate(Sum("amount_fen")).order_by() if fen < 0} if receivable_ids else set()


class Owing(Protocol):
    """What the rule needs to know of a receivable: the stored row, or a light copy of it."""

    @property
    def amount_fen(self) -> int: ...
    @property
    def due_on(self) -> dt.date: ...
    @property
    def late_fee_rate(self) -> Decimal | None: ...
    @property
    def reversed_at(self) -> dt.datetime | None: ...


class Cached(Owing, Protocol):
    """One whose mutable columns are to be set."""

    outstanding_fen: int
    late_fee_settled_fen: int
    accrued_exact: Decimal
    accrued_to: dt.date


def accrual_of(
    row: Owing, as_of: dt.date, changes: Sequence[Change], holds: Sequence[Span], reversed_: bool | None = None
) -> Accrual:
    """The pure rule on one stored row; without a clause nothing accrues, nor once it is reversed (by then)."""
    is_reversed = row.reversed_at is not None if reversed_ is None else reversed_
    if row.late_fee_rate is None or is_reversed:
        left = row.amount_fen + sum(change.amount_fen for change in changes if change.on <= as_of)
        return Accrual(Decimal(0), 0, left)
    return accrue(row.amount_fen, row.due_on, as_of, row.late_fee_rate, changes, holds)


def refresh(rows: Iterable[Receivable]) -> None:
    """Recompute the mutable columns of locked receivables from their facts, and save them."""
    rows = list(rows)
    facts = facts_of([row.pk for row in rows])
    for row in rows:
        cache_into(row, facts.changes[row.pk], facts.holds[row.pk], facts.settled[row.pk])
    if rows:
        saved = [
            (row.pk, row.outstanding_fen, row.late_fee_settled_fen, row.accrued_exact, row.accrued_to, row.reversed_at) for row in rows
        ]
        with prepared.cursor() as cursor:
            cursor.execute(_REFRESHED, [list(column) for column in zip(*saved, strict=True)])


def cache_into(row: Cached, changes: list[Change], holds: list[Span], settled: int) -> None:
    """Set the mutable columns of one row from its facts."""
    row.outstanding_fen = row.amount_fen + sum(change.amount_fen for change in changes)
    row.late_fee_settled_fen = settled
    row.accrued_to = max([row.due_on, *(change.on for change in changes)])
    row.accrued_exact = accrual_of(row, row.accrued_to, changes, holds).exact


def late_fee_stopped(held: Iterable[tuple[Receivable, int]], as_of: dt.date) -> dict[int, int]:
    """By hold: the late fee in fen that did not run by ``as_of`` because of it, for (receivable, hold id)."""
    pairs = list(held)
    ids = [row.pk for row, _ in pairs]
    changes = facts_of(ids).changes
    spans: dict[int, list[tuple[int, Span]]] = defaultdict(list)
    for pk, receivable_id, first, last in LateFeeHold.objects.filter(receivable_id__in=ids).values_list("pk", "receivable_id", "starts_on", "ends_on"):
        spans[receivable_id].append((pk, Span(first, last or LATEST)))
    found = {}
    for row, hold_id in pairs:
        fee_due, known = row.amount_fen, changes.get(row.pk, [])
        all_of = [span for _, span in spans[row.pk]]
        others = [span for pk, span in spans[row.pk] if pk != hold_id]
        without, having = (late_fee(accrual_of(row, as_of, known, some).exact, fee_due, row.late_fee_cap) for some in (others, all_of))
        found[hold_id] = without - having
    return found
