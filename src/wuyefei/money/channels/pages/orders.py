"""Online orders: the list, one order, and asking the provider."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.between import between
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response

from ..actions.orders import ask_provider
from ..models import ChannelSetup, NoticeLog, Order, Refund
from ..queries import order_of, orders
from .common import EXPORT_LIMIT, about, back, number_of, page_of


def _filtered(rows: QuerySet[Order], sent: QueryDict) -> tuple[QuerySet[Order], str]:
    text = sent.get("q", "").strip()
    if text:
        rows = rows.filter(about(text))
    if sent.get("state") in Order.State.values:
        rows = rows.filter(state=sent["state"])
    if sent.get("channel") in ChannelSetup.Channel.values:
        rows = rows.filter(channel=sent["channel"])
    place = number_of(sent.get("community", ""))
    if place is not None:
        rows = rows.filter(community_id=place)
    return between(rows, "created_at", sent)


@require_GET
@needs(Permission.PAYMENT_VIEW)
def order_list(request: StaffRequest) -> HttpResponse:
    """The orders, latest first, by state, channel, place, day and what they are about, with their sums."""
    actor = request.actor
    rows, wrong = _filtered(orders(actor), request.GET)
    shown, older = page_of(rows.select_related("community", "property", "payer", "payment__receipt", "setup"), request.GET)
    totals = rows.aggregate(
        count=Count("pk"), asked=Sum("amount_fen"), paid=Sum("paid_fen"), waiting=Count("pk", filter=Q(state=Order.State.CREATED))
    )
    context = {
        "rows": shown, "older": older, "wrong": wrong, "sent": request.GET, "totals": totals, "states": Order.State.choices,
        "channels": ChannelSetup.Channel.choices, "places": visible_communities(actor, Permission.PAYMENT_VIEW),
        "may_export": actor.may(Permission.EXPORT), "narrowed": any(request.GET.get(name) for name in ("q", "state", "channel", "community", "from", "to")),
    }  # fmt: skip
    return render(request, "channels/orders.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The filtered orders as a workbook."""
    actor = request.actor
    rows, _wrong = _filtered(orders(actor).filter(community_id__in=actor.communities(Permission.EXPORT)), request.GET)
    found = rows.select_related("community", "property", "payer", "payment__receipt").order_by("-pk")[:EXPORT_LIMIT]
    head = [_("订单号"), _("项目"), _("房屋"), _("缴费人"), _("渠道"), _("下单时间"), _("状态"), _("订单金额（元）"), _("到账金额（元）"), _("渠道流水号"), _("收据号")]
    sheet = Sheet(
        _("线上订单"), head,
        [
            [row.number, row.community.name, row.property.code, row.payer.name, str(row.get_channel_display()),
             row.created_at.astimezone(CHINA), str(row.get_state_display()), Fen(row.amount_fen),
             None if row.paid_fen is None else Fen(row.paid_fen), row.transaction_id,
             row.payment.receipt.number if row.payment and row.payment.receipt else ""]
            for row in found
        ],
    )  # fmt: skip
    return workbook_response([sheet], f"{_('线上订单')}-{clock.today()}.xlsx")


@require_GET
@needs(Permission.PAYMENT_VIEW)
def order_detail(request: StaffRequest, order_id: int) -> HttpResponse:
    """One order: its bills, what the provider said, what became of the money."""
    order = order_of(request.actor, order_id)
    context = {
        "order": order, "bills": order.bills.select_related("receivable__item", "receivable__property").order_by("position"),
        "notices": NoticeLog.objects.filter(setup=order.setup, number=order.number).order_by("pk"),
        "exceptions": order.exceptions.order_by("pk"), "refunds": Refund.objects.filter(order=order).order_by("pk"),
        "may_refund": request.actor.may(Permission.REFUND_REQUEST, order.community_id) and order.payment is not None,
        "may_ask": request.actor.may(Permission.CHANNEL_WORK, order.community_id) and order.state == Order.State.CREATED,
    }  # fmt: skip
    return render(request, "channels/order.html", context)


@require_POST
@needs(Permission.CHANNEL_WORK)
def ask(request: StaffRequest, order_id: int) -> HttpResponse:
    """Ask the provider now how the order stands."""
    order = order_of(request.actor, order_id)
    request.actor.require(Permission.CHANNEL_WORK, order.community_id)
    try:
        found = ask_provider(order)
    except DomainError as error:
        return back(request, error, "channels:order", order.pk)
    messages.success(request, _("已向渠道查询：%(state)s") % {"state": found.get_state_display()})
    return redirect("channels:order", order.pk)
