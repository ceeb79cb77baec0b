"""What this room shows in a case."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.collection.followup.public import Case
from wuyefei.foundation.access.gate import actor_of

from .queries import open_miss
from .wording import told


def of_case(request: HttpRequest, case: Case) -> str:
    """That the minimum of a case is missed, and why."""
    row = open_miss(actor_of(request), case.pk)
    if row is None:
        return ""
    return render_to_string("minimums/_case.html", {"row": row, "told": told(row)}, request=request)
