"""Making a plan: choose the bills, see the parts, ask."""

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
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock

from .. import queries
from ..actions.plans import propose
from ..forms import PlanForm
from ..limiting import limits_of
from ..models import Plan
from ..origins import Origin, origin_of
from ..rules.limits import Limits
from ..rules.plans import Basis, Wanted, check_terms, months_of, schedule


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def new(request: HttpRequest, property_id: int) -> HttpResponse:
    """The unpaid bills of one payer and the terms; first the parts are shown, then they are asked for."""
    actor = actor_of(request)
    home = get_property(actor, property_id)
    actor.require(Permission.ADJUST_REQUEST, home.community_id)
    before = _followed(request)
    payers = queries.payers_owing(actor, home.pk)
    wanted = whole_number(request.POST.get("payer") or request.GET.get("payer"))
    payer = next((one for one in payers if one[0] == wanted), payers[0] if payers else None)
    rows = queries.candidates(actor, clock.today(), payer[0], home.community_id) if payer else []
    own = set(before.bills.values_list("receivable_id", flat=True)) if before else set()
    for row in rows:
        row.planned = row.planned and row.pk not in own  # type: ignore[attr-defined]
    free = [row for row in rows if not row.planned]  # type: ignore[attr-defined]
    chosen = {pk for text in request.POST.getlist("bill") if (pk := whole_number(text))} if request.method == "POST" else {row.pk for row in free}
    total = sum(row.outstanding_fen for row in free if row.pk in chosen)
    limits, origin = limits_of(actor.organisation_id), _origin(request, home.community_id)
    form = PlanForm(request.POST or None, initial=_initial(total, limits, origin), limits=limits, mediated=bool(origin and origin.mediated))
    parts = None
    if request.method == "POST" and form.is_valid():
        try:
            terms = form.terms(before.pk if before else None, origin.ref if origin else "")
            if "ask" in request.POST:
                plan = propose(home.pk, sorted(chosen), terms, actor=actor)
                messages.success(request, _("已提交，由另一人审批"))
                return redirect("concessions:plan", plan.pk)
            wanted_ = Wanted(terms.basis, terms.months, terms.relief_percent, terms.first_due_on)
            check_terms(wanted_, total, clock.today(), limits)
            parts = schedule(total, terms.months, terms.first_due_on)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    context: dict[str, Any] = {
        "home": home, "payers": payers, "payer": payer, "rows": rows, "chosen": chosen, "form": form, "parts": parts, "total": total,
        "before": before, "large": limits.large_fen, "origin": origin,
    }  # fmt: skip
    return render(request, "concessions/new.html", context, status=422 if form.errors else 200)


def _followed(request: HttpRequest) -> Plan | None:
    """The plan to be agreed anew, of the actor's places."""
    wanted = whole_number(request.POST.get("follows") or request.GET.get("follows"))
    return None if wanted is None else queries.get_plan(actor_of(request), wanted)


def _origin(request: HttpRequest, community_id: int) -> Origin | None:
    """What the payer asked for, if this comes from there; ``NotFound`` where it is of another place."""
    ref = request.POST.get("origin") or request.GET.get("origin")
    if not ref:
        return None
    origin = origin_of(actor_of(request), ref)
    if origin.community_id != community_id:
        raise NotFound()
    return origin


def _initial(total_fen: int, limits: Limits, origin: Origin | None) -> dict[str, Any]:
    basis = Basis.MEDIATION if origin and origin.mediated else Basis.POLICY if total_fen >= limits.large_fen else Basis.HARDSHIP
    least, most = months_of(basis, limits)
    today = clock.today()
    first = min(Month.of(today).plus(1).day(min(today.day, 28)), Month.of(today).plus(1).last)
    return {"basis": basis, "months": min(most, max(least, origin.months if origin and origin.months else limits.policy_most)),
            "first_due_on": first, "relief_percent": limits.relief_least if basis is Basis.HARDSHIP else 0}  # fmt: skip
