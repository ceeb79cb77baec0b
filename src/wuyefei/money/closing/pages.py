"""The months of every community, and the list of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.actor import get_community
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound, spoken
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate
from wuyefei.money.ledger.public import closed_through, period_closes, standing

from .actions import CLOSE_KIND, REOPEN_KIND, ask_close, ask_reopen
from .models import Closing
from .queries import NAMES, asked_of, checklist, closings, places, where
from .rules import Item, Key, next_month

STATES = {"asked": "plan", "done": "paid", "refused": "void"}


@require_safe
@needs(Permission.LEDGER_VIEW)
def board(request: StaffRequest) -> HttpResponse:
    """Up to which month each community is closed, which comes next, and what was closed and opened before."""
    actor = request.actor
    shown = [_standing(place) for place in places(actor)]
    page = paginate(closings(actor), ["-id"], request.GET.get("at", ""), size=20)
    context = {
        "places": shown, "behind": sum(1 for row in shown if row["behind"] > 0), "page": page,
        "rows": [(row, STATES[row.state], Month.of(row.month)) for row in page.rows],
        "newer": f"?at={page.newer}" if page.newer else "", "older": f"?at={page.older}" if page.older else "",
    }  # fmt: skip
    return render(request, "closing/board.html", context)


def _standing(place: Community) -> dict[str, Any]:
    """``behind``: how many months that are over wait to be closed."""
    through, latest = closed_through(place.pk), Month.of(clock.today()).plus(-1)
    due = next_month(through) or latest
    return {
        "place": place, "through": Month.of(through) if through else None, "due": due if due <= latest else None,
        "behind": latest.index - due.index + 1, "asked": asked_of(place.pk),
    }  # fmt: skip


@require_safe
@needs(Permission.LEDGER_VIEW)
def month_page(request: StaffRequest, community_id: int, book_month: str) -> HttpResponse:
    """The list of a month, each line with the page where it is settled, and what can be done now."""
    return _month(request, community_id, book_month)


def _month(request: StaffRequest, community_id: int, book_month: str, refused: str = "") -> HttpResponse:
    actor = request.actor
    community = get_community(actor, community_id, Permission.LEDGER_VIEW)
    month = _read(book_month)
    through = closed_through(community.pk)
    closed = through is not None and month.last <= through
    items = [] if closed else checklist(actor, community.pk, month)
    asked = asked_of(community.pk)
    due = next_month(through)
    context = {
        "community": community, "month": month, "items": [_line(one, community.pk, month) for one in items], "closed": closed,
        "settled": sum(one.settled for one in items), "hindering": sum(one.hinders for one in items),
        "carried": sum(not one.settled and not one.hinders for one in items), "asked": asked, "refused": refused,
        "over": month.last < clock.today(), "due": due, "in_turn": due is None or due == month, "latest": through == month.last,
        "may_ask": actor.may(Permission.CLOSE_REQUEST, community.pk), "before": month.plus(-1), "after": month.plus(1),
        "held": _held(request, community, month) if closed else None, "own": asked is not None and asked.asked_by_id == actor.user_id,
        "request_open": asked and open_request(actor, CLOSE_KIND if asked.act == Closing.Act.CLOSE else REOPEN_KIND, asked.pk),
    }  # fmt: skip
    return render(request, "closing/month.html", context, status=409 if refused else 200)


def _read(text: str) -> Month:
    try:
        return Month.parse(text)
    except Invalid as error:
        raise NotFound() from error


def _held(request: StaffRequest, community: Community, month: Month) -> Any:
    """The closing that covers the month."""
    rows = period_closes(request.actor).filter(community=community).select_related("asked_by", "decided_by").order_by("pk")
    return next((row for row in standing(list(rows)) if (row.first is None or row.first <= month.first) and month.last <= row.last), None)


def _line(one: Item, community_id: int, month: Month) -> dict[str, Any]:
    says = {
        Key.TIES: _("总账与业务明细有差异"), Key.PROOF: _("最近一次核验发现不符") if one.hinders else _("月末之后还没有核验过"),
    }.get(one.key, "")  # fmt: skip
    fine = {Key.TIES: _("相等"), Key.PROOF: _("月末后核验过，相符")}.get(one.key, _("都已处理"))
    return {"item": one, "name": spoken(NAMES[one.key]), "says": says, "fine": fine, "url": where(one.key, community_id, month)}


@require_POST
@needs(Permission.CLOSE_REQUEST)
def act(request: StaffRequest, community_id: int, book_month: str, closing_act: str) -> HttpResponse:
    """Ask a second person to close the month, or to open it again; a refusal is said on the list."""
    get_community(request.actor, community_id, Permission.CLOSE_REQUEST)
    month, reason = _read(book_month), request.POST.get("reason", "")
    asking = {"close": ask_close, "reopen": ask_reopen}.get(closing_act)
    if asking is None:
        raise NotFound()
    try:
        asking(community_id, month, actor=request.actor, reason=reason)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _month(request, community_id, book_month, error.text)
    messages.success(request, _("已提交，等另一位同事复核"))
    return redirect("closing:month", community_id, book_month)
