"""What this room shows in a case and on the worklist."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.collection.followup.public import Case
from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.platform import clock

from .queries import drives


def of_case(request: HttpRequest, case: Case) -> str:
    """That a case belongs to a running drive, and whose it is there."""
    actor = actor_of(request)
    row = drives.of_case(actor, case.pk)
    if row is None:
        return ""
    left = (row.drive.ends_on - clock.today()).days + 1
    return render_to_string("drives/_case.html", {"row": row, "left": left, "own": drives.mine(actor).filter(pk=row.pk).exists()}, request=request)
