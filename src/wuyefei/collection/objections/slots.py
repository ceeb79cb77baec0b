"""What this room shows in a case."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.collection.followup.public import Case
from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.access.rules import Permission

from .queries import objections

SHOWN = 4


def of_case(request: HttpRequest, case: Case) -> str:
    """The latest objections of a case, and the way to a new one."""
    actor = actor_of(request)
    rows = objections(actor).filter(case_id=case.pk).order_by("-pk")[:SHOWN]
    may = actor.may(Permission.FOLLOW_WORK, case.community_id) and case.closed_on is None
    return render_to_string("objections/_case.html", {"rows": rows, "case": case, "may": may}, request=request) if rows or may else ""
