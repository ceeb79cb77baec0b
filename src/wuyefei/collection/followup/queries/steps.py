"""Scoped reads of drafted steps."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission

from ..models import Step

ORDER = ["rank", "-case__owed_fen", "-id"]


def steps(actor: Actor) -> QuerySet[Step]:
    """The steps of the communities whose follow-up the actor may see."""
    return Step.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))


def by_state(rows: QuerySet[Step]) -> dict[str, int]:
    """How many in each state."""
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))
