"""The day's steps: drafted from the cases by one statement, adjusted and released by a person, or released by rule.

Every part is its own transaction and does nothing twice: stopped anywhere, it goes on with what is missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.insight.risk.public import Standing
from wuyefei.money.billing.public import LateFeeHold, Receivable
from wuyefei.relations.contacts.public import (
    DISPUTE,
    Channel,
    Contact,
    Facts,
    Purpose,
    Refused,
    Wanted,
    cancel_planned,
    check,
    gather,
    keep_refusal,
    lock_people,
    log_sent,
)
from wuyefei.relations.contacts.public import Step as Asked

from ..models import Case, Step
from ..queries.policies import HOURS, hour_of, versions_of
from ..queries.steps import steps
from ..rules.cadence import ROUTINE, Release
from ..rules.nextstep import SILENT, Kind
from ..rules.policy import TRACK_NAMES, WAYS, policy_for
from .reckoning import hold, reckon

KIND = "followup_steps"
CHUNK = 500
LIVE = (Step.State.DRAFT, Step.State.RELEASED)
AHEAD = dt.timedelta(days=30)
MARGIN = dt.timedelta(minutes=10)
"""A step whose hour has passed is set for so much later than now."""


@dataclass(frozen=True)
class Released:
    """How many steps became planned contacts, and how many the guard turned away."""

    released: int
    refused: int


@transaction.atomic
def draft(community_id: int, today: dt.date) -> int:
    """A step for every case whose day has come and that has none alive, in one statement; returns how many."""
    hold(community_id, alone=True)
    place = Community.objects.get(pk=community_id)
    first, pairs = clock.now() + MARGIN, _by_rule(place)
    facts: dict[str, Any] = {f"h_{way}": max(hour_of(way, today), first) for way in (*HOURS, "other")} | {
        "org": place.organisation_id, "place": place.pk, "today": today, "silent": [kind.value for kind in (*SILENT, Kind.PLANNED)],
        "tracks": [track for track, _code in pairs], "codes": [code for _track, code in pairs],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(DRAFTS, facts)
        return cursor.rowcount


DRAFTS = f"""
INSERT INTO {Step._meta.db_table} (organisation_id, community_id, case_id, person_id, "on", rung, kind, channel, at, rank, why, by_rule, state, code)
SELECT %(org)s, %(place)s, k.id, k.person_id, %(today)s, k.rung, k.next_kind, k.next_channel,
  CASE k.next_channel {" ".join(f"WHEN '{way}' THEN %(h_{way})s::timestamptz" for way in HOURS)} ELSE %(h_other)s::timestamptz END,
  k.next_rank, k.next_why, k.next_channel <> 'visit' AND EXISTS (
    SELECT 1 FROM unnest(%(tracks)s::text[], %(codes)s::text[]) AS held (track, code)
    WHERE held.code = k.rung AND held.track = coalesce(s.track, 'household')), 'draft', ''
FROM {Case._meta.db_table} k LEFT JOIN {Standing._meta.db_table} s ON s.person_id = k.person_id
WHERE k.community_id = %(place)s AND k.closed_on IS NULL AND k.next_on <= %(today)s AND k.next_channel <> '' AND k.next_kind <> ALL(%(silent)s)
  AND EXISTS (SELECT 1 FROM {Receivable._meta.db_table} r WHERE r.payer_id = k.person_id AND r.outstanding_fen > 0 AND r.reversed_at IS NULL
    AND r.due_on < %(today)s)
ORDER BY k.person_id ON CONFLICT DO NOTHING"""
"""Visits always wait for a person: two people have to be found for them."""


def _by_rule(place: Community) -> list[tuple[str, str]]:
    """(track, rung) whose steps the rule releases; routine contacts and promises always."""
    versions, today = versions_of(place.organisation_id), clock.today()
    found = []
    for track in (name for name in TRACK_NAMES if name):
        policy = policy_for(versions, place.pk, track, today)
        codes = [rung.code for rung in policy.rungs if rung.release is Release.RULE]
        found += [(track, code) for code in (*codes, ROUTINE.code)]
    return found


def drop_stale(community_id: int, today: dt.date, *, actor: Actor) -> int:
    """Steps of former days, of cases closed or silenced: they go, and so does what was planned for them. Returns how many."""
    gone = Step.objects.filter(community_id=community_id, state__in=LIVE).filter(
        Q(on__lt=today) | Q(case__closed_on__isnull=False) | Q(case__next_kind__in=[kind.value for kind in SILENT])
    )
    count = 0
    while rows := list(gone.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            hold(community_id)
            count += _drop(_taken(rows, LIVE), "没有办，另排", actor=actor)
    return count


def _taken(ids: Collection[int], states: Sequence[str]) -> list[Step]:
    """These steps locked, after their cases: in the order in which a contact that is being logged takes them."""
    wanted = Step.objects.filter(pk__in=ids, state__in=states)
    list(Case.objects.select_for_update().filter(pk__in=wanted.values("case_id")).order_by("pk").values_list("pk", flat=True))
    return list(wanted.select_for_update(of=("self",)).select_related("case").order_by("pk"))


def held_steps(community_id: int, step_ids: Collection[int]) -> list[Step]:
    """Those of the steps that are released, locked until the caller's transaction ends: for rooms that carry steps out.
    Taken before any lock on a person."""
    hold(community_id)
    return _taken(step_ids, (Step.State.RELEASED,))


def _drop(rows: Sequence[Step], why: str, *, actor: Actor) -> int:
    """The steps are needed no longer; the caller holds them locked."""
    cancel_planned([row.contact_id for row in rows if row.contact_id is not None], why, actor=actor)
    for row in rows:
        row.state, row.settled_by_id, row.settled_at = Step.State.DROPPED, actor.user_id, clock.now()
    Step.objects.bulk_update(rows, ["state", "settled_by", "settled_at"])
    return len(rows)


def release_by_rule(community_id: int, *, actor: Actor) -> Released:
    """Release today's drafts that the policy leaves to the rule, some hundreds at a time."""
    waiting = Step.objects.filter(community_id=community_id, state=Step.State.DRAFT, by_rule=True)
    done = refused = 0
    while ids := list(waiting.order_by("rank", "pk").values_list("pk", flat=True)[:CHUNK]):
        part = _release(community_id, ids, actor=actor)
        done, refused = done + part.released, refused + part.refused
    return Released(done, refused)


def release(step_ids: Collection[int], *, actor: Actor) -> Released:
    """Let the chosen drafts go: each becomes a planned contact, unless the guard turns it away (the step says by which rule)."""
    by_place = _chosen(step_ids, actor)
    done = refused = 0
    for place, ids in sorted(by_place.items()):
        for start in range(0, len(ids), CHUNK):
            part = _release(place, ids[start : start + CHUNK], actor=actor)
            done, refused = done + part.released, refused + part.refused
    return Released(done, refused)


def _chosen(step_ids: Collection[int], actor: Actor) -> dict[int, list[int]]:
    """The steps by place; ``NotFound`` where one is not the actor's, ``Forbidden`` where they do not manage the place."""
    rows = list(steps(actor).filter(pk__in=step_ids).order_by("pk").values_list("community_id", "pk"))
    if not rows or len(rows) != len(set(step_ids)):
        raise NotFound()
    found: dict[int, list[int]] = {}
    for place, pk in rows:
        found.setdefault(place, []).append(pk)
    for place in found:
        actor.require(Permission.FOLLOW_MANAGE, place)
    return found


@transaction.atomic
def _release(community_id: int, ids: Collection[int], *, actor: Actor) -> Released:
    hold(community_id)
    rows = _taken(ids, (Step.State.DRAFT,))
    lock_people(actor, [row.person_id for row in rows])
    people = [row.person_id for row in rows]
    facts = gather(actor.organisation_id, [Wanted(person_id) for person_id in people], clock.now())
    bills = _bills(people)
    let_go: list[tuple[Step, Contact]] = []
    for row in rows:
        contact = _judged(row, facts[row.person_id], bills.get(row.person_id, ()), actor)
        if contact is not None:
            let_go.append((row, contact))
    made = {one.source_ref: one for one in log_sent([contact for _row, contact in let_go])}
    for row, contact in let_go:
        row.contact, row.state = made[contact.source_ref], Step.State.RELEASED
    Step.objects.bulk_update(rows, ["state", "code", "contact", "settled_by", "settled_at"])
    audit.record(actor, "followup.release", Community.objects.get(pk=community_id), community_id=community_id, after={"released": len(let_go), "refused": len(rows) - len(let_go)})
    if people:
        reckon(community_id, clock.today(), people)
    return Released(len(let_go), len(rows) - len(let_go))


def _bills(people: Collection[int]) -> dict[int, list[int]]:
    """The overdue bills of each that are not in dispute today."""
    today = clock.today()
    held = LateFeeHold.objects.filter(receivable_id=OuterRef("pk"), kind=DISPUTE, starts_on__lte=today).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    rows = Receivable.objects.filter(payer_id__in=people, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lt=today)
    found: dict[int, list[int]] = {}
    for payer, pk in rows.exclude(Exists(held)).order_by("pk").values_list("payer_id", "pk"):
        found.setdefault(payer, []).append(pk)
    return found


def _judged(row: Step, facts: Facts, bills: Sequence[int], actor: Actor) -> Contact | None:
    """The planned contact of a step; None where the guard refuses it, with the attempt on record."""
    people = facts.limits.visitors if row.channel == "visit" else 1
    step = Asked(Channel(row.channel), Purpose.REMINDER, row.at, people=people)
    # a bill in dispute silences nobody about the others: the contact is about those
    verdict = check(step, now=clock.now(), facts=replace(facts, dispute_hold=facts.dispute_hold and not bills))
    row.settled_by_id, row.settled_at = actor.user_id, clock.now()
    if isinstance(verdict, Refused):
        row.state, row.code = Step.State.REFUSED, verdict.code
        keep_refusal(step, verdict, actor=actor, community_id=row.community_id, person_id=row.person_id, property_id=row.case.property_id)
        return None
    return Contact(
        organisation_id=row.organisation_id, community_id=row.community_id, person_id=row.person_id, property_id=row.case.property_id,
        direction=Contact.Direction.OUT, state=Contact.State.PLANNED, channel=row.channel, purpose=Purpose.REMINDER.value, at=row.at, people=people,
        receivable_ids=list(bills), source_ref=f"step:{row.pk}", made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def adjust(step_ids: Collection[int], *, channel: str = "", at: dt.datetime | None = None, actor: Actor) -> int:
    """Change the way or the moment of drafts before they go; one that the guard refused may be set anew. Returns how many."""
    by_place = _chosen(step_ids, actor)
    if channel and channel not in WAYS:
        raise Invalid(field="方式", reason="请选一项")
    now = clock.now()
    if at is not None and not now <= at <= now + AHEAD:
        raise Invalid(field="时间", reason="应在现在到 30 天之内")
    for place in sorted(by_place):
        hold(place)
    rows = _taken(step_ids, (Step.State.DRAFT, Step.State.REFUSED))
    for row in rows:
        audit.record(actor, "followup.adjust", row.case, before={"channel": row.channel, "at": row.at}, after={"channel": channel or row.channel, "at": at or row.at})
        row.channel, row.at, row.state, row.code = channel or row.channel, at or row.at, Step.State.DRAFT, ""
    Step.objects.bulk_update(rows, ["channel", "at", "state", "code"])
    return len(rows)


@transaction.atomic
def drop(step_ids: Collection[int], reason: str, *, actor: Actor) -> int:
    """Leave the chosen steps out today; the case comes again with its next step tomorrow. Returns how many."""
    by_place = _chosen(step_ids, actor)
    why = limited(reason, "原因", 200, required=True)
    count = 0
    for place, ids in sorted(by_place.items()):
        hold(place)
        rows = _taken(ids, LIVE)
        count += _drop(rows, why, actor=actor)
        for row in rows:
            audit.record(actor, "followup.drop", row.case, reason=why)
        if rows:
            reckon(place, clock.today(), [row.person_id for row in rows])
    return count
