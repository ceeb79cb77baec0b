"""Scoped reads of requests."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission

from .models import Delegation, Request
from .rights import Rights, loans_of, rights_of


def requests(actor: Actor) -> QuerySet[Request]:
    """The requests of the actor's places that concern them: their own, those they hold the right to decide
    on, by themselves or lent, and all where they may see the audit trail. A request tells of persons and sums: no other right opens it."""
    concerned = Q(maker_id=actor.user_id) | _held(actor) | _lent(actor) | Q(community_id__in=actor.communities(Permission.AUDIT_VIEW))
    rows = Request.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.seen)
    return rows.filter(concerned).select_related("maker", "community", "decision__person", "decision__behalf")


def _held(actor: Actor) -> Q:
    return _places({permission: actor.communities(permission) for permission in Permission})


def _places(rights: dict[Permission, frozenset[int]]) -> Q:
    by_places: dict[frozenset[int], list[str]] = {}
    for permission, places in rights.items():
        if places:
            by_places.setdefault(places, []).append(permission.value)
    found = Q(pk__in=[])
    for places, permissions in by_places.items():
        found |= Q(permission__in=permissions, community_id__in=places)
    return found


def _lent(actor: Actor) -> Q:
    """What colleagues have lent for today, and what was decided in their name."""
    found = Q(decision__person_id=actor.user_id)
    for loan in loans_of(actor):
        found |= _places({p: frozenset(pk for pk in loan.giver.communities(p) if loan.reaches(actor, p, pk)) for p in Permission})
    return found


def open_rows(actor: Actor) -> QuerySet[Request]:
    """Every open request of the actor's places, oldest first. For callers that judge each by ``Rights``."""
    rows = Request.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.seen, state=Request.State.OPEN)
    return rows.select_related("maker", "community").order_by("id")


def deciding(actor: Actor, rights: Rights | None = None) -> list[Request]:
    """The requests on which the actor may decide at this moment, oldest first: in their right, within their limit."""
    found = list(open_rows(actor).exclude(maker_id=actor.user_id))
    if not found:
        return []
    rights = rights or rights_of(actor)
    return [row for row in found if rights.may(row)]


def may_decide(actor: Actor) -> Q:
    """Open requests of others on which the actor may decide."""
    return Q(pk__in=[row.pk for row in deciding(actor)])


def open_request(actor: Actor, kind: str, subject_id: int) -> Request | None:
    """The request about a subject that waits, in the actor's organisation. For callers that have checked the subject's
    place: whoever sees the subject sees that something is asked of it."""
    rows = Request.objects.filter(organisation_id=actor.organisation_id, kind=kind, subject_id=subject_id)
    return rows.filter(state=Request.State.OPEN).select_related("maker").first()


def waiting(actor: Actor) -> int:
    """How many requests wait for the actor: as many as ``deciding`` finds. Stands on every page: where nothing is open it
    asks the database once."""
    columns = ("id", "kind", "permission", "community_id", "amount_fen", "maker_id")
    rows = Request.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.seen, state=Request.State.OPEN)
    found = [Request(**dict(zip(columns, row, strict=True))) for row in rows.exclude(maker_id=actor.user_id).values_list(*columns)]
    return sum(map(rights_of(actor).may, found)) if found else 0


def delegations(actor: Actor) -> QuerySet[Delegation]:
    """Who stands in for whom: what concerns the actor, and everything where they see the whole audit trail."""
    rows = Delegation.objects.filter(organisation_id=actor.organisation_id)
    if Permission.AUDIT_VIEW not in actor.wide:
        rows = rows.filter(Q(giver_id=actor.user_id) | Q(taker_id=actor.user_id))
    return rows.select_related("giver", "taker", "community", "withdrawn_by")
