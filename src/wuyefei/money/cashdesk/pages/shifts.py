"""Shifts: opened and handed over at the desk, looked at by whoever sees payments."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import parse_yuan, yuan_text
from wuyefei.money.payments.public import payments

from ..actions import HANDOVER_KIND, hand_over, open_shift
from ..models import Shift
from ..queries import get_shift, shift_figures, shifts
from ..rules import difference
from .desk import PLACE, place_of, refusal

PAGE = 50


@require_POST
@needs(Permission.CASHDESK)
def open_one(request: StaffRequest) -> HttpResponse:
    place, _places = place_of(request)
    try:
        shift = open_shift(place.pk, parse_yuan(request.POST.get("float", "") or "0", _("备用金")), actor=request.actor)
    except DomainError as error:
        return _back(request, error)
    request.session[PLACE] = shift.community_id
    messages.success(request, _("已开班，备用金 %(amount)s 元") % {"amount": yuan_text(shift.float_fen)})
    return redirect("cashdesk:desk")


@require_POST
@needs(Permission.CASHDESK)
def hand_over_one(request: StaffRequest, shift_id: int) -> JsonResponse:
    """Answers with the page to go on to; the dialog keeps what was typed where it is refused."""
    get_shift(request.actor, shift_id)
    try:
        counted = parse_yuan(request.POST.get("counted", ""), _("实点现金"))
        hand_over(shift_id, counted, request.POST.get("note", ""), actor=request.actor)
    except DomainError as error:
        return refusal(error)
    messages.success(request, _("已交班，等待另一位同事复核"))
    return JsonResponse({"next": reverse("cashdesk:shift", args=[shift_id])})


def _back(request: StaffRequest, error: DomainError) -> HttpResponse:
    if isinstance(error, (NotFound, Forbidden)):
        raise error
    messages.error(request, error.text)
    return redirect("cashdesk:desk")


@require_GET
@needs(Permission.PAYMENT_VIEW)
def shift_list(request: StaffRequest) -> HttpResponse:
    """The shifts, latest first, by state, community and cashier."""
    actor = request.actor
    rows = shifts(actor)
    state, place = request.GET.get("state", ""), request.GET.get("community", "")
    if state in Shift.State.values:
        rows = rows.filter(state=state)
    if place.isascii() and place.isdigit():
        rows = rows.filter(community_id=int(place[:18]))
    before = request.GET.get("before", "")
    rows = rows.filter(pk__lt=int(before[:18])) if before.isascii() and before.isdigit() else rows
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    gaps = [
        (row, None if row.counted_fen is None or row.expected_fen is None else difference(row.expected_fen, row.counted_fen))
        for row in shown
    ]
    query = request.GET.copy()
    older = ""
    if len(found) > PAGE:
        query["before"] = str(shown[-1].pk)
        older = f"?{query.urlencode()}"
    context = {
        "rows": gaps, "older": older, "states": Shift.State.choices, "state": state, "place": place,
        "places": visible_communities(actor, Permission.PAYMENT_VIEW),
    }  # fmt: skip
    return render(request, "cashdesk/shifts.html", context)


@require_GET
@needs(Permission.PAYMENT_VIEW)
def shift_detail(request: StaffRequest, shift_id: int) -> HttpResponse:
    """One shift: its payments, its totals by method, its drawer."""
    actor = request.actor
    shift = get_shift(actor, shift_id)
    rows = (
        payments(actor)
        .filter(pk__in=shift.payments.values("payment_id"))
        .select_related("receipt", "property", "payer")
        .prefetch_related("tenders")
        .order_by("pk")
    )
    context = {
        "shift": shift, "figures": shift_figures(shift), "payments": rows, "asked": open_request(actor, HANDOVER_KIND, shift.pk),
        "mine": shift.cashier_id == actor.user_id, "desk": reverse("cashdesk:desk"),
    }  # fmt: skip
    return render(request, "cashdesk/shift.html", context)
