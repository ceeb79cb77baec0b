"""The limits of plans: which hold now, who set them and what they were before."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import PlanLimits
from .rules.limits import DEFAULTS, Limits, check_limits, of_plain, to_plain

SHOWN = 20


def limits_of(organisation_id: int) -> Limits:
    """The limits in force; the defaults where a firm has set none."""
    row = PlanLimits.objects.filter(organisation_id=organisation_id).order_by("-id").first()
    return of_plain(row.values) if row else DEFAULTS


def history_of(actor: Actor) -> list[tuple[PlanLimits, Limits]]:
    """What the actor's firm has set, the latest first."""
    rows = PlanLimits.objects.filter(organisation_id=actor.organisation_id).select_related("made_by").order_by("-id")[:SHOWN]
    return [(row, of_plain(row.values)) for row in rows]


@transaction.atomic
def save_limits(limits: Limits, reason: str, *, actor: Actor) -> PlanLimits:
    """From now on plans of the whole firm are granted within these; those already asked for stay as they are. Raises
    ``Invalid`` outside the bounds that ``rules`` state."""
    actor.require_wide(Permission.CONCESSION_EDIT)
    check_limits(limits)
    before, after = to_plain(limits_of(actor.organisation_id)), to_plain(limits)
    row = PlanLimits.objects.create(
        organisation_id=actor.organisation_id, values=after, reason=limited(reason, "原因", 200, required=True),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "concessions.limits", row, before=before, after=after, reason=reason)
    return row
