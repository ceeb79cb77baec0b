"""What this room shows in a case."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.collection.followup.public import Case
from wuyefei.foundation.access.gate import actor_of

from .queries import proofs_of, stops

SHOWN = 3


def of_case(request: HttpRequest, case: Case) -> str:
    """The latest visits of a case with their photographs and signatures."""
    rows = list(stops(actor_of(request)).filter(case_id=case.pk).order_by("-pk")[:SHOWN])
    if not rows:
        return ""
    proofs = proofs_of([row.pk for row in rows])
    return render_to_string("visits/_case.html", {"rows": [(row, proofs.get(row.pk, [])) for row in rows]}, request=request)
