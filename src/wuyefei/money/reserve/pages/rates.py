"""The firm's rates, their versions, and how they held against what was really collected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.platform import clock

from ..actions import set_rates
from ..forms import RatesForm
from ..models import Rates, Run
from ..queries import followed, rates_on, runs, terms_of, versions
from ..rules import FOLLOWED, RATED, Held, Quarter
from .common import asked_quarter, latest_quarter, names, percent

KEPT = 20


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LEDGER_VIEW)
def shown(request: StaffRequest) -> HttpResponse:
    """What holds now, the review of an earlier quarter, the versions; setting new ones."""
    actor, today = request.actor, clock.today()
    current = rates_on(actor.organisation_id, today)
    form = _form(request, current) if Permission.RESERVE_APPROVE in actor.wide else None
    if request.method == "POST":
        if form is None:
            actor.require_wide(Permission.RESERVE_APPROVE)
        elif form.is_valid() and _set(request, form):
            return redirect("reserve:rates")
    quarter = _reviewed(request, actor)
    held = followed(actor, quarter)
    said, terms = names(), terms_of(current)
    context: dict[str, Any] = {
        "form": form, "current": current, "terms": terms, "rates": [(said[bucket], percent(terms.rate(bucket))) for bucket in RATED],
        "due": current is None or current.set_at.astimezone(CHINA).date() < Quarter.of(today).first,
        "quarter": quarter, "before": quarter.plus(-1), "after": quarter.plus(1) if quarter < latest_quarter() else None,
        "held": [_line(one, said[one.bucket]) for one in held], "any_held": any(one.outstanding_fen for one in held),
        "later": [(quarter.plus(n), quarter.plus(n) <= Quarter.of(today)) for n in range(1, FOLLOWED + 1)],
        "versions": [(row, [percent(terms_of(row).rate(bucket)) for bucket in RATED]) for row in versions(actor)[:KEPT]],
        "names": [said[bucket] for bucket in RATED],
    }  # fmt: skip
    return render(request, "reserve/rates.html", context, status=422 if form is not None and form.errors else 200)


def _reviewed(request: StaffRequest, actor: Actor) -> Quarter:
    """The quarter asked for; else the earliest approved of the last four, which has been followed the longest."""
    if request.GET.get("quarter"):
        return asked_quarter(request)
    since = latest_quarter().plus(1 - FOLLOWED)
    row = runs(actor).filter(state=Run.State.APPROVED, as_of__gte=since.first).order_by("as_of", "pk").first()
    return row.quarter if row else latest_quarter()


def _line(one: Held, name: str) -> dict[str, Any]:
    """``over``: the rate sets aside more than has not come in so far; ``under``: less."""
    left = one.uncollected
    return {
        "held": one, "name": name, "rate": percent(one.rate), "left": percent(left),
        "under": left is not None and left > one.rate,
    }  # fmt: skip


def _form(request: StaffRequest, current: Rates | None) -> RatesForm:
    terms = terms_of(current)
    initial: dict[str, Any] = {"effective_from": Quarter.of(clock.today()).first, "large": yuan(terms.large_fen)}
    initial |= {bucket.name.lower(): Decimal(percent(terms.rate(bucket))) for bucket in RATED}
    approved = Run.objects.filter(organisation_id=request.actor.organisation_id, state=Run.State.APPROVED).order_by("-as_of").first()
    if approved and initial["effective_from"] <= approved.as_of:
        initial["effective_from"] = approved.as_of + DAY
    return RatesForm(request.POST if request.method == "POST" else None, initial=initial)


def _set(request: StaffRequest, form: RatesForm) -> bool:
    found = form.cleaned_data
    try:
        row = set_rates(found["effective_from"], form.terms, found["reason"], actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(None, error.text)
        return False
    messages.success(request, _("已设定，从 %(day)s 起") % {"day": row.effective_from})
    return True
