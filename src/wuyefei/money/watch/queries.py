"""Scoped reads."""

from __future__ import annotations

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import Alert


def alerts(actor: Actor) -> QuerySet[Alert]:
    """The alerts of the communities whose controls the actor may look at; never one about the actor."""
    rows = Alert.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CONTROL_VIEW))
    return rows.exclude(concerns_id=actor.user_id).select_related("community", "concerns", "closed_by")


def get_alert(actor: Actor, alert_id: int) -> Alert:
    """Raises ``NotFound`` for one of elsewhere, or about the actor."""
    row = alerts(actor).filter(pk=alert_id).first()
    if row is None:
        raise NotFound()
    return row
