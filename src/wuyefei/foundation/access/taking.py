"""Lists that leave the system as files: from which places they may be taken, and that they were is on record."""

from __future__ import annotations

from wuyefei.foundation.platform import audit

from .actor import Actor, visible_communities
from .rules import Permission


def exporting(actor: Actor, action: str, seen_by: Permission, community_id: int | None = None) -> frozenset[int]:
    """The communities whose rows may be taken out, of all or of the one chosen: those in which the actor holds ``seen_by``, by which the
    list is seen, and may export. For each it is on record as ``action`` who took them. Raises ``Forbidden`` where the actor sees none."""
    actor.require_anywhere(seen_by)
    allowed = actor.communities(Permission.EXPORT)
    taken = [place for place in visible_communities(actor, seen_by) if place.pk in allowed and community_id in (None, place.pk)]
    for place in taken:
        audit.record(actor, action, place, community_id=place.pk)
    return frozenset(place.pk for place in taken)
