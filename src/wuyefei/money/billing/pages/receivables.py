"""The list of receivables, the life of one, and what may be asked about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.estate.properties.public import buildings
from wuyefei.estate.tariffs.public import items
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.actions import kind_of
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from .. import forms, listing, queries
from ..actions import holds
from ..actions import receivables as acts
from ..explaining import explanation, late_fee_of
from ..fees import lost_among, standings
from ..models import Receivable
from .common import actor_of, number

ORDER = ["-due_on", "-id"]


def chosen_rows(request: HttpRequest) -> listing.Filter:
    state, period = request.GET.get("state", ""), request.GET.get("period", "")
    try:
        month = Month.parse(period) if period else None
    except Invalid:
        month = None
    return listing.Filter(
        number(request, "community"), number(request, "building"), number(request, "item"),
        state if state in listing.STATES else "", month, request.GET.get("q", "").strip()[:40],
    )  # fmt: skip


def dress(rows: list[Receivable]) -> list[Receivable]:
    """Rows with their standing as of today."""
    today = clock.today()
    found = standings(rows, today)
    lost = lost_among([row.pk for row in rows if not row.outstanding_fen and found[row.pk].fee_due_fen < row.amount_fen])
    for row in rows:
        standing = found[row.pk]
        row.standing = standing  # type: ignore[attr-defined]
        row.kind_of_state, words = listing.state_of(row, standing.fee_due_fen, standing.payable_fen, today, row.pk in lost)  # type: ignore[attr-defined]
        row.state_words = _(words)  # type: ignore[attr-defined]
        row.days_late = (today - row.due_on).days if row.outstanding_fen and row.due_on < today else 0  # type: ignore[attr-defined]
    return rows


@require_GET
@needs(Permission.BILLING_VIEW)
def receivables(request: HttpRequest) -> HttpResponse:
    """All receivables that match, the latest due first, with totals over all of them."""
    actor, today, chosen = actor_of(request), clock.today(), chosen_rows(request)
    rows = listing.found(actor, chosen, today)
    page = paginate(rows.select_related("property", "payer", "item", "community"), ORDER, request.GET.get("at", ""))
    places = visible_communities(actor, Permission.BILLING_VIEW)
    context = {
        "page": page,
        "rows": dress(page.rows),
        "totals": listing.totals(actor, rows, today),
        "chosen": chosen,
        "narrowed": chosen != listing.Filter(),
        "states": [(code, _(name)) for code, name in listing.STATES.items()],
        "communities": places,
        "buildings": buildings(actor).filter(community_id=chosen.community).order_by("sort_key") if chosen.community else [],
        "items": items(actor),
        "may_export": actor.may(Permission.EXPORT),
        "many": len(places) > 1,
    }
    return render(request, "billing/receivables.html", context)


HEAD = (
    "小区", "房号", "缴费人", "收费项目", "服务自", "服务至", "到期日", "应收（元）", "调整（元）", "未缴（元）", "违约金（元）", "状态",
)  # fmt: skip


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """A workbook of what the filter shows, in the places where exporting is allowed."""
    actor, today, chosen = actor_of(request), clock.today(), chosen_rows(request)
    rows = listing.found(actor, chosen, today).filter(community_id__in=actor.communities(Permission.EXPORT))

    def body() -> Any:
        mark = ""
        while True:
            page = paginate(rows.select_related("property", "payer", "item", "community"), ORDER, mark, 2000)
            for row in dress(page.rows):
                due: Any = row.standing  # type: ignore[attr-defined]
                yield (
                    row.community.name, row.property.code, row.payer.name, row.item.name, row.service_from, row.service_to,
                    row.due_on, Fen(row.amount_fen), Fen(due.fee_due_fen - row.amount_fen), Fen(row.outstanding_fen),
                    Fen(due.payable_fen), str(row.state_words),  # type: ignore[attr-defined]
                )  # fmt: skip
            if not page.older:
                return
            mark = page.older

    organisation = visible_communities(actor)[0].organisation
    audit.record(actor, "billing.export_receivables", organisation, after={"filter": str(request.GET.urlencode())})
    sheet = Sheet(_("应收明细"), [_(title) for title in HEAD], body())
    return workbook_response([sheet], f"{_('应收明细')}-{today}.xlsx")


@require_GET
@needs(Permission.BILLING_VIEW)
def receivable(request: HttpRequest, pk: int) -> HttpResponse:
    """One receivable: its life, its amount explained, its late fee as of today."""
    actor = actor_of(request)
    row = dress([queries.get_receivable(actor, pk)])[0]
    drawer = getattr(request, "htmx", False)
    open_requests = [found for kind in ASKS_BY_KIND if (found := open_request(actor, kind, pk))]
    context = {
        "row": row,
        "explanation": explanation(row),
        "late_fee": late_fee_of(row, clock.today()),
        "adjustments": row.adjustments.order_by("id"),
        "waivers": row.waivers.order_by("id"),
        "holds": row.holds.order_by("starts_on", "id"),
        "requests": [(kind_of(found.kind).label, found) for found in open_requests],
        "may_ask": row.reversed_at is None and actor.may(Permission.ADJUST_REQUEST, row.community_id),
        "by_hand": holds.BY_HAND,
        "frame": "shell/drawer.html" if drawer else "shell/base.html",
        "drawer": drawer,
    }
    return render(request, "billing/receivable.html", context)


ASKS: dict[str, tuple[str, type[forms.ReasonForm]]] = {
    "adjust": ("申请调整", forms.AdjustForm),
    "waive": ("申请减免违约金", forms.WaiveForm),
    "reverse": ("申请红冲", forms.ReasonForm),
    "hold": ("申请停计违约金", forms.HoldForm),
}
ASKS_BY_KIND = {acts.ADJUST_KIND: "adjust", acts.WAIVE_KIND: "waive", acts.REVERSE_KIND: "reverse", holds.HOLD_KIND: "hold"}


def _ask(act: str, pk: int, data: dict[str, Any], request: HttpRequest) -> Request:
    actor, reason = actor_of(request), data["reason"]
    if act == "adjust":
        return acts.ask_adjustment(pk, data["amount"], actor=actor, reason=reason)
    if act == "waive":
        return acts.ask_waiver(pk, data["amount"], actor=actor, reason=reason)
    if act == "hold":
        return holds.ask_hold(pk, data["starts_on"], data["ends_on"], actor=actor, reason=reason)
    return acts.ask_reversal(pk, actor=actor, reason=reason)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def ask(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Ask a second person for an act on a receivable."""
    if act not in ASKS:
        raise NotFound()
    actor = actor_of(request)
    row = dress([queries.get_receivable(actor, pk)])[0]
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    title, form_class = ASKS[act]
    initial = {"starts_on": clock.today()} if act == "hold" else {}
    form = form_class(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _ask(act, pk, form.cleaned_data, request)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已提交，等待另一人复核"))
            return redirect("billing:receivable", pk)
    context = {"row": row, "form": form, "act": act, "title": _(title), "late_fee": late_fee_of(row, clock.today())}
    return render(request, "billing/ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def end_hold(request: HttpRequest, pk: int, hold_id: int) -> HttpResponse:
    """End a hold that was placed by hand; others are ended by what placed them."""
    actor = actor_of(request)
    row = dress([queries.get_receivable(actor, pk)])[0]
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    hold = row.holds.filter(pk=hold_id).first()
    if hold is None:
        raise NotFound()
    if hold.kind != holds.BY_HAND:
        raise BadRequest
    form = forms.EndHoldForm(request.POST or None, initial={"ends_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            holds.end_hold(hold_id, form.cleaned_data["ends_on"], actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("停计已结束"))
            return redirect("billing:receivable", pk)
    context = {"row": row, "form": form, "act": "end_hold", "title": _("结束停计"), "hold": hold, "late_fee": None}
    return render(request, "billing/ask.html", context, status=422 if form.errors else 200)
