"""Scoped reads of uploads and memos."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import ImportFile, PaymentMemo


def imports(actor: Actor) -> QuerySet[ImportFile]:
    """Uploads into the communities where the actor imports, and their own into communities yet to be created."""
    mine = Q(community__isnull=True, uploaded_by_id=actor.user_id)
    wide = Q(community__isnull=True) if Permission.IMPORT in actor.wide else mine
    here = Q(community_id__in=actor.communities(Permission.IMPORT))
    return ImportFile.objects.filter(here | wide | mine, organisation_id=actor.organisation_id).order_by("-id")


def get_import(actor: Actor, import_id: int) -> ImportFile:
    row = imports(actor).select_related("community", "uploaded_by").filter(pk=import_id).first()
    if row is None:
        raise NotFound()
    return row


def payment_memos(actor: Actor) -> QuerySet[PaymentMemo]:
    """Payments of the past in the communities whose payments the actor may see, the latest first."""
    return PaymentMemo.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    ).order_by("-last_day", "-id")


def community_of(actor: Actor, name: str) -> Community | None:
    """The organisation's community of that name, None where there is none; raises for one out of the actor's places."""
    place = Community.objects.filter(organisation_id=actor.organisation_id, name=name).first()
    if place is not None:
        actor.require(Permission.IMPORT, place.pk)
    else:
        actor.require_wide(Permission.IMPORT)
    return place


def places(actor: Actor) -> list[Community]:
    """Where the actor may import into."""
    return [place for place in visible_communities(actor, Permission.IMPORT) if place.ended_on is None]
