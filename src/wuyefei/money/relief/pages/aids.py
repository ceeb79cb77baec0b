"""Aids: the list with its sums, one of them with its bills and opinions, and undoing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt
from wuyefei.money.concessions.public import SEAT_NAMES, SEATS, Seat, may_take_seat

from .. import queries
from ..actions import aids as actions
from ..models import Aid, Fund
from ..models import State as Stored
from ..rules.aid import FundKind, How, State
from .funds import TONES

HEAD = ("小区", "基金", "办法", "房号", "缴费人", "户数", "金额（元）", "状态", "通过日期")


def _filtered(request: HttpRequest, actor: Actor) -> tuple[QuerySet[Aid], dict[str, Any]]:
    rows = queries.aids(actor)
    chosen: dict[str, Any] = {name: request.GET.get(name, "") for name in ("state", "kind")}
    chosen["community"] = whole_number(request.GET.get("community"))
    text = chosen["q"] = request.GET.get("q", "").strip()[:40]
    if chosen["community"]:
        rows = rows.filter(community_id=chosen["community"])
    if chosen["state"] in Stored.values:
        rows = rows.filter(state=chosen["state"])
    if chosen["kind"] in Fund.Kind.values:
        rows = rows.filter(fund__kind=chosen["kind"])
    if text:
        rows = rows.filter(Q(property__code__icontains=text) | Q(payer__name__icontains=text) | Q(fund__name__icontains=text))
    return rows, chosen


@require_GET
@needs(Permission.BILLING_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """What funds paid or are asked to pay, the latest first."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    page = paginate(rows, ["-pk"], request.GET.get("at", ""))
    for row in page.rows:
        row.tone = TONES[State(row.state)]  # type: ignore[attr-defined]
    done = Q(state=State.DONE)
    sums = rows.order_by().aggregate(fen=Sum("total_fen", filter=done), homes=Sum("households", filter=done), asked=Sum("total_fen", filter=Q(state=State.ASKED)))
    context = {
        "page": page, "rows": page.rows, "chosen": chosen, "sums": sums, "kinds": Fund.Kind.choices, "states": Stored.choices,
        "communities": visible_communities(actor, Permission.BILLING_VIEW), "narrowed": any(chosen.values()), "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "relief/aids.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    taken = exporting(actor, "relief.export", Permission.EXPORT, chosen["community"])
    table = [
        (row.community.name, row.fund.name, row.get_how_display(), row.property.code if row.property else "", row.payer.name if row.payer else "",
         row.households, Fen(row.total_fen), row.get_state_display(), row.done_on)
        for row in rows.filter(community_id__in=taken).order_by("-pk")
    ]  # fmt: skip
    return workbook_response([Sheet(_("资助"), [_(name) for name in HEAD], table)], _("资助") + ".xlsx")


@require_GET
@needs(Permission.BILLING_VIEW)
def aid(request: HttpRequest, aid_id: int) -> HttpResponse:
    """One aid: its bills, what was said about it, and what is to be done next."""
    actor = actor_of(request)
    row = queries.get_aid(actor, aid_id)
    row.tone = TONES[State(row.state)]  # type: ignore[attr-defined]
    said = queries.opinions(row)
    kind = actions.KINDS[FundKind(row.fund.kind)] if row.state == State.ASKED else actions.UNDO_KIND
    may_ask = actor.may(Permission.ADJUST_REQUEST, row.community_id)
    household = row.how == How.HOUSEHOLD
    context = {
        "aid": row, "bills": row.bills.all(), "household": household, "words": queries.words_of(row.fund), "balance_fen": queries.balance_of(row.fund_id),
        "request_row": open_request(actor, kind, row.pk), "may_fund": queries.funds(actor).filter(pk=row.fund_id).exists(),
        "seats": [(seat, _(SEAT_NAMES[seat]), said.get(seat), _may_assess(actor, row, seat, said)) for seat in (Seat.PROJECT, Seat.SERVICE)],
        "may_read": may_ask or any(actor.may(right, row.community_id) for right in SEATS.values()), "may_undo": may_ask and row.state == State.DONE,
    }  # fmt: skip
    return render(request, "relief/aid.html", context)


def _may_assess(actor: Actor, row: Aid, seat: Seat, said: dict[str, Any]) -> bool:
    return row.state == State.ASKED and may_take_seat(actor, seat, row.community_id, row.made_by_id, said)


@require_POST
@needs(Permission.BILLING_VIEW)
def assess(request: HttpRequest, aid_id: int) -> HttpResponse:
    """Give the opinion of one's seat."""
    seat = request.POST.get("seat", "")
    if seat not in (Seat.PROJECT, Seat.SERVICE):
        raise NotFound()
    agreed, note, actor = request.POST.get("agreed") == "yes", request.POST.get("note", ""), actor_of(request)
    if attempt(request, lambda: actions.assess(aid_id, Seat(seat), agreed=agreed, note=note, actor=actor)):
        messages.success(request, _("评估意见已登记"))
    return redirect("relief:aid", aid_id)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def undo(request: HttpRequest, aid_id: int) -> HttpResponse:
    """Ask that it be taken back."""
    actor = actor_of(request)
    queries.get_aid(actor, aid_id)
    if attempt(request, lambda: actions.ask_undo(aid_id, request.POST.get("reason", ""), actor=actor)):
        messages.success(request, _("已提交撤销申请，由另一位同事审批"))
    return redirect("relief:aid", aid_id)
