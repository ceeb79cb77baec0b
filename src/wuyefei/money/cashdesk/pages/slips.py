"""Deposit slips: what is still to be banked, what is on its way, and what the bank has shown."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..models import DepositSlip, SlipScan
from ..rules import MAX_SCAN_BYTES
from ..slips import (
    VOID_SLIP_KIND,
    SlipDraft,
    ask_void_slip,
    cash_on_hand,
    get_slip,
    make_slip,
    shift_cash,
    shift_late,
    slip_late,
    slips,
    to_be_banked,
)

WAITING_SHOWN = 100



def state_of(slip: DepositSlip) -> str:
    return "void" if slip.voided_at else "settled" if slip.settled_at else "waiting"


def _narrowed(rows: QuerySet[DepositSlip], state: str, place: int | None) -> QuerySet[DepositSlip]:
    rows = rows.filter(community_id=place) if place is not None else rows
    if state == "waiting":
        return rows.filter(settled_at__isnull=True, voided_at__isnull=True)
    return rows.filter(settled_at__isnull=False) if state == "settled" else rows.filter(voided_at__isnull=False) if state == "void" else rows


@require_safe
@needs(Permission.PAYMENT_VIEW)
def slip_list(request: StaffRequest) -> HttpResponse:
    """Shifts whose cash is not at the bank, then the slips, the latest first."""
    actor, today = request.actor, clock.today()
    place, state = whole_number(request.GET.get("community")), request.GET.get("state", "")
    waiting = to_be_banked(actor).filter(community_id=place) if place is not None else to_be_banked(actor)
    shifts = list(waiting[:WAITING_SHOWN])
    rows = _narrowed(slips(actor), state, place)
    page = paginate(rows, ["-id"], request.GET.get("at", ""))
    query = request.GET.copy()
    links = {}
    for name in ("newer", "older"):
        query["at"] = getattr(page, name)
        links[name] = f"?{query.urlencode()}" if query["at"] else ""
    makers = actor.communities(Permission.SLIP_MAKE)
    context = {
        "waiting": [(row, shift_cash(row), shift_late(row, today), row.community_id in makers) for row in shifts],
        "waiting_fen": sum(map(shift_cash, shifts)), "rows": [(row, state_of(row), slip_late(row, today)) for row in page.rows],
        "total": rows.aggregate(fen=Sum("amount_fen", default=0))["fen"], "places": visible_communities(actor, Permission.PAYMENT_VIEW),
        "place": place, "state": state, "makers": [one for one in visible_communities(actor, Permission.SLIP_MAKE) if any(row.community_id == one.pk for row in shifts)],
    } | links  # fmt: skip
    return render(request, "cashdesk/slips.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SLIP_MAKE)
def new_slip(request: StaffRequest, community_id: int) -> HttpResponse:
    """Choose the shifts, type what the bank's paper says, and photograph it."""
    actor = request.actor
    community = get_community(actor, community_id, Permission.SLIP_MAKE)
    refused = ""
    if request.method == "POST":
        try:
            slip = make_slip(community.pk, _draft(request), actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            refused = error.text
        else:
            messages.success(request, _("已登记缴款单 %(number)s") % {"number": slip.number})
            return redirect("cashdesk:slip", slip.pk)
    today = clock.today()
    chosen = {whole_number(text) for text in request.POST.getlist("shift")} if refused else None
    shifts = list(to_be_banked(actor).filter(community=community)[:WAITING_SHOWN])
    rows = [(row, shift_cash(row), shift_late(row, today), chosen is None or row.pk in chosen) for row in shifts]
    context = {
        "community": community, "rows": rows, "refused": refused, "sent": request.POST, "today": today,
        "total": sum(fen for _row, fen, _late, on in rows if on), "held": cash_on_hand(community.pk),
    }  # fmt: skip
    return render(request, "cashdesk/new_slip.html", context, status=409 if refused else 200)


def _draft(request: StaffRequest) -> SlipDraft:
    sent = request.POST
    file = request.FILES.get("scan")
    scan = b"" if file is None else file.read(MAX_SCAN_BYTES + 1)
    ids = [pk for text in sent.getlist("shift") if (pk := whole_number(text)) is not None]
    return SlipDraft(
        sent.get("number", ""), parse_day(sent.get("bank_on", ""), _("缴存日期")), parse_yuan(sent.get("amount", ""), _("缴款金额")),
        tuple(ids), sent.get("note", ""), scan,
    )  # fmt: skip


@require_safe
@needs(Permission.PAYMENT_VIEW)
def slip_detail(request: StaffRequest, slip_id: int) -> HttpResponse:
    return _detail(request, slip_id)


def _detail(request: StaffRequest, slip_id: int, refused: str = "") -> HttpResponse:
    slip = get_slip(request.actor, slip_id)
    covered = slip.shifts.select_related("shift__cashier").order_by("shift_id")
    context: dict[str, Any] = {
        "slip": slip, "state": state_of(slip), "late": slip_late(slip, clock.today()), "covered": covered, "refused": refused,
        "has_scan": SlipScan.objects.filter(slip=slip).values_list("sha256", flat=True).first(),
        "asked": open_request(request.actor, VOID_SLIP_KIND, slip.pk), "may": request.actor.may(Permission.SLIP_MAKE, slip.community_id),
    }  # fmt: skip
    return render(request, "cashdesk/slip.html", context, status=409 if refused else 200)


@require_safe
@needs(Permission.PAYMENT_VIEW)
def scan(request: StaffRequest, slip_id: int) -> HttpResponse:
    """The scan itself, shown as nothing but what it is."""
    slip = get_slip(request.actor, slip_id)
    row = SlipScan.objects.filter(slip=slip).first()
    if row is None:
        raise NotFound()
    response = HttpResponse(bytes(row.content), content_type=row.kind)
    response["Content-Disposition"] = "inline" if row.kind.startswith("image/") else 'attachment; filename="slip.pdf"'
    response["Cache-Control"] = "private, max-age=600"
    return response


@require_POST
@needs(Permission.SLIP_MAKE)
def void(request: StaffRequest, slip_id: int) -> HttpResponse:
    """Ask for a slip to be made void."""
    try:
        ask_void_slip(slip_id, request.POST.get("reason", ""), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _detail(request, slip_id, error.text)
    messages.success(request, _("已提交作废，等另一位同事复核"))
    return redirect("cashdesk:slip", slip_id)


