"""What a report covers: some communities and the days of a stretch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.money.ledger.public import readable


@dataclass(frozen=True)
class Scope:
    """``first`` and ``last`` are both included; moments are those of China."""

    actor: Actor
    communities: tuple[Community, ...]
    first: dt.date
    last: dt.date
    community_id: int | None = None
    """The one community asked for; None where all that may be read were."""

    @property
    def ids(self) -> list[int]:
        return [place.pk for place in self.communities]

    @property
    def begin(self) -> dt.datetime:
        return dt.datetime.combine(self.first, dt.time.min, CHINA)

    @property
    def end(self) -> dt.datetime:
        return dt.datetime.combine(self.last + DAY, dt.time.min, CHINA)

    def here(self, prefix: str = "") -> Q:
        """Rows of the covered communities."""
        return Q(**{f"{prefix}organisation_id": self.actor.organisation_id, f"{prefix}community_id__in": self.ids})

    def booked_until(self) -> Q:
        return self.here() & Q(booked_at__lt=self.end)

    def booked_within(self) -> Q:
        return self.booked_until() & Q(booked_at__gte=self.begin)


def scope_of(
    actor: Actor, first: dt.date, last: dt.date, community_id: int | None = None, *, permission: Permission = Permission.LEDGER_VIEW
) -> Scope:
    """The communities whose books the actor may read (and for which they also hold ``permission``), or the one named.

    Raises ``NotFound``, ``Forbidden``, and ``Invalid`` where the days are out of order.
    """
    if last < first:
        raise Invalid(field="截止日", reason="早于起始日")
    if community_id is not None:
        actor.require(permission, community_id)
    actor.require_anywhere(permission)
    allowed = actor.communities(permission)
    return Scope(actor, tuple(place for place in readable(actor, community_id) if place.pk in allowed), first, last, community_id)
