"""How many of the homes that a housekeeper keeps were visited of late (product row A7)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from wuyefei.estate.properties.public import properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.relations.contacts.public import Channel, contacts

MONTHS = 12
HOMES = ("residential", "shop", "office")
"""Kinds of property at whose door one can ring."""


@dataclass(frozen=True, slots=True)
class Visited:
    """``visited`` of ``homes`` in the last twelve months; a home counts once however often."""

    homes: int = 0
    visited: int = 0

    @property
    def percent(self) -> Decimal | None:
        """With one decimal; None where there is no home."""
        return (Decimal(self.visited) * 100 / self.homes).quantize(Decimal("0.1"), ROUND_HALF_UP) if self.homes else None

    def __add__(self, other: Visited) -> Visited:
        return Visited(self.homes + other.homes, self.visited + other.visited)


def since(today: dt.date) -> dt.date:
    """The same day a year ago; 28 February for the 29th."""
    return dt.date(today.year - 1, today.month, min(today.day, 28) if today.month == 2 else today.day)


def by_building(actor: Actor, community_id: int, today: dt.date) -> dict[int, Visited]:
    """By building of a community whose contact log the actor may see, else nothing. Every visit passes the log: those of a
    route, and those written down by hand."""
    if community_id not in actor.communities(Permission.CONTACT_VIEW):
        return {}
    begins = dt.datetime.combine(since(today), dt.time(), CHINA)
    seen = contacts(actor).filter(community_id=community_id, channel=Channel.VISIT.value, state="done", at__gte=begins, property__isnull=False)
    rung: Collection[int] = set(seen.values_list("property_id", flat=True))
    found: dict[int, Visited] = defaultdict(Visited)
    homes = properties(actor).filter(community_id=community_id, ended_on__isnull=True, kind__in=HOMES, building__isnull=False)
    for home_id, building_id in homes.values_list("pk", "building_id"):
        found[building_id or 0] += Visited(1, int(home_id in rung))
    return dict(found)


def by_keeper(buildings: Collection[tuple[int, str]], visited: dict[int, Visited]) -> list[tuple[str, Visited]]:
    """Summed over the buildings of each housekeeper, given as (building, name); those without one are left out."""
    found: dict[str, Visited] = defaultdict(Visited)
    for building_id, name in buildings:
        if name:
            found[name] += visited.get(building_id, Visited())
    return sorted(found.items())
