"""Looking at every minimum once a night, and answering for a miss."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from wuyefei.collection.followup.public import MINIMUMS, Case
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import Answer, Miss, Watched
from .queries import Judged, get_miss, held, judge
from .rules import EXPLAINED, escalates_on, why

KIND = "watch_minimums"
LOCK = 0x77790027
REASON = 200
MOVES = ["grade", "least", "days", "done", "allowed", "refused", "why", "seen_on", "escalated_on", "answered_on"]


class MissSettled(DomainError):
    code = "miss_settled"
    message = "这一户不用再说明：{state}。"


def watch_all(organisation_id: int | None) -> int:
    """Every community; returns how many cases lack a contact. For the clock, after the cases have been worked out."""
    places = Community.objects.order_by("pk")
    if organisation_id is not None:
        places = places.filter(organisation_id=organisation_id)
    return sum(watch(place, clock.today()) for place in places)


def watch_now(community_id: int, *, actor: Actor) -> int:
    """Look at a place by hand; returns how many cases lack a contact."""
    place = get_community(actor, community_id, Permission.FOLLOW_MANAGE)
    with transaction.atomic():
        count = watch(place, clock.today())
        audit.record(actor, "minimums.run", place, community_id=place.pk, after={"misses": count})
    return count


@transaction.atomic
def watch(place: Community, today: dt.date) -> int:
    """Judge every open case of a place by the days up to yesterday; returns how many open misses there are. Twice on a day
    changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, place.pk % 2**31])
    grades = [grade.value for grade in MINIMUMS]
    cases = list(Case.objects.filter(community=place, closed_on__isnull=True, grade__in=grades).order_by("pk"))
    since = _since(place, cases, today)
    judged = {one.case.pk: one for one in judge(place.organisation_id, cases, today - DAY)}
    open_ones = {row.case_id: row for row in Miss.objects.select_for_update().filter(community=place, closed_on__isnull=True)}
    count = 0
    for case in cases:
        known = open_ones.pop(case.pk, None)
        due = held(case) or (today - since[case.pk]).days >= judged[case.pk].seen.days
        if due and why(judged[case.pk].seen) is not None:
            _keep(known, judged[case.pk], today)
            count += 1
        elif known is not None:
            _close(known, Miss.Ending.MET if due else Miss.Ending.ANEW, today)
    closed = set(Case.objects.filter(pk__in=open_ones, closed_on__isnull=False).values_list("pk", flat=True))
    for case_id, row in open_ones.items():
        _close(row, Miss.Ending.CLOSED if case_id in closed else Miss.Ending.ANEW, today)
    return count


def _since(place: Community, cases: list[Case], today: dt.date) -> dict[int, dt.date]:
    """By case, from when its minimum is asked for: where a place is looked at for the first time, since the case was
    opened; else since the day on which it came to its grade, or on which it was last held."""
    known = {row.case_id: row for row in Watched.objects.filter(community=place)}
    first = not known
    fresh, changed = [], []
    for case in cases:
        row = known.get(case.pk)
        if row is None:
            since = case.opened_on if first and not held(case) else today
            row = Watched(organisation_id=place.organisation_id, community=place, case=case, grade=case.grade, since=since)
            known[case.pk] = row
            fresh.append(row)
        elif row.grade != case.grade or (held(case) and row.since != today):
            row.grade, row.since = case.grade, today
            changed.append(row)
    Watched.objects.bulk_create(fresh, batch_size=1000)
    Watched.objects.bulk_update(changed, ["grade", "since"], batch_size=1000)
    return {case.pk: known[case.pk].since for case in cases}


def _keep(row: Miss | None, found: Judged, today: dt.date) -> None:
    """Write down what was seen today, and let the manager be asked where it has stood too long."""
    case, seen, reason = found.case, found.seen, why(found.seen)
    assert reason is not None
    if row is None:
        row = Miss(organisation_id=case.organisation_id, community_id=case.community_id, case=case, first_on=today)
    elif row.why in EXPLAINED and reason not in EXPLAINED:
        _close(row, Miss.Ending.ANEW, today)
        row = Miss(organisation_id=case.organisation_id, community_id=case.community_id, case=case, first_on=today)
    row.grade, row.least, row.days, row.done, row.allowed = case.grade, seen.least, seen.days, seen.done, seen.allowed
    row.refused, row.why, row.seen_on = seen.refused, reason.value, today
    if reason in EXPLAINED:
        row.escalated_on = None
    elif row.escalated_on is None and escalates_on(row.first_on, row.answered_on) <= today:
        row.escalated_on = today
    row.save(update_fields=None if row.pk is None else MOVES)


def _close(row: Miss, ending: str, today: dt.date) -> None:
    row.closed_on, row.ending = today, ending
    row.save(update_fields=["closed_on", "ending"])


@transaction.atomic
def answer(miss_id: int, reason: str, *, actor: Actor) -> Answer:
    """Say why the minimum was missed. What has gone to the manager is answered by the manager alone; an answer is enough
    for ``ANSWER_HOLDS`` days. Raises ``MissSettled`` where nobody has to answer."""
    found = get_miss(actor, miss_id)
    row = Miss.objects.select_for_update().get(pk=found.pk)
    actor.require(Permission.FOLLOW_MANAGE if row.escalated_on else Permission.FOLLOW_WORK, row.community_id)
    if row.closed_on is not None:
        raise MissSettled(state=Miss.Ending(row.ending).label)
    if row.why in EXPLAINED:
        raise MissSettled(state=row.get_why_display())
    made = Answer.objects.create(miss=row, reason=limited(reason, "原因", REASON, required=True), made_by_id=actor.user_id, made_at=clock.now())
    row.answered_on, row.escalated_on = clock.today(), None
    row.save(update_fields=["answered_on", "escalated_on"])
    audit.record(actor, "minimums.answer", row, community_id=row.community_id, reason=made.reason)
    return made
