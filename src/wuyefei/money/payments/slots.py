"""What this room shows on the pages of rooms below."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.foundation.access.rules import Permission
from wuyefei.money.billing.public import Receivable

from .queries import allocations_of


def allocations_panel(request: HttpRequest, row: Receivable) -> str:
    """The payments settled against a receivable, for those who may see payments there."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.PAYMENT_VIEW, row.community_id):
        return ""
    rows = list(allocations_of(actor, row.pk))
    return render_to_string("payments/_allocations.html", {"rows": rows}, request=request)
