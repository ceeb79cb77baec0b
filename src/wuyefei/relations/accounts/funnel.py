"""The way to a payment, counted: how many accounts opened, chose, started and paid, by where they came from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db.models import Count

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock

from .models import FunnelStep
from .queries import Owner, Place
from .rules import Entry, Step


def note_step(owner: Owner, place: Place, entry: Entry, *steps: Step) -> None:
    """Count a step of today, once an account, entry point and day."""
    FunnelStep.objects.bulk_create(
        [
            FunnelStep(
                organisation_id=place.organisation_id, community_id=place.community_id, account_id=owner.account_id,
                on=clock.today(), entry=entry, step=step,
            )
            for step in steps
        ],
        ignore_conflicts=True,
    )  # fmt: skip


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
