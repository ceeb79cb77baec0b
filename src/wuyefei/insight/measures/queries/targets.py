"""Targets as set, and the one that holds for a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from ..models import Target
from ..rules import Figures, Goal, Period, default_target, goal_for, weighted


def targets(actor: Actor) -> QuerySet[Target]:
    """The targets of the places whose reports the actor sees, and those set for all."""
    return Target.objects.filter(
        Q(community_id__in=actor.communities(Permission.REPORT_VIEW)) | Q(community__isnull=True),
        organisation_id=actor.organisation_id,
    )


def get_target(actor: Actor, target_id: int) -> Target:
    row = targets(actor).filter(pk=target_id).first()
    if row is None:
        raise NotFound()
    return row


class Goals:
    """The targets of an organisation, read once for a page."""

    def __init__(self, actor: Actor) -> None:
        rows = targets(actor).values_list("community_id", "first", "months", "rate")
        self._goals = [Goal(*row) for row in rows]

    def of(self, community_id: int, period: Period, kind: str = "") -> Decimal:
        """The target of a community: as set, else the mean of the property kind and three points."""
        found = goal_for(self._goals, community_id, period)
        return default_target(kind) if found is None else found

    def over(self, figures: Mapping[int, Figures], period: Period, kind: str = "") -> Decimal:
        """One target for several communities, each by what is due there."""
        return weighted(((self.of(pk, period, kind), found.due_fen) for pk, found in figures.items()), kind)

    def plain(self, community_ids: Iterable[int], period: Period) -> Decimal:
        """One target for several communities, each counting the same: for periods of which no figures are at hand."""
        return weighted((self.of(pk, period), 1) for pk in community_ids)
