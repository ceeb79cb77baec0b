"""What ``verify`` proves of the reserve."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.platform.planning import whole_sets
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded
from wuyefei.money.billing.public import Receivable
from wuyefei.money.ledger.public import Account, Leg

from .models import Line, Part, Run, Single

_uses: set[str] = set()


def register_use(kind: str) -> None:
    """Called by a room above for a kind of entry that moves 1231 besides runs: a write-off, a recovery."""
    _uses.add(kind)


def balance(organisation_id: int) -> Iterator[Yielded]:
    """1231 is what the latest approved run set aside and the registered kinds have moved since; nothing else moves it."""
    latest: dict[int, Run] = {}
    for run in Run.objects.filter(organisation_id=organisation_id, state=Run.State.APPROVED).order_by("decided_at", "pk"):
        yield Examined(1)
        latest[run.community_id] = run
        booked = run.entry.legs.filter(account=Account.RESERVE.value).aggregate(fen=Sum("amount_fen", default=0))["fen"] if run.entry else 0
        if -int(booked) != run.difference_fen:
            what = Phrase("入账 {booked}，应有 {reserve} 减账面 {standing}", booked=yuan(-int(booked)), reserve=yuan(run.reserve_fen or 0), standing=yuan(run.standing_fen or 0))
            yield Finding("reserve.balance", "reserve_run", run.pk, what)
    legs = Leg.objects.filter(entry__organisation_id=organisation_id, account=Account.RESERVE.value).order_by("entry_id")
    held: dict[int, int] = {}
    used: dict[int, int] = {}
    for community_id, kind, at, fen in legs.values_list("community_id", "entry__kind", "entry__booked_at", "amount_fen"):
        held[community_id] = held.get(community_id, 0) - fen
        run_or_none = latest.get(community_id)
        if kind in _uses and (run_or_none is None or run_or_none.decided_at is None or at > run_or_none.decided_at):
            used[community_id] = used.get(community_id, 0) - fen
    for community_id in sorted({*held, *latest}):
        yield Examined(1)
        run_or_none = latest.get(community_id)
        should = (run_or_none.reserve_fen or 0 if run_or_none else 0) + used.get(community_id, 0)
        if held.get(community_id, 0) != should:
            what = Phrase("1231 余额 {has}，最近一次计提与之后核销应为 {should}", has=yuan(held.get(community_id, 0)), should=yuan(should))
            yield Finding("reserve.balance", "access_community", community_id, what)


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


