"""What the pages of this room share."""

from __future__ import annotations

from django.http import HttpRequest

from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.text import whole_number as number


def place_of(request: HttpRequest, permission: Permission) -> tuple[Community, list[Community]] | None:
    """(the community of the address, else the first; all of theirs); None for who has none. Raises ``NotFound``."""
    actor = actor_of(request)
    places = visible_communities(actor, permission)
    asked = number(request.GET.get("community") or request.POST.get("community"))
    if asked is not None:
        return get_community(actor, asked, permission), places
    return (places[0], places) if places else None
