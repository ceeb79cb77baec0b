"""What ``verify`` proves of the reserve."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.platform.planning import whole_sets
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded
from wuyefei.money.billing.public import Receivable
from wuyefei.money.ledger.public import Account, control

from .drafting import OPEN, facts_of
from .models import Line, Part, Run, Single
from .rules import Terms


def _latest(organisation_id: int) -> dict[int, Run]:
    """The run that stands, by community."""
    rows = Run.objects.filter(organisation_id=organisation_id, state=Run.State.APPROVED).select_related("entry")
    return {run.community_id: run for run in rows.order_by("decided_at", "pk")}


def balance(organisation_id: int) -> Iterator[Yielded]:
    """1231 is what the latest approved run set aside, 6702.1 the same; nothing else moves them."""
    held = {community_id: run.reserve_fen or 0 for community_id, run in _latest(organisation_id).items()}
    yield from control("reserve.balance", organisation_id, Account.RESERVE, {place: -fen for place, fen in held.items()}, name="坏账准备")
    yield from control("reserve.balance", organisation_id, Account.CREDIT_LOSS, held, name="计提的信用减值损失")


_L, _P, _S, _R, _RUN = (model._meta.db_table for model in (Line, Part, Single, Receivable, Run))
_DIFFERING = f"""
WITH mine AS (SELECT id, as_of, community_id FROM {_RUN} WHERE organisation_id = %(organisation)s AND state = 'approved'),
sums AS (
  SELECT l.run_id, l.bucket, count(*) AS n, sum(l.outstanding_fen) AS fen, sum(round(l.outstanding_fen * p.rate)) AS by_age,
    coalesce(sum(round(l.outstanding_fen * p.rate)) FILTER (WHERE NOT l.single), 0) AS reserve, count(*) FILTER (WHERE r.id IS NULL) AS strayed
  FROM mine m JOIN {_L} l ON l.run_id = m.id JOIN {_P} p ON p.run_id = l.run_id AND p.bucket = l.bucket
    LEFT JOIN {_R} r ON r.id = l.receivable_id AND r.community_id = m.community_id AND r.payer_id = l.payer_id
  GROUP BY 1, 2)
SELECT p.id, p.run_id, coalesce(s.n, 0), p.receivables, coalesce(s.fen, 0), p.outstanding_fen, coalesce(s.reserve, 0), p.reserve_fen,
  (coalesce(s.n, 0), coalesce(s.fen, 0), coalesce(s.by_age, 0), coalesce(s.reserve, 0), coalesce(s.strayed, 0))
    <> (p.receivables::bigint, p.outstanding_fen::numeric, p.by_age_fen::numeric, p.reserve_fen::numeric, 0::bigint) AS wrong
FROM mine m JOIN {_P} p ON p.run_id = m.id LEFT JOIN sums s ON s.run_id = p.run_id AND s.bucket = p.bucket ORDER BY p.id"""
_WHOLE = f"""
SELECT m.id, m.reserve_fen, coalesce((SELECT sum(reserve_fen) FROM {_P} p WHERE p.run_id = m.id), 0)
  + coalesce((SELECT sum(reserve_fen) FROM {_S} s WHERE s.run_id = m.id), 0)
FROM {_RUN} m WHERE m.organisation_id = %(organisation)s AND m.state = 'approved' ORDER BY m.id"""


_ANEW = f"""{OPEN}
SELECT coalesce(a.id, l.receivable_id), coalesce(l.outstanding_fen, 0), coalesce(a.fen, 0)
FROM lines a FULL JOIN (SELECT * FROM {_L} WHERE run_id = %(run)s) l ON l.receivable_id = a.id
WHERE (l.payer_id, l.bucket, l.single, l.outstanding_fen, l.reserve_fen) IS DISTINCT FROM (a.payer_id, a.bucket, a.single, a.fen, a.reserve)
ORDER BY 1"""


def recomputed(organisation_id: int) -> Iterator[Yielded]:
    """The lines of the run that stands are what its receivables, and all that was booked on them since, say anew of its day."""
    for run in _latest(organisation_id).values():
        parts = {part.age: part for part in run.parts.all()}
        yield Examined(sum(part.receivables for part in parts.values()))
        terms = Terms({bucket: part.rate for bucket, part in parts.items()}, run.large_fen)
        with whole_sets(), connection.cursor() as cursor:
            cursor.execute(_ANEW, facts_of(run.community_id, run.as_of, terms) | {"run": run.pk})
            for receivable_id, has, should in cursor.fetchall():
                what = Phrase("{quarter} 计提的明细欠 {has}，按账上重算当时欠 {should}，或账龄、大额、计提不同", quarter=str(run.quarter), has=yuan(has), should=yuan(should))
                yield Finding("reserve.recomputed", "billing_receivable", receivable_id, what)


def lines(organisation_id: int) -> Iterator[Yielded]:
    """The parts of every approved run are its lines added up anew at their rates, and its reserve is its parts and singles."""
    with whole_sets(), connection.cursor() as cursor:
        cursor.execute(_DIFFERING, {"organisation": organisation_id})
        parts = cursor.fetchall()
        cursor.execute(_WHOLE, {"organisation": organisation_id})
        wholes = cursor.fetchall()
    for part_id, _run_id, count, receivables, fen, outstanding, reserve, kept, wrong in parts:
        yield Examined(int(count) + 1)
        if wrong:
            what = Phrase("明细 {count} 笔 {fen}、计提 {reserve}，账龄段记 {receivables} 笔 {outstanding}、计提 {kept}", count=count, fen=yuan(int(fen)),
                          reserve=yuan(int(reserve)), receivables=receivables, outstanding=yuan(outstanding), kept=yuan(kept))  # fmt: skip
            yield Finding("reserve.lines", "reserve_part", part_id, what)
    for run_id, reserve, should in wholes:
        yield Examined(1)
        if int(reserve) != int(should):
            yield Finding("reserve.lines", "reserve_run", run_id, Phrase("准备 {reserve}，明细合计 {should}", reserve=yuan(int(reserve)), should=yuan(int(should))))


