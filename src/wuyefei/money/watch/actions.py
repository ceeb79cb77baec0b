"""Look at a week, and close an alert."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .gathering import Told, gather, span_of
from .models import Alert
from .queries import get_alert
from .rules import CLOSE_WITHIN, WEEK, WINDOWS, Closed, NotOver, alerts, monday_of
from .rules import Alert as Found

ROUND = "wuyefei.watch"
SHOWN = 60
"""So many deeds stand in an alert as evidence, the latest."""


@transaction.atomic
def look(day: dt.date, *, actor: Actor) -> list[Alert]:
    """Look at the week that ``day`` lies in, at every desk of the firm the actor may work on. A person's week has one alert: looked at
    again, only what is new is added. Raises ``NotOver``."""
    actor.require_anywhere(Permission.CONTROL_WORK)
    monday = monday_of(day)
    if monday + WEEK > clock.today():
        raise NotOver(monday=monday)
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    counts, told = gather(span_of(actor.organisation_id, monday))
    places = {place.pk: place for place in Community.objects.filter(pk__in=actor.communities(Permission.CONTROL_WORK))}
    there = set(Alert.objects.filter(organisation_id=actor.organisation_id, week=monday).values_list("community_id", "concerns_id"))
    found = [one for one in alerts(counts, monday) if one.who[0] in places and one.who not in there]
    return [_open(one, told, places[one.who[0]], actor) for one in found]


def _open(found: Found, told: list[Told], place: Community, actor: Actor) -> Alert:
    first = found.week - (max(WINDOWS) - 1) * WEEK
    mine = [one for one in told if one.deed.who == found.who and first <= one.deed.at.date() < found.week + WEEK]
    mine.sort(key=lambda one: (one.deed.at, one.row_id), reverse=True)
    row = Alert.objects.create(
        organisation_id=actor.organisation_id, community=place, concerns_id=found.who[1], week=found.week, score=str(found.score),
        signs=[{"sign": one.sign, "weeks": one.weeks, "count": one.count, "usual": round(one.expected, 1), "likely": round(one.likelihood, 6)}
               for one in found.signs],
        evidence=[{"sign": one.deed.sign, "at": one.deed.at.isoformat(), "fen": one.deed.fen, "table": one.table, "row": one.row_id, "text": one.text}
                  for one in mine[:SHOWN]],
        opened_at=clock.now(), due_at=clock.now() + CLOSE_WITHIN,
    )  # fmt: skip
    audit.record(actor, "watch.alert", row, after={"week": found.week, "score": str(found.score), "signs": [one.sign for one in found.signs]})
    return row


def make_round(organisation_id: int | None) -> int:
    """Each Monday: the week before, of every firm."""
    rows = Organisation.objects.order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(pk=organisation_id)
    week = monday_of(clock.today()) - WEEK
    return sum(len(look(week, actor=service_actor(firm.pk, SYSTEM))) for firm in rows)


@transaction.atomic
def close(alert_id: int, verdict: str, finding: str, *, actor: Actor) -> Alert:
    """Say what an alert came to. Raises ``NotFound`` for whom it concerns, ``Closed``, ``Invalid`` for an unknown verdict or no finding."""
    found = get_alert(actor, alert_id)
    actor.require(Permission.CONTROL_WORK, found.community_id)
    row = Alert.objects.select_for_update(of=("self",)).select_related("concerns").get(pk=found.pk)
    if row.closed_at is not None:
        raise Closed()
    if verdict not in Alert.Verdict.values:
        raise Invalid(field="结论", reason="请选一个结论")
    row.verdict, row.finding = verdict, limited(finding, "查到什么", 400, required=True)
    row.closed_by_id, row.closed_at = actor.user_id, clock.now()
    row.save(update_fields=["verdict", "finding", "closed_by", "closed_at"])
    audit.record(actor, "watch.close", row, after={"verdict": verdict}, reason=row.finding)
    return row
