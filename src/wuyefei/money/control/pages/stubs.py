"""The months of every community's receipts, and one month against its stubs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock

from ..actions import tick
from ..queries import month_stubs, stub_checks, with_receipts
from ..rules import STUBS_WITHIN
from .common import acted, read_month, shared

SHOWN_MONTHS = 6


@require_safe
@needs(Permission.CONTROL_VIEW)
def stub_list(request: StaffRequest) -> HttpResponse:
    """A row a community, a column a month: ticked, waiting or late."""
    actor, context = request.actor, shared(request.actor, "stubs")
    latest = Month.of(clock.today()).plus(-1)
    months = [latest.plus(-back) for back in range(SHOWN_MONTHS)]
    rows = stub_checks(actor).filter(month__in=[month.first for month in months])
    ticked = {(row.community_id, row.month): row for row in rows}
    late = {month: month.plus(1).day(STUBS_WITHIN) < clock.today() for month in months}
    issued = with_receipts(actor, months[-1], latest)
    context |= {
        "months": months, "within": STUBS_WITHIN,
        "lines": [(place, [(month, ticked.get((place.pk, month.first)), late[month], (place.pk, month) in issued) for month in months]) for place in context["places"]],
    }  # fmt: skip
    return render(request, "control/stubs.html", context)


@require_safe
@needs(Permission.CONTROL_VIEW)
def stub_month(request: StaffRequest, community_id: int, book_month: str) -> HttpResponse:
    found = month_stubs(request.actor, community_id, read_month(book_month))
    context = shared(request.actor, "stubs") | {
        "found": found, "facts": found.facts, "tick": found.tick, "month": found.month, "over": found.month.last < clock.today(),
        "may": request.actor.may(Permission.CONTROL_WORK, community_id), "before": found.month.plus(-1), "after": found.month.plus(1),
        "changed": found.tick is not None and found.tick.digest != found.facts.digest,
    }  # fmt: skip
    return render(request, "control/stub.html", context)


@require_POST
@needs(Permission.CONTROL_WORK)
def tick_month(request: StaffRequest, community_id: int, book_month: str) -> HttpResponse:
    month = read_month(book_month)
    request.actor.require(Permission.CONTROL_WORK, community_id)

    def act() -> None:
        counted = whole_number(request.POST.get("counted", "").strip())
        if counted is None or counted > 9_999_999:
            raise Invalid(field="存根张数", reason="应为整数")
        tick(community_id, month, counted, actor=request.actor, note=request.POST.get("note", ""))

    return acted(request, act, _("已核对并登记"), "control:stub", community_id, month)
