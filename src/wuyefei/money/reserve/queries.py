"""Scoped reads: runs, their lines, the rates of a day, and what became of what an earlier run expected to lose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform.planning import whole_sets
from wuyefei.money.billing.public import Adjustment
from wuyefei.money.ledger.public import Account, Leg, readable
from wuyefei.money.payments.public import Allocation

from .models import Line, Part, Rates, Run, Single
from .rules import DEFAULT_TERMS, FOLLOWED, RATED, Bucket, Held, Quarter, Terms


def runs(actor: Actor) -> QuerySet[Run]:
    """The runs of the communities whose books the actor may read."""
    return Run.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEDGER_VIEW)
    ).select_related("community")


def get_run(actor: Actor, run_id: int) -> Run:
    """Raises ``NotFound`` for one of elsewhere."""
    run = runs(actor).select_related("made_by", "asked_by", "decided_by", "rates").filter(pk=run_id).first()
    if run is None:
        raise NotFound()
    return run


def lines_of(actor: Actor, run_id: int) -> QuerySet[Line]:
    """The lines of a run the actor may see."""
    return Line.objects.filter(run_id=get_run(actor, run_id).pk).select_related("receivable__property", "receivable__item", "payer")


def singles_of(actor: Actor, run_id: int) -> QuerySet[Single]:
    """The large debts of a run, the largest first."""
    return Single.objects.filter(run_id=get_run(actor, run_id).pk).select_related("payer", "assessed_by").order_by("-outstanding_fen", "pk")


def approved_quarter(community_id: int) -> Quarter | None:
    """The latest quarter approved in a community the caller has checked."""
    row = Run.objects.filter(community_id=community_id, state=Run.State.APPROVED).order_by("-as_of").first()
    return row.quarter if row else None


def rates_on(organisation_id: int, day: dt.date) -> Rates | None:
    """The version in force on a day; None where the firm has set none by then."""
    rows = Rates.objects.filter(organisation_id=organisation_id, effective_from__lte=day)
    return rows.order_by("-effective_from", "-pk").first()


def versions(actor: Actor) -> QuerySet[Rates]:
    """The firm's rates, the latest first."""
    actor.require_anywhere(Permission.LEDGER_VIEW)
    return Rates.objects.filter(organisation_id=actor.organisation_id).select_related("set_by").order_by("-effective_from", "-pk")


def terms_of(version: Rates | None) -> Terms:
    """The figures of a version, or the default."""
    if version is None:
        return DEFAULT_TERMS
    return Terms({bucket: getattr(version, bucket.name.lower()) for bucket in RATED}, version.large_fen)


def standing_balance(community_id: int) -> int:
    """What 1231 holds in a community the caller has checked, in its own sense (a credit is positive), in fen."""
    return -int(Leg.objects.filter(community_id=community_id, account=Account.RESERVE.value).aggregate(fen=Sum("amount_fen", default=0))["fen"])


@dataclass(frozen=True)
class Row:
    """A community in a quarter: its latest run that was not given up, if any, and what 1231 holds now."""

    community: Community
    run: Run | None
    parts: dict[Bucket, Part]
    single_fen: int
    assessed: bool
    standing_fen: int

    @property
    def reserve_fen(self) -> int | None:
        """By age and singly; None without a run, or while a large debt waits to be assessed."""
        if self.run is None or not self.assessed:
            return None
        return sum(part.reserve_fen for part in self.parts.values()) + self.single_fen


def board(actor: Actor, quarter: Quarter, community_id: int | None = None) -> list[Row]:
    """Every community whose books the actor may read, by pinyin."""
    covered = readable(actor, community_id)
    ids = [place.pk for place in covered]
    found: dict[int, Run] = {}
    rows = runs(actor).filter(community_id__in=ids, as_of=quarter.last).exclude(state=Run.State.DISCARDED)
    for run in rows.prefetch_related(Prefetch("parts", Part.objects.order_by("bucket")), "singles").order_by("pk"):
        found[run.community_id] = run
    held = Leg.objects.filter(community_id__in=ids, account=Account.RESERVE.value).values_list("community_id").annotate(fen=Sum("amount_fen"))
    standing = {place: -int(fen) for place, fen in held}
    return [_row(place, found.get(place.pk), standing.get(place.pk, 0)) for place in covered]


def _row(place: Community, run: Run | None, standing_fen: int) -> Row:
    singles = list(run.singles.all()) if run else []
    parts = {part.age: part for part in run.parts.all()} if run else {}
    assessed = all(single.reserve_fen is not None for single in singles)
    return Row(place, run, parts, sum(single.reserve_fen or 0 for single in singles), assessed, standing_fen)


def followed(actor: Actor, quarter: Quarter, community_ids: Collection[int] | None = None) -> list[Held]:
    """What the approved runs of a quarter expected to lose, by age, beside what came in over the following quarters."""
    covered = set(actor.communities(Permission.LEDGER_VIEW)) & set(community_ids if community_ids is not None else actor.seen)
    latest: dict[int, Run] = {}
    for run in runs(actor).filter(community_id__in=covered, as_of=quarter.last, state=Run.State.APPROVED).order_by("pk"):
        latest[run.community_id] = run
    ids = [run.pk for run in latest.values()]
    paid, lowered, lost = _came_of(ids, quarter)
    held = []
    for bucket in RATED:
        rows = list(Part.objects.filter(run_id__in=ids, bucket=bucket.value))
        outstanding, expected = sum(row.outstanding_fen for row in rows), sum(row.by_age_fen for row in rows)
        rate = max((row.rate for row in rows), default=DEFAULT_TERMS.rate(bucket))
        collected = tuple(paid.get((bucket.value, number), 0) for number in range(1, FOLLOWED + 1))
        held.append(Held(bucket, rate, outstanding, expected, collected, lowered.get(bucket.value, 0), lost.get(bucket.value, 0)))
    return held


_PAID = f"""
SELECT l.bucket, (extract(year FROM d.at) * 4 + extract(quarter FROM d.at) - 1)::int - %(index)s, sum(a.amount_fen)
FROM {Line._meta.db_table} l JOIN {Allocation._meta.db_table} a ON a.receivable_id = l.receivable_id AND a.part = 'principal' AND a.booked_at >= %(after)s,
  LATERAL (SELECT a.booked_at AT TIME ZONE 'Asia/Shanghai' AS at) d
WHERE l.run_id = ANY(%(runs)s) GROUP BY 1, 2"""
_LOWERED = f"""
SELECT l.bucket, -coalesce(sum(j.amount_fen) FILTER (WHERE NOT j.kind = ANY(%(losses)s)), 0),
  -coalesce(sum(j.amount_fen) FILTER (WHERE j.kind = ANY(%(losses)s)), 0) FROM {Line._meta.db_table} l JOIN {Adjustment._meta.db_table} j
  ON j.receivable_id = l.receivable_id AND j.booked_at >= %(after)s WHERE l.run_id = ANY(%(runs)s) GROUP BY 1"""


def _came_of(run_ids: list[int], quarter: Quarter) -> tuple[dict[tuple[int, int], int], dict[int, int], dict[int, int]]:
    """By bucket and quarter since, what was settled; by bucket, what turned out not to be owed, and what was written off."""
    facts: dict[str, Any] = {"runs": run_ids, "losses": [str(kind) for kind in Adjustment.LOSS], "index": quarter.index, "after": dt.datetime.combine(quarter.last + DAY, dt.time(), CHINA)}
    with whole_sets(), connection.cursor() as cursor:
        cursor.execute(_PAID, facts)
        paid = {(int(bucket), int(number)): int(fen) for bucket, number, fen in cursor.fetchall()}
        cursor.execute(_LOWERED, facts)
        rows = cursor.fetchall()
    return paid, {int(bucket): int(fen) for bucket, fen, _lost in rows}, {int(bucket): int(fen) for bucket, _fen, fen in rows}
