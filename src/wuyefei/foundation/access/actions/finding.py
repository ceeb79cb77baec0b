"""Rows of the actor's own organisation, locked for a change; anything else is ``NotFound``."""

from __future__ import annotations

from typing import TypeVar

from wuyefei.foundation.kernel.errors import NotFound

from ..actor import Actor
from ..models import Community, Region, User

Found = TypeVar("Found")


def locked_user(user_id: int, actor: Actor) -> User:
    """A person; service identities are not found."""
    rows = User.objects.select_for_update().filter(organisation_id=actor.organisation_id, service="")
    return _one(rows.filter(pk=user_id).first())


def locked_region(region_id: int, actor: Actor) -> Region:
    rows = Region.objects.select_for_update().filter(organisation_id=actor.organisation_id)
    return _one(rows.filter(pk=region_id).first())


def locked_community(community_id: int, actor: Actor) -> Community:
    rows = Community.objects.select_for_update().filter(organisation_id=actor.organisation_id)
    return _one(rows.filter(pk=community_id).first())


def _one(row: Found | None) -> Found:
    if row is None:
        raise NotFound()
    return row
