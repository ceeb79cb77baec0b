"""The days with their ticks, one day, and one difference."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import DAY, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from .actions import WRITE_OFF_KIND, ask_write_off, reconcile, resolve
from .models import Difference
from .queries import days, differences, get_day, get_difference, setups


@require_safe
@needs(Permission.LEDGER_VIEW)
def day_list(request: StaffRequest) -> HttpResponse:
    """What is open, then the days, the latest first: file against orders, bank against file."""
    actor = request.actor
    rows = days(actor).annotate(open=Count("differences", filter=Q(differences__closed_at__isnull=True)), every=Count("differences"))
    state = request.GET.get("state", "")
    if state == "open":
        rows = rows.filter(Q(open__gt=0) | Q(settled_line__isnull=True))
    page = paginate(rows, ["-day", "-id"], request.GET.get("at", ""))
    keep = "&state=open" if state == "open" else ""
    context = {
        "rows": page.rows, "state": state, "newer": f"?at={page.newer}{keep}" if page.newer else "", "older": f"?at={page.older}{keep}" if page.older else "",
        "open": differences(actor).filter(closed_at__isnull=True).order_by("due_at", "pk")[:50], "now": clock.now(),
        "setups": setups(actor), "yesterday": clock.today() - DAY,
    }  # fmt: skip
    return render(request, "reconciliation/days.html", context)


@require_POST
@needs(Permission.CHANNEL_WORK)
def run_day(request: StaffRequest) -> HttpResponse:
    """Take a day's file in, or compare it again."""
    try:
        day = reconcile(whole_number(request.POST.get("setup")) or 0, parse_day(request.POST.get("day", ""), _("日期")), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("reconciliation:days")
    messages.success(request, _("已对账"))
    return redirect("reconciliation:day", day.pk)


@require_safe
@needs(Permission.LEDGER_VIEW)
def day_page(request: StaffRequest, channel_day_id: int) -> HttpResponse:
    day = get_day(request.actor, channel_day_id)
    rows = paginate(day.rows.all(), ["id"], request.GET.get("at", ""))
    found = list(day.differences.select_related("owner", "closed_by").order_by("closed_at", "pk"))
    context = {
        "day": day, "rows": rows.rows, "newer": f"?at={rows.newer}" if rows.newer else "", "older": f"?at={rows.older}" if rows.older else "",
        "differences": found, "open": sum(one.closed_at is None for one in found), "now": clock.now(),
        "may": setups(request.actor).filter(pk=day.setup_id).exists(),
    }  # fmt: skip
    return render(request, "reconciliation/day.html", context)


@require_safe
@needs(Permission.LEDGER_VIEW)
def difference_page(request: StaffRequest, difference_id: int) -> HttpResponse:
    return _difference(request, difference_id)


def _difference(request: StaffRequest, difference_id: int, refused: str = "") -> HttpResponse:
    one: Difference = get_difference(request.actor, difference_id)
    place = one.community_id
    may = request.actor.may(Permission.CHANNEL_WORK, place) if place else Permission.CHANNEL_WORK in request.actor.wide
    context = {"one": one, "may": may and one.closed_at is None, "asked": open_request(request.actor, WRITE_OFF_KIND, one.pk), "refused": refused, "now": clock.now()}
    return render(request, "reconciliation/difference.html", context, status=409 if refused else 200)


@require_POST
@needs(Permission.CHANNEL_WORK)
def act(request: StaffRequest, difference_id: int) -> HttpResponse:
    """Close a difference with its reason, or ask for it to be written off."""
    get_difference(request.actor, difference_id)
    what, note = request.POST.get("act", ""), request.POST.get("note", "")
    try:
        if what == "note":
            resolve(difference_id, note, actor=request.actor)
            messages.success(request, _("已关闭"))
        elif what == "write_off":
            ask_write_off(difference_id, note, actor=request.actor)
            messages.success(request, _("已提交核销，等另一位同事复核"))
        else:
            raise Invalid(field=_("处理方式"), reason=_("不认识"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _difference(request, difference_id, error.text)
    return redirect("reconciliation:difference", difference_id)
