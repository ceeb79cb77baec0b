"""What this room adds to pages of rooms below."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.insight.arrears.public import Filter


def bulk_verb(request: HttpRequest, chosen: Filter) -> str:
    """The verb in the ledger's bulk bar, for those who give out cases."""
    return render_to_string("followup/_bulk.html") if actor_of(request).may(Permission.FOLLOW_MANAGE) else ""
