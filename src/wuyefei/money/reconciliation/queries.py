"""Scoped reads: a day of one community's merchant account, or of the whole firm's by whoever sees all of it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.channels.public import ChannelSetup

from .models import ChannelDay, Difference


def _mine(actor: Actor, permission: Permission) -> Q:
    found = Q(community_id__in=actor.communities(permission))
    if permission in actor.wide:
        found |= Q(community__isnull=True)
    return found & Q(organisation_id=actor.organisation_id)


def days(actor: Actor) -> QuerySet[ChannelDay]:
    """The days of the merchant accounts whose books the actor may read."""
    return ChannelDay.objects.filter(_mine(actor, Permission.LEDGER_VIEW)).select_related(
        "setup", "merchant", "community", "made_by", "settled_line"
    )


def get_day(actor: Actor, day_id: int) -> ChannelDay:
    found = days(actor).filter(pk=day_id).first()
    if found is None:
        raise NotFound()
    return found


def differences(actor: Actor) -> QuerySet[Difference]:
    """The differences of the places whose books the actor may read."""
    return Difference.objects.filter(_mine(actor, Permission.LEDGER_VIEW)).select_related(
        "channel_day__setup", "channel_day__merchant", "community", "owner", "closed_by"
    )


def get_difference(actor: Actor, difference_id: int) -> Difference:
    found = differences(actor).filter(pk=difference_id).first()
    if found is None:
        raise NotFound()
    return found


def to_work(actor: Actor) -> int:
    """How many differences wait for whoever may work them."""
    return Difference.objects.filter(_mine(actor, Permission.CHANNEL_WORK), closed_at__isnull=True).count()


def setups(actor: Actor) -> QuerySet[ChannelSetup]:
    """The enabled merchant accounts the actor may reconcile."""
    return ChannelSetup.objects.filter(_mine(actor, Permission.CHANNEL_WORK), enabled=True).select_related("community").order_by("pk")
