"""What this room shows on a property's page."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Permission

from .queries import tickets
from .rules import State

SHOWN = 6


def property_tickets(request: HttpRequest, home: Property) -> str:
    """The latest work orders of a property, the open ones first; a dispute says that reminders rest."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.SERVICE_HANDLE, home.community_id):
        return ""
    rows = list(tickets(actor).filter(property_id=home.pk).order_by("-pk")[:SHOWN])
    if not rows:
        return ""
    rows.sort(key=lambda row: row.state == State.CLOSED)
    disputed = tickets(actor).filter(property_id=home.pk, kind="dispute", closed_at__isnull=True).exists()
    return render_to_string("service/_property.html", {"rows": rows, "disputed": disputed}, request=request)
