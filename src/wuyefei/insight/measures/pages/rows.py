"""The rows behind a figure: receivables that add up to it, or payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.money.payments.public import Tender

from ..queries.received import INTERNAL, seen_by, tenders_of
from ..queries.rows import EXPORTED, PAGE, Figure, Row, mark, openable, rows_of, sum_of
from ..rules import BUCKET_NAMES, DEFINED
from .asked import Asked, bucket_asked, period_text, read
from .dashboard import narrowings

OF_PERIOD = (Figure.DUE, Figure.PAID, Figure.UNPAID)
OF_ARREARS = (Figure.OPENING, Figure.CLEARED, Figure.ARREARS)


def names() -> dict[Figure, str]:
    return {
        Figure.DUE: _("应收"), Figure.PAID: _("已收"), Figure.UNPAID: _("未收"), Figure.OPENING: _("期初欠费"),
        Figure.CLEARED: _("清欠"), Figure.ARREARS: _("到期未缴"), Figure.OPEN: _("未缴"),
    }  # fmt: skip


def meanings() -> dict[Figure, str]:
    """What the rows of a figure are."""
    return {
        Figure.DUE: _(DEFINED["due"].definition), Figure.PAID: _(DEFINED["paid"].definition),
        Figure.UNPAID: _("应收减已收；预缴多收的不在这里"), Figure.OPENING: _("账期开始前已到期、到前一天为止未缴的本金"),
        Figure.CLEARED: _("账期内核销到期初欠费的本金"), Figure.ARREARS: _("截止日前已到期、未缴的本金"),
        Figure.OPEN: _("截止日未缴的本金"),
    }  # fmt: skip


def _figure(text: str) -> Figure:
    return Figure(text) if text in set(Figure) else Figure.DUE


@require_GET
@needs(Permission.BILLING_VIEW)
def behind(request: StaffRequest) -> HttpResponse:
    asked = read(request.GET, request.actor)
    figure, bucket = _figure(request.GET.get("figure", "")), bucket_asked(request.GET)
    found = rows_of(asked.scope, figure, bucket, request.GET.get("after", ""), PAGE + 1)
    shown = found[:PAGE]
    here = {"figure": figure, "bucket": bucket}
    places = {place.pk: place.name for place in asked.scope.communities}
    context = {
        "asked": asked, "figure": names()[figure], "meaning": meanings()[figure], "bucket": _(BUCKET_NAMES[bucket]) if bucket else "",
        "rows": [(row, places[row.community_id]) for row in shown], "sum": sum_of(asked.scope, figure, bucket), "several": len(places) > 1,
        "older": asked.address("measures:rows", after=mark(shown[-1]), **here) if len(found) > PAGE else "",
        "newer": asked.address("measures:rows", **here) if request.GET.get("after") else "",
        "with_unpaid": figure not in (Figure.UNPAID, Figure.ARREARS, Figure.OPEN),
        "tabs": _tabs(asked, figure), "narrowings": [name for name, _url in narrowings(asked)], "period": period_text(asked.scope.period),
        "back": asked.address(), "hidden": len(asked.scope.communities) - len(openable(asked.scope).communities),
        "export_url": asked.address("measures:rows_export", **here) if request.actor.may(Permission.EXPORT) else "",
    }  # fmt: skip
    return render(request, "measures/rows.html", context)


def _tabs(asked: Asked, figure: Figure) -> list[tuple[str, str, bool]]:
    """The figures one may go on to from here."""
    if figure is Figure.OPEN:
        return []
    group: Sequence[Figure] = OF_PERIOD if figure in OF_PERIOD else OF_ARREARS
    return [(names()[one], asked.address("measures:rows", figure=one), one is figure) for one in group]


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The rows of a figure, of the places whose exports are the reader's."""
    actor = request.actor
    asked = read(request.GET, actor)
    allowed = tuple(place for place in asked.scope.communities if place.pk in actor.communities(Permission.EXPORT))
    scope = replace(asked.scope, communities=allowed)
    figure, bucket = _figure(request.GET.get("figure", "")), bucket_asked(request.GET)
    places = {place.pk: place.name for place in allowed}
    word = names()[figure]
    head = [_("项目"), _("房屋"), _("缴费人"), _("收费项目"), _("服务起"), _("服务止"), _("到期日"), f"{word}（{_('元')}）", _("未缴（元）")]
    rows = [_cells(row, places[row.community_id]) for row in rows_of(scope, figure, bucket, limit=EXPORTED)]
    return workbook_response([Sheet(word, head, rows)], f"{word}-{scope.period}-{scope.as_of}.xlsx")


def _cells(row: Row, place: str) -> Sequence[Cell | Fen]:
    return [place, row.property_code, row.payer_name, row.item_name, row.service_from, row.service_to, row.due_on,
            Fen(row.amount_fen), Fen(row.unpaid_fen)]  # fmt: skip


@require_GET
@needs(Permission.PAYMENT_VIEW)
def received(request: StaffRequest) -> HttpResponse:
    """The payments of a period, by one method or all."""
    asked = read(request.GET, request.actor)
    methods = {key: word for key, word in Tender.Method.choices if key not in INTERNAL}
    method = request.GET.get("method", "")
    rows = seen_by(request.actor, asked.scope)
    if method in methods:
        rows = rows.filter(tenders__method=method)
    sums = tenders_of(rows)
    if method in methods:
        sums = sums.filter(method=method)
    page = paginate(rows.select_related("property", "payer", "community", "receipt").prefetch_related("tenders"), ("-id",), request.GET.get("page", ""))
    here = {"method": method or None}
    context = {
        "asked": asked, "rows": [(row, _of_method(row, method)) for row in page.rows], "sum": sums.aggregate(fen=Sum("amount_fen"), count=Count("pk")),
        "method": methods.get(method, ""), "meaning": _(DEFINED["received"].definition), "period": period_text(asked.scope.period),
        "narrowings": [name for name, _url in narrowings(asked)], "back": asked.address(), "several": len(asked.scope.communities) > 1,
        "newer": asked.address("measures:received", page=page.newer, **here) if page.newer else "",
        "older": asked.address("measures:received", page=page.older, **here) if page.older else "",
    }  # fmt: skip
    return render(request, "measures/received.html", context)


def _of_method(payment: object, method: str) -> int:
    tenders = payment.tenders.all()  # type: ignore[attr-defined]
    return sum(tender.amount_fen for tender in tenders if method == tender.method or (not method and tender.method not in INTERNAL))


