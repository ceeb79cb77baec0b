"""Receipts: the list, the paper, and the public page that its code leads to."""

from __future__ import annotations

from urllib.parse import quote

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs, public_page
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.sessions import address_of
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import mask_name, tidy
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.between import between
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.shell.pages import too_many

from .actions import log_print
from .models import Receipt
from .queries import receipt_by_token, receipts, snapshot_of
from .render import render_receipt

PAGE = 50
EXPORT_LIMIT = 50_000
LOOKS_A_MINUTE = 30
"""How often one address may look at verification pages: enough for a person, too few to try tokens."""
TOKEN_LENGTH = range(20, 33)


@require_GET
@needs(Permission.PAYMENT_VIEW)
def receipt_list(request: StaffRequest) -> HttpResponse:
    """The receipts, latest first, by number, day, place and whether void."""
    actor = request.actor
    rows, wrong = _filtered(receipts(actor), request.GET)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    found = list(rows.select_related("community").order_by("-pk")[: PAGE + 1])
    shown, older = found[:PAGE], ""
    if len(found) > PAGE:
        query = request.GET.copy()
        query["before"] = str(shown[-1].pk)
        older = f"?{query.urlencode()}"
    context = {
        "rows": shown, "older": older, "wrong": wrong, "sent": request.GET,
        "places": visible_communities(actor, Permission.PAYMENT_VIEW), "may_export": actor.may(Permission.EXPORT),
        "may_print": actor.may(Permission.RECEIPT_REPRINT),
    }  # fmt: skip
    return render(request, "receipts/list.html", context)


def _filtered(rows: QuerySet[Receipt], sent: QueryDict) -> tuple[QuerySet[Receipt], str]:
    """The rows asked for, and what of the filter could not be understood."""
    number = tidy(sent.get("number", "")).upper()[:30]
    if number:
        rows = rows.filter(number__contains=number)
    if sent.get("state") in ("void", "valid"):
        rows = rows.filter(voided_at__isnull=sent["state"] == "valid")
    place = sent.get("community", "")
    if place.isascii() and place.isdigit():
        rows = rows.filter(community_id=int(place[:18]))
    return between(rows, "issued_at", sent)


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The filtered receipts as a workbook."""
    actor = request.actor
    rows, _wrong = _filtered(receipts(actor).filter(community_id__in=actor.communities(Permission.EXPORT)), request.GET)
    found = rows.select_related("community").order_by("-pk")[:EXPORT_LIMIT]
    sheet = Sheet(
        _("收据"),
        [_("收据号"), _("项目"), _("日期"), _("房屋"), _("缴费人"), _("金额（元）"), _("状态"), _("作废原因")],
        [
            [row.number, row.community.name, row.issued_at.astimezone(CHINA).date(), row.snapshot["property_code"],
             row.snapshot["payer"], Fen(row.total_fen), _("已作废") if row.voided_at else _("有效"), row.void_reason]
            for row in found
        ],
    )  # fmt: skip
    return workbook_response([sheet], f"{_('收据')}-{clock.today()}.xlsx")


@require_GET
@needs(Permission.PAYMENT_VIEW)
@xframe_options_sameorigin
def pdf(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """The receipt on paper. Every print is logged; from the second on the paper says so."""
    receipt, before = log_print(receipt_id, actor=request.actor)
    address = request.build_absolute_uri(reverse("receipts:verify", args=[receipt.token]))
    content = render_receipt(snapshot_of(receipt, verify_url=address, duplicate_no=before))
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(receipt.number)}.pdf"
    # shown in a hidden frame of our own pages, from which it is printed
    response.headers["Content-Security-Policy"] = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"
    return response


@require_GET
@public_page
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """What a receipt's code leads to: whether we issued it and for how much; nobody's name, room or number."""
    if _looked_too_often(address_of(request)):
        return too_many(request, minutes=1)
    if len(token) not in TOKEN_LENGTH or not token.isascii():
        raise NotFound()
    receipt = receipt_by_token(token)
    snapshot = snapshot_of(receipt)
    # what somebody wrote beside an item may name a person, a car, a room
    lines = [(line.item.partition("（")[0], line.period, line.amount_fen) for line in snapshot.lines]
    context = {"receipt": receipt, "shown": snapshot, "lines": lines, "payer": mask_name(snapshot.payer)}
    response = render(request, "receipts/verify.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _looked_too_often(address: str) -> bool:
    key = f"receipts.verify.{address}.{int(clock.now().timestamp()) // 60}"
    cache.add(key, 0, timeout=120)
    return cache.incr(key) > LOOKS_A_MINUTE
