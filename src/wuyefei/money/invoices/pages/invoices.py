"""Invoices: the list, one of them, and the acts that it may need."""

from __future__ import annotations

from typing import Any

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
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import tidy, whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.between import between
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from ..actions.red import ask_red
from ..actions.requests import cancel
from ..actions.sending import ask_again, clear_mismatch, put, queue, queue_many
from ..models import Invoice
from ..queries import get_invoice, invoices, setup_of
from ..rules.states import OPEN, OWNERS, RETAINED, State

EXPORT_LIMIT = 50_000
OPEN_STATES = sorted(OPEN)
DONE_STATES = sorted(RETAINED)


def _filtered(rows: QuerySet[Invoice], sent: QueryDict) -> tuple[QuerySet[Invoice], str]:
    text = tidy(sent.get("q", ""))[:40]
    if text:
        named = Q(buyer_name__icontains=text) | Q(payer__name__icontains=text) | Q(property__code__icontains=text)
        rows = rows.filter(named | Q(number__icontains=text) | Q(invoice_number__icontains=text))
    if sent.get("state") in Invoice.State.values:
        rows = rows.filter(state=sent["state"])
    elif sent.get("state") == "open":
        rows = rows.filter(state__in=OPEN_STATES)
    if sent.get("kind") in Invoice.Kind.values:
        rows = rows.filter(kind=sent["kind"])
    place = whole_number(sent.get("community", ""))
    if place is not None:
        rows = rows.filter(community_id=place)
    return between(rows, "asked_at", sent)


def owner_of(invoice: Invoice) -> str:
    words = {"财务": _("财务"), "系统": _("系统"), "": ""}
    return words[OWNERS.get(State(invoice.state), "")]


@require_GET
@needs(Permission.PAYMENT_VIEW)
def invoice_list(request: StaffRequest) -> HttpResponse:
    """The documents, latest first, each with its deadline and whose turn it is."""
    actor = request.actor
    rows, wrong = _filtered(invoices(actor), request.GET)
    page = paginate(rows.select_related("community", "payer", "property"), ["-pk"], request.GET.get("at", ""))
    totals = rows.aggregate(
        count=Count("pk"), fen=Sum("amount_fen", filter=Q(state__in=DONE_STATES)), tax=Sum("tax_fen", filter=Q(state__in=DONE_STATES)),
        open=Count("pk", filter=Q(state__in=OPEN_STATES)), late=Count("pk", filter=Q(due_at__lt=clock.now())),
    )  # fmt: skip
    context = {
        "rows": [(row, owner_of(row)) for row in page.rows], "page": page, "wrong": wrong, "sent": request.GET, "totals": totals,
        "states": Invoice.State.choices, "kinds": Invoice.Kind.choices, "now": clock.now(), "may_export": actor.may(Permission.EXPORT),
        "may_issue": actor.may(Permission.INVOICE_ISSUE), "places": visible_communities(actor, Permission.PAYMENT_VIEW),
        "setup": setup_of(actor.organisation_id),
        "narrowed": any(request.GET.get(name) for name in ("q", "state", "kind", "community", "from", "to")),
    }  # fmt: skip
    return render(request, "invoices/list.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The filtered documents as a workbook."""
    actor = request.actor
    rows, _wrong = _filtered(invoices(actor).filter(community_id__in=actor.communities(Permission.EXPORT)), request.GET)
    head = [_("发票号码"), _("开票日期"), _("种类"), _("状态"), _("项目"), _("房屋"), _("抬头"), _("税号"), _("价税合计（元）"), _("税额（元）"),
            _("申请时间"), _("申请号"), _("沙箱")]  # fmt: skip
    lines: list[list[Cell | Fen]] = [
        [row.invoice_number, row.invoice_date, str(row.get_kind_display()), str(row.get_state_display()), row.community.name,
         row.property.code, row.buyer_name, row.buyer_tax_number, Fen(row.amount_fen), Fen(row.tax_fen), row.asked_at.astimezone(CHINA),
         row.number, _("是") if row.sandbox else ""]
        for row in rows.select_related("community", "property").order_by("-pk")[:EXPORT_LIMIT]
    ]  # fmt: skip
    return workbook_response([Sheet(_("数电票"), head, lines)], f"{_('数电票')}-{clock.today()}.xlsx")


@require_POST
@needs(Permission.INVOICE_ISSUE)
def issue_many(request: StaffRequest) -> HttpResponse:
    """Hand the ticked requests to the rounds."""
    ids = [found for found in (whole_number(text) for text in request.POST.getlist("invoice")) if found is not None]
    try:
        done, left = queue_many(ids, actor=request.actor)
    except DomainError as error:
        return _back(request, error, "invoices:list")
    if done:
        messages.success(request, _("已提交 %(count)d 张，结果稍后更新") % {"count": done})
    if left:
        messages.info(request, _("%(count)d 张已经提交过或不能再开，没有动") % {"count": left})
    if not ids:
        messages.error(request, _("请先勾选要开具的申请"))
    return redirect("invoices:list")


@require_GET
@needs(Permission.PAYMENT_VIEW)
def invoice_detail(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """One document: its lines, where it stands, until when, whose turn it is, and what may be done."""
    return render(request, "invoices/invoice.html", _context(request, get_invoice(request.actor, invoice_id)))


def _context(request: StaffRequest, invoice: Invoice) -> dict[str, Any]:
    lines = list(invoice.lines.select_related("allocation__payment__receipt", "allocation__receivable").order_by("pk"))
    under_way = set(invoice.lines.filter(red_lines__live=True).values_list("pk", flat=True))
    may = request.actor.may(Permission.INVOICE_ISSUE, invoice.community_id)
    blue = invoice.kind == Invoice.Kind.BLUE
    may_ask = request.actor.may(Permission.INVOICE_REQUEST, invoice.community_id)
    return {
        "invoice": invoice, "lines": [(line, line.live and line.pk not in under_way) for line in lines], "owner": owner_of(invoice),
        "now": clock.now(), "red_letters": list(invoice.red_letters.order_by("pk")), "may_issue": may and invoice.state in ("asked", "failed"),
        "may_ask": may and invoice.state in ("sent", "mismatch"), "may_clear": may and invoice.state == State.MISMATCH,
        "may_cancel": (may and invoice.state in ("asked", "failed")) or (may_ask and blue and invoice.state == State.ASKED),
        "may_red": may and blue and invoice.state in ("issued", "part_red") and any(line.live and line.pk not in under_way for line in lines),
    }  # fmt: skip


@require_POST
@needs(Permission.INVOICE_REQUEST)
def act(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Issue or try again, ask, clear, cancel, or take back by a red letter."""
    invoice = get_invoice(request.actor, invoice_id)
    try:
        shown = _do(request, invoice, request.POST.get("do", ""))
    except DomainError as error:
        return _back(request, error, "invoices:invoice", invoice.pk)
    return redirect("invoices:invoice", shown.pk)


def _do(request: StaffRequest, invoice: Invoice, wanted: str) -> Invoice:
    actor, reason = request.actor, request.POST.get("reason", "")
    if wanted == "issue":
        queue(invoice.pk, actor=actor)
        return _tell(request, put(invoice.pk))
    if wanted == "ask":
        return _tell(request, ask_again(invoice.pk, actor=actor))
    if wanted == "clear":
        return clear_mismatch(invoice.pk, actor=actor, reason=reason)
    if wanted == "cancel":
        messages.success(request, _("已取消，这些款项可以重新申请开票"))
        return cancel(invoice.pk, actor=actor, reason=reason)
    if wanted == "red":
        ids = [found for found in (whole_number(text) for text in request.POST.getlist("line")) if found is not None]
        red = ask_red(invoice.pk, ids, reason, actor=actor)
        queue(red.pk, actor=actor)
        return _tell(request, put(red.pk))
    raise NotFound()


def _tell(request: StaffRequest, invoice: Invoice) -> Invoice:
    if invoice.state == State.ISSUED:
        messages.success(request, _("已开具，号码 %(number)s") % {"number": invoice.invoice_number})
    elif invoice.state == State.SENT:
        messages.info(request, _("已提交，还没有结果；系统会一直问到有结果"))
    else:
        messages.error(request, invoice.failure)
    return invoice


def _back(request: StaffRequest, error: DomainError, to: str, *args: object) -> HttpResponse:
    if isinstance(error, (NotFound, Forbidden)):
        raise error
    messages.error(request, error.text)
    return redirect(to, *args)
