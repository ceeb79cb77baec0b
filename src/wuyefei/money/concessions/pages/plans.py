"""The list of plans, one of them with how it is kept, the opinions on it, its agreement, and what plans came to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt

from .. import queries
from ..actions import plans as actions
from ..agreement import agreement_pdf
from ..models import Plan
from ..origins import Origin, origin_of
from ..rules.plans import PART_NAMES, SEAT_NAMES, Basis, Going, Seat, State, limitation

TONES = {Going.DUE: "due", Going.KEPT: "paid", Going.LATE: "part", Going.BREACHED: "late", Going.COMPLETED: "paid"}
HEAD = ("房号", "缴费人", "依据", "期数", "本金（元）", "未付（元）", "状态", "下一期到期", "通过日期", "减免违约金（元）")


def _filtered(request: HttpRequest, actor: Actor) -> tuple[QuerySet[Plan], dict[str, Any]]:
    rows = queries.plans(actor)
    chosen: dict[str, Any] = {name: request.GET.get(name, "") for name in ("state", "basis")}
    chosen["community"] = whole_number(request.GET.get("community"))
    text = chosen["q"] = request.GET.get("q", "").strip()[:40]
    if chosen["community"]:
        rows = rows.filter(community_id=chosen["community"])
    if chosen["state"] in Plan.State.values:
        rows = rows.filter(state=chosen["state"])
    if chosen["basis"] in Plan.Basis.values:
        rows = rows.filter(basis=chosen["basis"])
    if text:
        rows = rows.filter(property__code__icontains=text) | rows.filter(payer__name__icontains=text)
    return rows, chosen


def _dressed(rows: list[Plan]) -> list[Plan]:
    judged = queries.verdicts(rows, clock.today())
    for row in rows:
        row.verdict = judged[row.pk]  # type: ignore[attr-defined]
    return rows


@require_GET
@needs(Permission.BILLING_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Plans, the latest first, with what is still to be paid by the facts of today."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    page = paginate(rows, ["-pk"], request.GET.get("at", ""))
    context = {
        "page": page, "rows": _dressed(page.rows), "chosen": chosen, "communities": visible_communities(actor, Permission.BILLING_VIEW),
        "states": Plan.State.choices, "bases": Plan.Basis.choices, "narrowed": any(chosen.values()),
        "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "concessions/plans.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    taken = exporting(actor, "concessions.export", Permission.EXPORT, chosen["community"])
    found = _dressed(list(rows.filter(community_id__in=taken).order_by("-pk")))
    table = [
        (
            row.property.code, row.payer.name, row.get_basis_display(), row.months, Fen(row.total_fen), Fen(row.verdict.open_fen),  # type: ignore[attr-defined]
            row.get_state_display(), row.verdict.next.part.due_on if row.verdict.next else None, row.agreed_on, Fen(row.relief_fen or 0),  # type: ignore[attr-defined]
        )
        for row in found
    ]  # fmt: skip
    return workbook_response([Sheet(_("分期"), [_(name) for name in HEAD], table)], _("分期") + ".xlsx")


@require_GET
@needs(Permission.BILLING_VIEW)
def effect(request: HttpRequest) -> HttpResponse:
    """What plans cost and what they brought, by community."""
    rows = queries.effects(actor_of(request), clock.today())
    whole = queries.Effect()
    for _name, one in rows:
        whole.include(one)
    return render(request, "concessions/effect.html", {"rows": rows, "whole": whole})


@require_GET
@needs(Permission.BILLING_VIEW)
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A plan with its parts as they are kept, what it covers and what is to be done next."""
    actor = actor_of(request)
    row = queries.get_plan(actor, plan_id)
    verdict = queries.verdicts([row], clock.today())[row.pk]
    said = queries.opinions(row)
    seats = [(seat, _(SEAT_NAMES[seat]), said.get(seat), _may_assess(actor, row, seat, said)) for seat in (Seat.PROJECT, Seat.SERVICE)]
    waiting = row.state == State.ASKED
    kind = actions.KINDS[Basis(row.basis)]
    may_ask = actor.may(Permission.ADJUST_REQUEST, row.community_id)
    context = {
        "plan": row, "verdict": verdict, "seats": seats, "hardship": row.basis == Basis.HARDSHIP,
        "parts": [(one, TONES[one.going], _(PART_NAMES[one.going])) for one in verdict.parts], "may_ask": may_ask,
        "request_row": open_request(actor, kind, row.pk) if waiting else None, "today": clock.today(),
        "may_read": may_ask or any(actor.may(right, row.community_id) for right in queries.SEATS.values()),
        "limitation": limitation(row.agreed_on, queries.parts_of(row), row.signed_on) if row.agreed_on else None,
        "origin": _origin(actor, row.origin), "may_renew": may_ask and row.state in (State.ACTIVE, State.BREACHED) and verdict.open_fen > 0,
    }  # fmt: skip
    return render(request, "concessions/plan.html", context)


def _origin(actor: Actor, ref: str) -> Origin | None:
    """Where it was asked for, for those who may see that."""
    try:
        return origin_of(actor, ref) if ref else None
    except NotFound:
        return None


def _may_assess(actor: Actor, row: Plan, seat: Seat, said: dict[str, Any]) -> bool:
    return row.state == State.ASKED and queries.may_take_seat(actor, seat, row.community_id, row.made_by_id, said)


@require_POST
@needs(Permission.BILLING_VIEW)
def assess(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Give the opinion of one's seat."""
    seat = request.POST.get("seat", "")
    if seat not in (Seat.PROJECT, Seat.SERVICE):
        raise NotFound()
    agreed, note, actor = request.POST.get("agreed") == "yes", request.POST.get("note", ""), actor_of(request)
    if attempt(request, lambda: actions.assess(plan_id, Seat(seat), agreed=agreed, note=note, actor=actor)):
        messages.success(request, _("评估意见已登记"))
    return redirect("concessions:plan", plan_id)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def sign(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Note that the agreement was signed."""
    actor = actor_of(request)
    queries.get_plan(actor, plan_id)
    if attempt(request, lambda: actions.sign(plan_id, parse_day(request.POST.get("signed_on", ""), "签署日期"), actor=actor)):
        messages.success(request, _("已登记签署"))
    return redirect("concessions:plan", plan_id)


@require_GET
@needs(Permission.BILLING_VIEW)
def agreement(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The agreement on paper, once the plan is agreed."""
    row = queries.get_plan(actor_of(request), plan_id)
    if row.agreed_on is None:
        raise NotFound()
    response = HttpResponse(agreement_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="plan-{row.pk}.pdf"'
    return response
