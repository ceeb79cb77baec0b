"""Funds: the list with what each holds, opening one, one with its year, money and aids, and its notice-board sheet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.money.concessions.public import MeasureState, measures

from .. import queries
from ..actions.money import open_fund
from ..forms import FundForm, MoneyForm
from ..models import Fund, Money
from ..notice import notice as notice_pdf
from ..rules.aid import FundKind, State

TONES = {State.ASKED: "plan", State.DONE: "paid", State.REFUSED: "void", State.UNDONE: "void"}
SHOWN = 50


@require_GET
@needs(Permission.REPORT_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Every fund with what came, went and is held."""
    actor, today = actor_of(request), clock.today()
    rows = list(queries.funds(actor))
    place = whole_number(request.GET.get("community"))
    shown = [row for row in rows if place in (None, row.community_id)]
    moves = queries.moves([row.pk for row in shown])
    found = []
    for row in shown:
        came = sum(move.fen for move in moves[row.pk] if move.source)
        gone = -sum(move.fen for move in moves[row.pk] if not move.source)
        found.append((row, came, gone, came - gone, sum(move.households for move in moves[row.pk])))
    context = {
        "rows": found, "in_fen": sum(one[1] for one in found), "out_fen": sum(one[2] for one in found), "held_fen": sum(one[3] for one in found),
        "households": sum(one[4] for one in found), "communities": visible_communities(actor, Permission.REPORT_VIEW), "place": place,
        "may_open": actor.may(Permission.CONCESSION_EDIT), "today": today,
    }  # fmt: skip
    return render(request, "relief/funds.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.CONCESSION_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Open a fund."""
    actor = actor_of(request)
    policies = measures(actor).filter(state__in=[MeasureState.RUNNING, MeasureState.ENDED]).order_by("-pk")
    form = FundForm(
        request.POST if request.method == "POST" else None, places=[(place.pk, place.name) for place in visible_communities(actor, Permission.CONCESSION_EDIT)],
        measures=list(policies.values_list("pk", "name")),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            row = open_fund(form.order(), actor=actor)
            messages.success(request, _("已开设"))
            return redirect("relief:fund", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    return render(request, "relief/fund_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs(Permission.REPORT_VIEW)
def fund(request: HttpRequest, fund_id: int) -> HttpResponse:
    """A fund's year as it is published, and for those who may see them its money and aids one by one."""
    actor = actor_of(request)
    row = queries.get_fund(actor, fund_id)
    return render(request, "relief/fund.html", fund_context(actor, row, _year(request, row), MoneyForm() if row.kind == FundKind.CARE else None))


def fund_context(actor: Actor, row: Fund, year: int, form: MoneyForm | None) -> dict[str, object]:
    today = clock.today()
    money = list(row.money.select_related("made_by", "agreed_by", "line").order_by("-pk")[:SHOWN])
    for one in money:
        one.tone = TONES[State(one.state)]  # type: ignore[attr-defined]
    aids = list(queries.aids(actor).filter(fund=row).order_by("-pk")[:SHOWN])
    for aid in aids:
        aid.tone = TONES[State(aid.state)]  # type: ignore[attr-defined]
    may_ask = actor.may(Permission.ADJUST_REQUEST, row.community_id)
    return {
        "fund": row, "balance_fen": queries.balance_of(row.pk), "promised_fen": queries.promised_of(row.pk), "boxed_fen": queries.boxed_of(row.pk),
        "statement": queries.statement_of(row, year, today), "year": year, "years": queries.years_of(row, today), "money": money, "aids": aids,
        "care": row.kind == FundKind.CARE, "form": form if may_ask else None, "may_ask": may_ask, "banked": Money.Way.BANKED,
    }  # fmt: skip


def _year(request: HttpRequest, row: Fund) -> int:
    years = queries.years_of(row, clock.today())
    asked = whole_number(request.GET.get("year"))
    return asked if asked in years else years[0]


@require_GET
@needs(Permission.REPORT_VIEW)
def notice(request: HttpRequest, fund_id: int) -> HttpResponse:
    """The sheet for the notice board: sums only."""
    row = queries.get_fund(actor_of(request), fund_id)
    year = _year(request, row)
    response = HttpResponse(notice_pdf(row, year, clock.today()), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="fund-{row.pk}-{year}.pdf"'
    return response
