"""Campaigns: the list with cost and effect, a new one, one of them, what a property has earned, giving and taking back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.properties.public import get_property
from wuyefei.estate.tariffs.public import items
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from . import actions, queries
from .forms import KINDS, CampaignForm
from .models import Campaign
from .rules import CampaignKind, CampaignState, reached

TONES = {CampaignState.ASKED: "plan", CampaignState.RUNNING: "info", CampaignState.ENDED: "void", CampaignState.REFUSED: "void"}
HEAD = ("房号", "礼品或减免的账单", "预缴（元）", "成本（元）", "经办", "日期", "收回日期")


def _attempt(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Do it and say so, or say on the next page why it was refused."""
    try:
        act()
        messages.success(request, done)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)


def _dressed(rows: list[Campaign]) -> list[Campaign]:
    came = queries.came_to([row.pk for row in rows])
    for row in rows:
        row.tone, row.came = TONES[CampaignState(row.state)], came.get(row.pk, queries.Came())  # type: ignore[attr-defined]
    return rows


@require_GET
@needs(Permission.BILLING_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """The campaigns of the actor's communities, the latest first, with cost and effect."""
    actor = actor_of(request)
    rows = queries.campaigns(actor)
    chosen: dict[str, Any] = {"state": request.GET.get("state", ""), "community": whole_number(request.GET.get("community"))}
    if chosen["state"] in Campaign.State.values:
        rows = rows.filter(state=chosen["state"])
    if chosen["community"]:
        rows = rows.filter(community_id=chosen["community"])
    page = paginate(rows, ["-pk"], request.GET.get("at", ""))
    whole = queries.came_to(list(rows.order_by().values_list("pk", flat=True))).values()
    context = {
        "page": page, "rows": _dressed(page.rows), "chosen": chosen, "states": Campaign.State.choices, "narrowed": any(chosen.values()),
        "whole": queries.Came(sum(one.given for one in whole), sum(one.cost_fen for one in whole), sum(one.paid_fen for one in whole)),
        "communities": visible_communities(actor, Permission.BILLING_VIEW), "may_set": actor.may(Permission.CONCESSION_EDIT),
    }  # fmt: skip
    return render(request, "rewards/campaigns.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.CONCESSION_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Of gifts by tiers, or of a fee: asked for, and decided by a second person."""
    actor = actor_of(request)
    sent = request.GET.get("kind", "")
    kind = CampaignKind(sent) if sent in list(CampaignKind) else CampaignKind.GIFT
    form = CampaignForm(
        request.POST if request.method == "POST" else None, kind=kind, items=[(one.pk, one.name) for one in items(actor)],
        places=[(place.pk, place.name) for place in visible_communities(actor, Permission.CONCESSION_EDIT)],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.ask_campaign(form.order(), actor=actor)
            messages.success(request, _("已提交，由另一人审批"))
            return redirect("rewards:campaign", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    return render(request, "rewards/new.html", {"form": form, "kind": kind, "kinds": KINDS}, status=422 if form.errors else 200)


@require_GET
@needs(Permission.BILLING_VIEW)
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """One campaign: its terms, what is left, what was given, its cost and effect."""
    actor = actor_of(request)
    [row] = _dressed([queries.get_campaign(actor, campaign_id)])
    text = request.GET.get("q", "").strip()[:40]
    back, only = queries.due_back(row), request.GET.get("back") == "1"
    given = queries.given_of(row, text)
    page = paginate(given.filter(pk__in=back) if only else given, ["-pk"], request.GET.get("at", ""))
    for one in page.rows:
        one.now_fen = back.get(one.pk)  # type: ignore[attr-defined]
    context = {
        "due_back": len(back), "only_back": only,
        "campaign": row, "tiers": list(zip(queries.tiers_of(row), queries.gone(row), strict=True)), "page": page, "rows": page.rows, "text": text,
        "most_fen": queries.terms_of(row).most_cost_fen, "request_row": open_request(actor, actions.CAMPAIGN_KIND, row.pk) if row.state == CampaignState.ASKED else None,
        "may_end": row.state == CampaignState.RUNNING and actor.may(Permission.CONCESSION_EDIT, row.community_id),
        "may_back": actor.may(Permission.ADJUST_REQUEST, row.community_id), "may_export": actor.may(Permission.EXPORT, row.community_id),
    }  # fmt: skip
    return render(request, "rewards/campaign.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What was given, as a workbook."""
    actor = actor_of(request)
    row = queries.get_campaign(actor, campaign_id)
    actor.require(Permission.EXPORT, row.community_id)
    table = [
        (one.property.code, one.tier.gift if one.tier else str(one.receivable), Fen(one.paid_fen), Fen(one.cost_fen), one.made_by.name,
         one.made_at.astimezone(CHINA).date(), one.taken_back_at.astimezone(CHINA).date() if one.taken_back_at else None)
        for one in queries.given_of(row).order_by("pk")
    ]  # fmt: skip
    audit.record(actor, "rewards.export", row)
    return workbook_response([Sheet(_("发放"), [_(name) for name in HEAD], table)], _("发放") + ".xlsx")


@require_POST
@needs(Permission.CONCESSION_EDIT)
def end(request: HttpRequest, campaign_id: int) -> HttpResponse:
    _attempt(request, lambda: actions.end(campaign_id, actor=actor_of(request)), _("已结束，已经发的不变"))
    return redirect("rewards:campaign", campaign_id)


@require_GET
@needs(Permission.BILLING_VIEW)
def home(request: HttpRequest, property_id: int) -> HttpResponse:
    """The running campaigns of a property's community: what it has paid ahead, and what that earns."""
    actor = actor_of(request)
    found = get_property(actor, property_id)
    actor.require(Permission.BILLING_VIEW, found.community_id)
    rows = [_standing(row, found.pk) for row in queries.running_at(actor, found.community_id, clock.today())]
    context = {"home": found, "rows": rows, "may_give": actions.may_give(actor, found.community_id)}
    return render(request, "rewards/home.html", context)


def _standing(row: Campaign, property_id: int) -> dict[str, Any]:
    """How a property stands in a campaign: what it would get, or why nothing."""
    terms = queries.terms_of(row)
    given = queries.given_of(row).filter(property_id=property_id, taken_back_at__isnull=True).first()
    paid, bills, earned, why = queries.paid_ahead(property_id, terms.span), [], "", ""
    back = bool(queries.due_back(row, property_id))
    if given is None and terms.kind is CampaignKind.GIFT:
        try:
            earned = terms.tiers[reached(terms.tiers, queries.gone(row), paid)].gift
        except DomainError as error:
            why = error.text
    elif given is None:
        bills = queries.fees(row, property_id)[:1]
        why = "" if bills else _("没有这项费用的未缴账单")
    return {"campaign": row, "given": given, "paid_fen": paid, "bills": bills, "earned": earned, "why": why, "tiers": terms.tiers, "back": back}


@require_POST
@needs(Permission.BILLING_VIEW)
def give(request: HttpRequest, campaign_id: int, property_id: int) -> HttpResponse:
    """Hand it over, or waive the fee."""
    actor = actor_of(request)
    _attempt(request, lambda: actions.give(campaign_id, property_id, actor=actor), _("已登记"))
    return redirect("rewards:home", property_id)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def back(request: HttpRequest, given_id: int) -> HttpResponse:
    """A gift comes back."""
    actor = actor_of(request)
    row = queries.get_given(actor, given_id)
    _attempt(request, lambda: actions.take_back(given_id, request.POST.get("reason", ""), actor=actor), _("已收回，可以重新发放"))
    return redirect("rewards:campaign", row.campaign_id)
