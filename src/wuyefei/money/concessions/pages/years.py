"""Years paid ahead: the list with what they come to, asking for one at a property, one of them, and what they earn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from .. import years as queries
from ..actions.years import YEAR_KIND, ask_year, save_year_terms
from ..forms import YearTermsForm
from ..models import YearBill
from ..papers import year_pdf
from ..rules.yearly import Offer, YearState

TONES = {YearState.ASKED: "plan", YearState.BILLED: "due", YearState.EARNED: "paid", YearState.LAPSED: "void", YearState.REFUSED: "void"}
HEAD = ("房号", "缴费人", "项目", "起", "止", "原价（元）", "优惠（元）", "付清期限", "状态")


def _filtered(request: HttpRequest, actor: Actor) -> tuple[QuerySet[YearBill], dict[str, Any]]:
    rows = queries.years(actor)
    chosen: dict[str, Any] = {"state": request.GET.get("state", ""), "community": whole_number(request.GET.get("community"))}
    text = chosen["q"] = request.GET.get("q", "").strip()[:40]
    if chosen["community"]:
        rows = rows.filter(community_id=chosen["community"])
    if chosen["state"] in YearBill.State.values:
        rows = rows.filter(state=chosen["state"])
    if text:
        rows = rows.filter(property__code__icontains=text) | rows.filter(payer__name__icontains=text)
    return rows, chosen


def _toned(row: YearBill) -> YearBill:
    late = row.state == YearState.BILLED and row.deadline < clock.today()
    row.tone = "late" if late else TONES[YearState(row.state)]  # type: ignore[attr-defined]
    row.pay_fen = row.list_fen - row.off_fen  # type: ignore[attr-defined]
    row.part_paid = late  # type: ignore[attr-defined]
    return row


@require_GET
@needs(Permission.BILLING_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Years asked for, the latest first, with what they brought and what was given up for it."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    page = paginate(rows, ["-pk"], request.GET.get("at", ""))
    context = {
        "page": page, "rows": [_toned(row) for row in page.rows], "chosen": chosen, "sums": queries.sums(rows),
        "communities": visible_communities(actor, Permission.BILLING_VIEW), "states": YearBill.State.choices,
        "narrowed": any(chosen.values()), "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "concessions/years.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook."""
    actor = actor_of(request)
    rows, chosen = _filtered(request, actor)
    table = [
        (row.property.code, row.payer.name, row.item.name, row.starts_on, row.ends_on, Fen(row.list_fen), Fen(row.off_fen), row.deadline,
         row.get_state_display())
        for row in rows.filter(community_id__in=actor.communities(Permission.EXPORT)).order_by("-pk")
    ]  # fmt: skip
    for place in visible_communities(actor, Permission.EXPORT):
        if chosen["community"] in (None, place.pk):
            audit.record(actor, "concessions.export_years", place, community_id=place.pk)
    return workbook_response([Sheet(_("年付优惠"), [_(name) for name in HEAD], table)], _("年付优惠") + ".xlsx")


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def new(request: HttpRequest, property_id: int) -> HttpResponse:
    """The lines of a property with what a year from a month on would cost; one of them is asked for."""
    actor, today = actor_of(request), clock.today()
    home = get_property(actor, property_id)
    actor.require(Permission.ADJUST_REQUEST, home.community_id)
    refusal = ""
    try:
        start = Month.parse(request.POST.get("start") or request.GET.get("start") or "")
    except DomainError:
        start = queries.next_start(home, today)
    if request.method == "POST":
        line, _dash, offer = request.POST.get("choice", "").partition("-")
        try:
            if offer not in list(Offer):
                raise DomainError("no_choice", "请选一项。")
            row = ask_year(home.pk, whole_number(line) or 0, start, Offer(offer), actor=actor)
            messages.success(request, _("已提交，由另一人审批"))
            return redirect("concessions:year", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            refusal = error.text
    months = [Month.of(today).plus(step) for step in range(queries.AHEAD_MONTHS + 1)]
    context = {"home": home, "start": start, "months": months, "choices": queries.choices(home, start, today), "refusal": refusal}
    return render(request, "concessions/year_new.html", context, status=422 if refusal else 200)


@require_GET
@needs(Permission.BILLING_VIEW)
def year(request: HttpRequest, year_id: int) -> HttpResponse:
    """One year: what it costs, until when, and how it stands."""
    actor = actor_of(request)
    row = _toned(queries.get_year(actor, year_id))
    waiting = open_request(actor, YEAR_KIND, row.pk) if row.state == YearState.ASKED else None
    return render(request, "concessions/year.html", {"year": row, "request_row": waiting})


@require_GET
@needs(Permission.BILLING_VIEW)
def agreement(request: HttpRequest, year_id: int) -> HttpResponse:
    """The agreement on paper; one that does not hold says so."""
    row = queries.get_year(actor_of(request), year_id)
    response = HttpResponse(year_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="year-{row.pk}.pdf"'
    return response


@require_http_methods(["GET", "POST"])
@needs(Permission.BILLING_VIEW)
def terms(request: HttpRequest) -> HttpResponse:
    """What a year paid ahead earns, and what it earned before."""
    actor = actor_of(request)
    now, may_set = queries.year_terms_of(actor.organisation_id), Permission.CONCESSION_EDIT in actor.wide
    if request.method == "POST" and not may_set:
        raise Forbidden(permission=_("制定优惠政策"))
    form = YearTermsForm(request.POST if request.method == "POST" else None, terms=now)
    if request.method == "POST" and form.is_valid():
        try:
            save_year_terms(form.chosen(), form.cleaned_data["reason"], actor=actor)
            messages.success(request, _("年付优惠已保存，从现在起的申请按它算"))
            return redirect("concessions:year_terms")
        except DomainError as error:
            form.add_error(None, error.text)
    context = {"form": form, "terms": now, "may_set": may_set, "history": queries.terms_history(actor)}
    return render(request, "concessions/year_terms.html", context, status=422 if form.errors else 200)
