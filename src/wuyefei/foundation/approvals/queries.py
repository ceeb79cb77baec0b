"""Scoped reads of requests."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission

from .models import Request


def requests(actor: Actor) -> QuerySet[Request]:
    """The requests of the actor's places that concern them: their own, those they may decide on, and all where they
    may see the audit trail. A request tells of persons and sums: no other right opens it."""
    concerned = Q(maker_id=actor.user_id) | _decidable(actor) | Q(community_id__in=actor.communities(Permission.AUDIT_VIEW))
    rows = Request.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.seen)
    return rows.filter(concerned).select_related("maker", "community", "decision__person")


def _decidable(actor: Actor) -> Q:
    held: dict[frozenset[int], list[str]] = {}
    for permission in Permission:
        if places := actor.communities(permission):
            held.setdefault(places, []).append(permission.value)
    found = Q(pk__in=[])
    for places, permissions in held.items():
        found |= Q(permission__in=permissions, community_id__in=places)
    return found


def may_decide(actor: Actor) -> Q:
    """Open requests of others on which the actor holds the right to decide."""
    return _decidable(actor) & Q(state=Request.State.OPEN) & ~Q(maker_id=actor.user_id)


def open_request(actor: Actor, kind: str, subject_id: int) -> Request | None:
    """The request about a subject that waits, in the actor's organisation. For callers that have checked the subject's
    place: whoever sees the subject sees that something is asked of it."""
    rows = Request.objects.filter(organisation_id=actor.organisation_id, kind=kind, subject_id=subject_id)
    return rows.filter(state=Request.State.OPEN).select_related("maker").first()


def waiting(actor: Actor) -> int:
    """How many requests wait for the actor: as many as ``may_decide`` finds. Stands on every page, so it is asked for in few
    words and the rights are compared here."""
    rows = Request.objects.filter(organisation_id=actor.organisation_id, state=Request.State.OPEN).exclude(maker_id=actor.user_id)
    held = {permission.value: actor.communities(permission) for permission in Permission}
    counted = rows.order_by().values_list("permission", "community_id").annotate(Count("pk"))
    return sum(count for permission, place, count in counted if place in held.get(permission, ()))
