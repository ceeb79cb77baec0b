"""Saved views an actor may open."""

from __future__ import annotations

from django.db.models import Q

from wuyefei.estate.properties.public import buildings, entrances, properties
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.rules import Permission

from ..models import SavedView


def views(actor: Actor) -> list[SavedView]:
    """One's own, and the shared ones of the organisation that lie in one's places, in the order of their making."""
    mine = Q(owner_id=actor.user_id) | Q(shared=True)
    rows = SavedView.objects.filter(mine, organisation_id=actor.organisation_id).order_by("id")
    return [row for row in rows if row.owner_id == actor.user_id or _within(actor, row.query)]


def _within(actor: Actor, query: dict[str, str]) -> bool:
    """Whether every place that a view names is one of the actor's."""
    places = visible_communities(actor, Permission.BILLING_VIEW)
    known = {
        "community": {str(place.pk) for place in places},
        "region": {str(place.region_id) for place in places},
    }
    if any(name in query and query[name] not in ids for name, ids in known.items()):
        return False
    rows = {"building": buildings(actor), "entrance": entrances(actor), "home": properties(actor)}
    return all(found.filter(pk=int(query[name])).exists() for name, found in rows.items() if name in query)
