"""One matter: parties, debts, limitation, deadlines, what happened, papers, and what may be done next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound, spoken
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import lost_among, open_bills
from wuyefei.relations.contacts.public import work_calendar

from ..actions.acting import act
from ..actions.bankruptcy import standing
from ..forms import form_of
from ..instalments import plan_of, ref_of
from ..models import Matter, Paper
from ..queries.costs import sums_of_matter
from ..queries.matters import (
    Past,
    bills_of,
    claims_of,
    clock_for,
    commercial,
    deadlines_of,
    debts_of,
    found_of,
    get_matter,
    past_of,
    recovered_fen,
)
from ..rules.costs import Outlook, preserve_fee, suit_fee
from ..rules.deadlines import BEFORE_COURT
from ..rules.eligibility import ROAD_NAMES, assets_missing, demand_over, roads
from ..rules.road import ACTS, LETTER_STEPS, Step, acts_in
from .common import actor_of, told
from .costs import costs_shown, creditors_shown


@require_GET
@needs(Permission.LEGAL_VIEW)
def matter(request: HttpRequest, matter_id: int) -> HttpResponse:
    return shown(request, get_matter(actor_of(request), matter_id))


def shown(request: HttpRequest, row: Matter, errors: tuple[str, ...] = (), status: int = 200) -> HttpResponse:
    actor, today = actor_of(request), clock.today()
    past, bills, calendar = past_of(row), bills_of(actor, row, today), work_calendar(row.organisation_id)
    may_work = actor.may(Permission.LEGAL_WORK, row.community_id) and row.closed_on is None
    claims, step = _claims(row, bills), Step(row.step)
    principal = sum(one["bill"].outstanding_fen for one in claims if one["bill"])
    waits = any(one.posted_on is None and one.void_on is None and one.principal_fen == principal for one in past.letters)
    beside = _beside(row, past)
    context: dict[str, Any] = {
        "matter": row, "errors": errors, "today": today, "may_work": may_work, "claims": claims, "lost": not bills and any(one["lost"] for one in claims),
        "principal_fen": principal, "late_fen": sum(bill.late_fee_fen for bill in bills.values()),
        "total_fen": sum(bill.total_fen for bill in bills.values()), "frozen_fen": sum(one["claim"].principal_fen + one["claim"].late_fee_fen for one in claims),
        "events": [(event, told(event)) for event in reversed(past.events)],
        "letters": [(one, demand_over(one.delivered_on, calendar) if one.delivered_on else None) for one in past.letters],
        "papers": Paper.objects.filter(matter=row).exclude(kind=Paper.Kind.LETTER).select_related("made_by").order_by("-pk")[:20],
        "court": Paper.COURT, "kinds": [pair for pair in Paper.Kind.choices if pair[0] not in (Paper.Kind.LETTER, *beside)],
        "acts": [(one.code, _(one.name), one.to is not None) for one in acts_in(step) if one.code not in beside] if actor.may(Permission.LEGAL_WORK, row.community_id) else [],
        "may_letter": may_work and step in LETTER_STEPS and not waits, "deadlines": deadlines_of(past, today, row.limitation_on) if row.closed_on is None else [],
        "roads": _roads(request, row, set(bills)), "recovered_fen": recovered_fen(row),
        "assets": past.last("assets"), "paid": not bills, **_court(row, past, sum(bill.total_fen for bill in bills.values())),
    }  # fmt: skip
    context |= costs_shown(row, actor) | creditors_shown(row, past, actor)
    if past.last("agreed") is not None:
        context |= {"plan": plan_of(actor, row), "plan_ref": ref_of(row), "agreed": past.last("agreed"), "may_plan": actor.may(Permission.ADJUST_REQUEST, row.community_id)}
        context["confirm"] = past.last("ask_confirm", "confirmed")
    return render(request, "legal/matter.html", context, status=status)


def _beside(row: Matter, past: Past) -> set[str]:
    """Acts that the step allows and the facts do not."""
    found = {"cost"} if commercial(row) else {"cost", "preserve", "preserved"}
    if past.last("order") is None:
        found.add("served")
    if Step(row.step) not in (Step.JUDGED, Step.ENFORCEMENT) and row.person.kind == row.person.Kind.INDIVIDUAL:
        found.add("declare")
    if standing(row) is None:
        found.add("ended")
    return found if past.last("declare") is not None else found | {"admitted", "shared", "distributed"}


TRACK_NAMES = (("small", "小额、简易程序"), ("ordinary", "普通程序"), ("order", "支付令"))


def _court(row: Matter, past: Past, owed_fen: int) -> dict[str, Any]:
    """What going to court would cost and bring: each way with its fee and what is left; the asset check that it needs first."""
    if Step(row.step) not in BEFORE_COURT or not owed_fen:
        return {}
    known, spent = past.last("assets"), max(sums_of_matter(row).spent_fen, past.total("fee_fen", "cost_fen"))
    expected = int(known.facts["expected_fen"]) if known else owed_fen
    ways = [(_(name), Outlook(owed_fen, expected, spent, suit_fee(owed_fen, track))) for track, name in TRACK_NAMES]
    found: dict[str, Any] = {"ways": ways, "unsure": known is None, "missing": spoken(assets_missing(known.on if known else None, clock.today()))}
    if known:
        found["asset_facts"] = told(known)
    if commercial(row):
        found["preserve_fen"] = preserve_fee(owed_fen)
    return found


def _claims(row: Matter, bills: dict[int, Any]) -> list[dict[str, Any]]:
    claims = claims_of(row)
    ids = [claim.receivable_id for claim in claims]
    found, lost = found_of(ids), lost_among([pk for pk in ids if pk not in bills])
    return [
        {"claim": claim, "bill": bills.get(claim.receivable_id), "lost": claim.receivable_id in lost, "clock": clock_for(found, claim.receivable_id, claim.due_on)}
        for claim in claims
    ]


def _roads(request: HttpRequest, row: Matter, mine: set[int]) -> list[tuple[str, bool, str, Any]]:
    """For each road: its name, whether every bill may take it, the first reason, from which day."""
    actor, today = actor_of(request), clock.today()
    whole = [bill for bill in open_bills(actor, today, payer_ids=[row.person_id]) if bill.due_on < today]
    debts = debts_of(actor, whole, today)
    answers = [roads(debts[pk], today) for pk in sorted(mine) if pk in debts]
    found = []
    for number, (_road, name) in enumerate(ROAD_NAMES.items()):
        several = [one[number] for one in answers]
        worst = next((one for one in several if not one.allowed), several[0] if several else None)
        if worst is not None:
            found.append((_(name), worst.allowed, spoken(worst.why), worst.from_on))
    return found


@require_http_methods(["GET", "POST"])
@needs(Permission.LEGAL_WORK)
def do(request: HttpRequest, matter_id: int, deed: str) -> HttpResponse:
    """The form of an act, and the act. What gives money up goes to a second person."""
    actor = actor_of(request)
    row = get_matter(actor, matter_id)
    actor.require(Permission.LEGAL_WORK, row.community_id)
    found = ACTS.get(deed)
    if found is None:
        raise NotFound()
    form = form_of(found, request.POST if request.method == "POST" else None, {"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            done = act(row.pk, deed, {name: request.POST.get(name, "") for name in form.fields}, actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            text = _("已提请复核，同意以后生效。") if isinstance(done, Request) else _("已登记：%(act)s") % {"act": _(found.name)}
            messages.success(request, text)
            return redirect("legal:matter", row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "legal/do.html", {"matter": row, "form": form, "deed": deed, "name": _(found.name), "yields": found.yields}, status=status)
