"""The worklist of exceptions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import clock

from ..actions.exceptions import resolve
from ..actions.refunds import ask_suspense_refund
from ..models import ChannelException
from ..queries import exceptions
from .common import about, back, number_of, page_of


@require_GET
@needs(Permission.CHANNEL_WORK)
def exception_list(request: StaffRequest) -> HttpResponse:
    """What waits for somebody, the latest first, or what is done."""
    actor = request.actor
    rows = exceptions(actor).filter(community_id__in=actor.communities(Permission.CHANNEL_WORK))
    done = request.GET.get("show") == "done"
    rows = rows.filter(closed_at__isnull=not done)
    if request.GET.get("kind") in ChannelException.Kind.values:
        rows = rows.filter(kind=request.GET["kind"])
    place = number_of(request.GET.get("community", ""))
    if place is not None:
        rows = rows.filter(community_id=place)
    text = request.GET.get("q", "").strip()
    if text:
        rows = rows.filter(about(text, "order__"))
    related = rows.select_related("order__property", "order__payer", "order__payment", "community", "closed_by")
    shown, older = page_of(related.prefetch_related("refunds"), request.GET)
    context = {
        "rows": shown, "older": older, "done": done, "kinds": ChannelException.Kind.choices, "sent": request.GET, "now": clock.now(),
        "places": visible_communities(actor, Permission.CHANNEL_WORK), "may_refund": actor.may(Permission.REFUND_REQUEST),
        "narrowed": any(request.GET.get(name) for name in ("q", "kind", "community")),
    }  # fmt: skip
    return render(request, "channels/exceptions.html", context)


def _seen(request: StaffRequest, exception_id: int) -> None:
    if not exceptions(request.actor).filter(pk=exception_id).exists():
        raise NotFound()


@require_POST
@needs(Permission.CHANNEL_WORK)
def resolve_one(request: StaffRequest, exception_id: int) -> HttpResponse:
    _seen(request, exception_id)
    try:
        resolve(exception_id, request.POST.get("resolution", ""), request.POST.get("note", ""), actor=request.actor)
    except DomainError as error:
        return back(request, error, "channels:exceptions")
    messages.success(request, _("已处理"))
    return redirect("channels:exceptions")


@require_POST
@needs(Permission.REFUND_REQUEST)
def refund_one(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Ask for money in suspense to go back where it came from."""
    _seen(request, exception_id)
    try:
        ask_suspense_refund(exception_id, request.POST.get("note", ""), actor=request.actor)
    except DomainError as error:
        return back(request, error, "channels:exceptions")
    messages.success(request, _("已提交退款申请，由另一位同事审批"))
    return redirect("channels:exceptions")
