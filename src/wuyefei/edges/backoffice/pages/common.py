"""What the pages share: who asks, and which place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import whole_number as number


def is_htmx(request: HttpRequest) -> bool:
    """Whether a fragment is asked for; a page restored from history is a whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request


@dataclass(frozen=True)
class Places:
    """The communities a list may show and the one chosen; None shows all of them."""

    all: list[Community]
    chosen: Community | None

    @property
    def several(self) -> bool:
        return len(self.all) > 1

    @property
    def ids(self) -> list[int]:
        return [self.chosen.pk] if self.chosen else [place.pk for place in self.all]


def places_of(request: HttpRequest, permission: Permission) -> Places:
    """The places for a list; raises ``NotFound`` where the query names a community that is not theirs."""
    actor = actor_of(request)
    found = visible_communities(actor, permission)
    asked = request.GET.get("community")
    if not asked:
        return Places(found, None)
    place = next((place for place in found if place.pk == number(asked)), None)
    if place is None:
        raise NotFound()
    return Places(found, place)


def place_for(request: HttpRequest, community_id: int, permission: Permission) -> Community:
    return get_community(actor_of(request), community_id, permission)


def target_place(request: HttpRequest, permission: Permission) -> Community | None:
    """The community that something new is for: the one the address names, the only one there is, or None to ask."""
    places = places_of(request, permission)
    if places.chosen is not None:
        return places.chosen
    return places.all[0] if len(places.all) == 1 else None
