"""What waits: mismatches, control points that are overdue, samples and stubs not yet checked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..actions import settle
from ..queries import controls, get_mismatch, mismatches, point_of, stub_checks, unfinished, with_receipts
from ..rules import CHECK_WITHIN, Standing
from .common import STANDINGS, acted, paged, shared


@require_safe
@needs(Permission.CONTROL_VIEW)
def board(request: StaffRequest) -> HttpResponse:
    """Open mismatches first; then what is late; closed mismatches on demand."""
    actor = request.actor
    context = shared(actor, "board")
    closed = request.GET.get("state") == "closed"
    rows = mismatches(actor).filter(closed_at__isnull=not closed)
    page = paginate(rows, ["-id"] if closed else ["due_at", "id"], request.GET.get("at", ""), size=20)
    points = [point_of(row) for row in controls(actor).filter(ended_on__isnull=True)]
    late = [(point, STANDINGS[point.standing]) for point in points if point.standing in {Standing.OVERDUE, Standing.FAILED}]
    month = Month.of(clock.today()).plus(-1)
    ticked = set(stub_checks(actor).filter(month=month.first).values_list("community_id", flat=True))
    waiting = unfinished(actor)
    context |= {
        "rows": [(row, _may_settle(request, row)) for row in page.rows], "closed": closed, "now": clock.now(),
        **paged(page, "&state=closed" if closed else ""), "open": mismatches(actor).filter(closed_at__isnull=True).count(), "late": late[:20],
        "overdue": sum(point.standing is Standing.OVERDUE for point in points), "points": len(points), "samples": waiting.count(),
        "samples_late": waiting.filter(drawn_at__lt=clock.now() - CHECK_WITHIN).count(), "month": month,
        "unticked": sum(place_id not in ticked for place_id, _month in with_receipts(actor, month, month)),
    }  # fmt: skip
    return render(request, "control/board.html", context)


def _may_settle(request: StaffRequest, row: object) -> bool:
    """Whether the person may close the mismatch: neither who opened it nor whom it concerns."""
    actor, place = request.actor, getattr(row, "community_id", None)
    right = actor.may(Permission.CONTROL_WORK, place) if place else Permission.CONTROL_WORK in actor.wide
    return right and actor.user_id not in {getattr(row, "opened_by_id", None), getattr(row, "concerns_id", None)}


@require_POST
@needs(Permission.CONTROL_WORK)
def settle_one(request: StaffRequest, mismatch_id: int) -> HttpResponse:
    get_mismatch(request.actor, mismatch_id)
    return acted(request, lambda: settle(mismatch_id, request.POST.get("note", ""), actor=request.actor), _("已关闭"), "control:board")
