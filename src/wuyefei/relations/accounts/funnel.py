"""The way to a payment, counted: how many accounts opened, chose, started and paid, by where they came from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Count, F, Max

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock, prepared

from .models import Binding, FunnelStep
from .queries import Owner, Place
from .rules import Entry, Kind, Step


def note_step(owner: Owner, place: Place, entry: Entry, *steps: Step) -> None:
    """Count a step of today, once an account, entry point and day."""
    with prepared.cursor() as cursor:
        for step in steps:
            cursor.execute(_NOTE, [place.organisation_id, place.community_id, owner.account_id, clock.today(), entry.value, step.value])


_NOTE = f"""INSERT INTO {FunnelStep._meta.db_table} (organisation_id, community_id, account_id, "on", entry, step)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""


def funnel(actor: Actor, first: dt.date, last: dt.date, community_id: int | None = None) -> dict[Entry, dict[Step, int]]:
    """Accounts that took each step on the days ``first`` … ``last``, both included, by entry point.

    An account counts once a step and entry point, however many days it came. Raises ``NotFound`` or ``Forbidden``.
    """
    if community_id is not None:
        actor.require(Permission.REPORT_VIEW, community_id)
    places = actor.communities(Permission.REPORT_VIEW) if community_id is None else frozenset({community_id})
    rows = FunnelStep.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=places, on__gte=first, on__lte=last
    )
    found: dict[Entry, dict[Step, int]] = defaultdict(lambda: dict.fromkeys(Step, 0))
    for row in rows.values("entry", "step").annotate(count=Count("account_id", distinct=True)):
        found[Entry(row["entry"])][Step(row["step"])] = row["count"]
    return {entry: found[entry] for entry in Entry if entry in found}


def last_opened(person_ids: Collection[int], until: dt.date) -> dict[int, dt.date]:
    """The last day, not after ``until``, on which each person opened the phone pages themself: by the account that has the
    mobile on their record. For counts only."""
    rows = Binding.objects.filter(
        person_id__in=person_ids, kind=Kind.REGISTERED, ended_at__isnull=True, person__mobile_mark=F("mark")
    ).exclude(mark="").values_list("account_id", "person_id")  # fmt: skip
    steps = FunnelStep.objects.filter(account_id__in=[account for account, _ in rows], step=Step.OPENED, on__lte=until)
    days = dict(steps.values("account_id").annotate(last=Max("on")).values_list("account_id", "last"))
    return {person: days[account] for account, person in rows if account in days}
