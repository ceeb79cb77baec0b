"""The alerts, one alert with its evidence, closing it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import workbook_response
from wuyefei.foundation.platform.paging import paginate

from .actions import close, look
from .exporting import exportable, sheets_of
from .models import Alert
from .queries import alerts, get_alert
from .rules import SIGN_NAMES, WEEK, Sign, monday_of

SIZE = 20


@require_safe
@needs(Permission.CONTROL_VIEW)
def alert_list(request: StaffRequest) -> HttpResponse:
    """Those that wait first; closed ones on demand."""
    actor = request.actor
    closed = request.GET.get("state") == "closed"
    rows = alerts(actor)
    page = paginate(rows.filter(closed_at__isnull=not closed), ["-id"], request.GET.get("at", ""), size=SIZE)
    keep = "&state=closed" if closed else ""
    waiting = rows.filter(closed_at__isnull=True)
    context = {
        "rows": [(row, [_(SIGN_NAMES[Sign(one["sign"])]) for one in row.signs]) for row in page.rows], "closed": closed, "now": clock.now(),
        "open": waiting.count(), "late": waiting.filter(due_at__lt=clock.now()).count(), "done": rows.filter(closed_at__isnull=False).count(),
        "wrong": rows.filter(verdict=Alert.Verdict.WRONG).count(), "may_work": actor.may(Permission.CONTROL_WORK),
        "week": monday_of(clock.today()) - WEEK, "may_export": actor.may(Permission.EXPORT),
        "newer": f"?at={page.newer}{keep}" if page.newer else "", "older": f"?at={page.older}{keep}" if page.older else "",
    }  # fmt: skip
    return render(request, "watch/alerts.html", context)


@require_safe
@needs(Permission.CONTROL_VIEW)
def export(request: StaffRequest) -> HttpResponse:
    """What the list shows, as a workbook, with the deeds."""
    request.actor.require_anywhere(Permission.EXPORT)
    rows = exportable(request.actor, closed=request.GET.get("state") == "closed")
    return workbook_response(sheets_of(rows), f"{_('异常交易')}-{clock.today()}.xlsx")


@require_POST
@needs(Permission.CONTROL_WORK)
def look_now(request: StaffRequest) -> HttpResponse:
    """Look at the week before, without waiting for Monday's round."""
    made = look(monday_of(clock.today()) - WEEK, actor=request.actor)
    if made:
        messages.success(request, _("发现 %(count)s 个新的警报") % {"count": len(made)})
    else:
        messages.success(request, _("上周没有新的警报"))
    return redirect("watch:alerts")


@require_safe
@needs(Permission.CONTROL_VIEW)
def alert(request: StaffRequest, alert_id: int) -> HttpResponse:
    return _page(request, alert_id)


def _percent(likely: float) -> str:
    """A chance in per cent; one too small to be told is not nil."""
    return f"{likely * 100:.2g}" if likely >= 0.0001 else "< 0.01"


def _page(request: StaffRequest, alert_id: int, refused: str = "") -> HttpResponse:
    row = get_alert(request.actor, alert_id)
    context: dict[str, Any] = {
        "row": row, "last": row.week + WEEK - dt.timedelta(days=1), "now": clock.now(), "refused": refused,
        "signs": [one | {"name": _(SIGN_NAMES[Sign(one["sign"])]), "percent": _percent(one["likely"])} for one in row.signs],
        "evidence": [
            one | {"name": _(SIGN_NAMES[Sign(one["sign"])]), "at": dt.datetime.fromisoformat(one["at"]), "href": _where(one["table"], one["row"])}
            for one in row.evidence
        ],
        "verdicts": Alert.Verdict.choices, "may_close": row.closed_at is None and request.actor.may(Permission.CONTROL_WORK, row.community_id),
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "watch/alert.html", context, status=409 if refused else 200)


def _where(table: str, row_id: int) -> str:
    """The page on which the row is shown; empty where it has none."""
    name = {"refund": "channels:refund", "receipt": "receipts:pdf", "shift": "cashdesk:shift", "slip": "cashdesk:slip"}.get(table)
    return reverse(name, args=[row_id]) if name else ""


@require_POST
@needs(Permission.CONTROL_WORK)
def close_one(request: StaffRequest, alert_id: int) -> HttpResponse:
    """Close it with a verdict; a refusal is said on the page, what was typed stays."""
    try:
        close(alert_id, request.POST.get("verdict", ""), request.POST.get("finding", ""), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _page(request, alert_id, error.text)
    messages.success(request, _("已关闭"))
    return redirect("watch:alert", alert_id)
