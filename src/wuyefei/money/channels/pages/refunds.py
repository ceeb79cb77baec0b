"""Refunds: the list, the request, and the acts that a refund may need."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import parse_yuan, yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.between import between
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.money.payments.public import Payment, balance_fen, get_payment

from ..actions.refunds import REFUND_KIND, RefundRequest, ask_refund, cancel, paid_by_transfer, retry
from ..models import Order, Refund
from ..queries import get_refund, payee, refundable_fen, refunds
from ..rules import RefundMethod, RefundState, refund_owner
from .common import EXPORT_LIMIT, back, number_of, page_of

OPEN = (Refund.State.REQUESTED, Refund.State.APPROVED, Refund.State.SENT, Refund.State.FAILED)


def _filtered(rows: QuerySet[Refund], sent: QueryDict) -> tuple[QuerySet[Refund], str]:
    text = sent.get("q", "").strip()[:40]
    if text:
        flat = Q(payment__property__code__icontains=text) | Q(order__property__code__icontains=text)
        payer = Q(payment__payer__name__icontains=text) | Q(order__payer__name__icontains=text)
        rows = rows.filter(Q(number__icontains=text) | Q(order__number__icontains=text) | flat | payer)
    if sent.get("state") in Refund.State.values:
        rows = rows.filter(state=sent["state"])
    elif sent.get("state") == "open":
        rows = rows.filter(state__in=OPEN)
    place = number_of(sent.get("community", ""))
    if place is not None:
        rows = rows.filter(community_id=place)
    return between(rows, "requested_at", sent)


@require_GET
@needs(Permission.PAYMENT_VIEW)
def refund_list(request: StaffRequest) -> HttpResponse:
    """The refunds, latest first, each with its deadline and whose turn it is."""
    actor = request.actor
    rows, wrong = _filtered(refunds(actor), request.GET)
    related = rows.select_related("community", "payment__property", "payment__payer", "order__property", "order__payer")
    shown, older = page_of(related, request.GET)
    totals = rows.aggregate(
        count=Count("pk"), asked=Sum("amount_fen"), done=Sum("amount_fen", filter=Q(state=Refund.State.DONE)),
        open=Sum("amount_fen", filter=Q(state__in=OPEN)), late=Count("pk", filter=Q(due_at__lt=clock.now())),
    )  # fmt: skip
    context = {
        "rows": [(row, row.payment or row.order, _owner(row)) for row in shown], "older": older, "wrong": wrong, "sent": request.GET,
        "totals": totals, "states": Refund.State.choices, "now": clock.now(), "may_export": actor.may(Permission.EXPORT),
        "places": visible_communities(actor, Permission.PAYMENT_VIEW),
        "narrowed": any(request.GET.get(name) for name in ("q", "state", "community", "from", "to")),
    }  # fmt: skip
    return render(request, "channels/refunds.html", context)


def _owner(refund: Refund) -> str:
    words = {"审批人": _("审批人"), "系统": _("系统"), "财务": _("财务"), "": ""}
    return words[refund_owner(RefundState(refund.state), RefundMethod(refund.method))]


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The filtered refunds as a workbook."""
    actor = request.actor
    rows, _wrong = _filtered(refunds(actor).filter(community_id__in=actor.communities(Permission.EXPORT)), request.GET)
    found = rows.select_related("community", "payment__property", "payment__payer", "order__property", "order__payer").order_by("-pk")
    head = [_("退款单号"), _("项目"), _("房屋"), _("缴费人"), _("申请时间"), _("方式"), _("状态"), _("金额（元）"), _("原因"), _("银行流水号")]
    lines: list[list[Cell | Fen]] = []
    for row in found[:EXPORT_LIMIT]:
        about = row.payment or row.order
        assert about is not None
        lines.append(
            [row.number, row.community.name, about.property.code, about.payer.name, row.requested_at.astimezone(CHINA),
             str(row.get_method_display()), str(row.get_state_display()), Fen(row.amount_fen), row.reason, row.reference]
        )  # fmt: skip
    return workbook_response([Sheet(_("退款"), head, lines)], f"{_('退款')}-{clock.today()}.xlsx")


@require_http_methods(["GET", "POST"])
@needs(Permission.REFUND_REQUEST)
def new_refund(request: StaffRequest, payment_id: int) -> HttpResponse:
    """Ask for a refund of a payment: how much, which bills it comes out of, which way."""
    payment = get_payment(request.actor, payment_id)
    request.actor.require(Permission.REFUND_REQUEST, payment.community_id)
    refused = ""
    if request.method == "POST":
        try:
            refund = _ask(request, payment)
        except DomainError as error:
            if isinstance(error, (NotFound, Forbidden)):
                raise
            refused = error.text
        else:
            messages.success(request, _("已提交退款申请，由另一位同事审批"))
            return redirect("channels:refund", refund.pk)
    return render(request, "channels/new_refund.html", _form(request, payment) | {"refused": refused}, status=409 if refused else 200)


def _ask(request: StaffRequest, payment: Payment) -> Refund:
    sent = request.POST
    wanted = RefundRequest(
        payment.pk, parse_yuan(sent.get("amount", ""), _("退款金额")), sent.get("method", ""), sent.get("reason", ""),
        tuple(found for found in (number_of(text) for text in sent.getlist("bill")) if found is not None),
    )  # fmt: skip
    return ask_refund(wanted, actor=request.actor)


def _form(request: StaffRequest, payment: Payment) -> dict[str, Any]:
    order = Order.objects.filter(payment=payment).first()
    sums: dict[int, dict[str, Any]] = {}
    rows = payment.allocations.filter(reverses__isnull=True, reversed_by__isnull=True).select_related("receivable__item")
    for row in rows.order_by("receivable_id"):
        line = sums.setdefault(row.receivable_id, {"bill": row.receivable, "fen": 0})
        line["fen"] += row.amount_fen
    left = refundable_fen(payment)
    chosen = request.POST.getlist("bill") if request.method == "POST" else []
    return {
        "payment": payment, "order": order, "lines": list(sums.values()), "left_fen": left, "chosen": chosen,
        "held_fen": balance_fen(payment.payer_id, payment.property_id),
        "sent": request.POST, "amount": request.POST.get("amount", yuan_text(left).replace(",", "")),
    }  # fmt: skip


@require_GET
@needs(Permission.PAYMENT_VIEW)
def refund_detail(request: StaffRequest, refund_id: int) -> HttpResponse:
    """One refund: where it stands, until when, whose turn it is, and what may be done."""
    refund = get_refund(request.actor, refund_id)
    may_work = request.actor.may(Permission.CHANNEL_WORK, refund.community_id)
    failed, about = refund.state == Refund.State.FAILED, refund.payment or refund.order
    assert about is not None
    context = {
        "refund": refund, "about": about, "payee": payee(refund), "owner": _owner(refund), "now": clock.now(),
        "asked": open_request(request.actor, REFUND_KIND, refund.pk), "may_retry": may_work and failed and refund.method == "source",
        "may_transfer": may_work and (failed or (refund.state == Refund.State.APPROVED and refund.method == "transfer")),
        "may_cancel": may_work and refund.payment_id is not None and (failed or (refund.state == Refund.State.APPROVED and refund.method == "transfer")),
    }  # fmt: skip
    return render(request, "channels/refund.html", context)


@require_POST
@needs(Permission.CHANNEL_WORK)
def act(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Try again, note the bank's reference, or cancel."""
    refund = get_refund(request.actor, refund_id)
    wanted = request.POST.get("do", "")
    try:
        if wanted == "retry":
            retry(refund.pk, actor=request.actor)
            messages.success(request, _("已重新提交，结果稍后更新"))
        elif wanted == "transfer":
            paid_by_transfer(refund.pk, request.POST.get("reference", ""), actor=request.actor)
            messages.success(request, _("已登记银行转账，退款完成"))
        elif wanted == "cancel":
            cancel(refund.pk, actor=request.actor, reason=request.POST.get("reason", ""))
            messages.success(request, _("已取消，钱回到押金里") if refund.deposit_id else _("已取消，钱回到缴费人的预存"))
        else:
            raise NotFound()
    except DomainError as error:
        return back(request, error, "channels:refund", refund.pk)
    return redirect("channels:refund", refund.pk)
