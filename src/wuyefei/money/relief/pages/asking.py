"""Asking for an aid to a household, and for a subsidy to be passed on: first what each bill would get."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number

from .. import queries
from ..actions.aids import ask_care, ask_pass, shares
from ..forms import CareForm, PassForm
from ..models import Fund
from ..rules.aid import FundKind, How

SHOWN = 200


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def care(request: HttpRequest, property_id: int) -> HttpResponse:
    """A household's unpaid bills, and how much of them the care fund should pay."""
    actor = actor_of(request)
    home = get_property(actor, property_id)
    actor.require(Permission.ADJUST_REQUEST, home.community_id)
    fund = Fund.objects.filter(community_id=home.community_id, kind=FundKind.CARE).first()
    rows = queries.unpaid_of(actor, home)
    payers = {row.payer_id: row.payer.name for row in rows}
    payer = whole_number(request.POST.get("payer") or request.GET.get("payer")) or next(iter(payers), None)
    rows = [row for row in rows if row.payer_id == payer]
    chosen = {pk for text in request.POST.getlist("bill") if (pk := whole_number(text))} if request.method == "POST" else {row.pk for row in rows}
    form = CareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and fund:
        data = form.cleaned_data
        try:
            row = ask_care(fund.pk, sorted(chosen), data["amount"], data["reason"], consented=data["consented"], actor=actor)
            messages.success(request, _("已提交，先由两人评估，再由财务决定"))
            return redirect("relief:aid", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    context: dict[str, Any] = {
        "home": home, "fund": fund, "rows": rows, "chosen": chosen, "form": form, "payers": list(payers.items()), "payer": payer,
        "free_fen": queries.balance_of(fund.pk) - queries.promised_of(fund.pk) if fund else 0, "unpaid_fen": sum(row.outstanding_fen for row in rows),
    }  # fmt: skip
    return render(request, "relief/care.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def passing(request: HttpRequest, fund_id: int) -> HttpResponse:
    """The bills that a subsidy's policy concerns: first what each would get, then it is asked for."""
    actor = actor_of(request)
    fund = queries.get_fund(actor, fund_id)
    actor.require(Permission.ADJUST_REQUEST, fund.community_id)
    if fund.kind != FundKind.SUBSIDY:
        raise NotFound()
    form = PassForm(request.POST if request.method == "POST" else None)
    parts: dict[int, int] = {}
    how = How.EACH
    if request.method == "POST" and form.is_valid():
        data, how = form.cleaned_data, How(form.cleaned_data["how"])
        try:
            if "ask" in request.POST:
                row = ask_pass(fund.pk, how, data["amount"], data["reason"], actor=actor)
                messages.success(request, _("已提交，由另一人审批"))
                return redirect("relief:aid", row.pk)
            parts = shares(fund, how, data["amount"], queries.concerned(fund, by_household=how is How.EACH))
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    bills = queries.concerned(fund, by_household=how is How.EACH)
    context = {
        "fund": fund, "form": form, "rows": [(bill, parts.get(bill.pk, 0)) for bill in bills[:SHOWN]], "count": len(bills), "shown": SHOWN,
        "homes": len({bill.payer_id for bill in bills}), "unpaid_fen": sum(bill.outstanding_fen for bill in bills), "total_fen": sum(parts.values()),
        "parts": parts, "free_fen": queries.balance_of(fund.pk) - queries.promised_of(fund.pk),
    }  # fmt: skip
    return render(request, "relief/pass.html", context, status=422 if form.errors else 200)
