"""Contracts: list, page, draft form with the clause checker beside it, activation and end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.contracts.public import (
    Contract,
    ContractDraft,
    LocalTerm,
    activate,
    check_clauses,
    contract_lines,
    contracts,
    create_contract,
    end_contract,
    get_contract,
    update_contract,
)
from wuyefei.estate.localrules.public import pack_on, terms_of
from wuyefei.estate.properties.public import normalise_code
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import answered

from ..forms.contract import PLAIN, ContractForm, CoverForm, DayAndReason, LineForm, defaults, from_contract
from ..paging import page_of
from ..queries.terms import next_dues, sentences
from .common import actor_of, places_of, target_place


def local_of(community_id: int) -> tuple[LocalTerm, ...]:
    """The rules of a place that the clause checker consults."""
    return tuple(terms_of(pack_on(community_id, clock.today())))


BY_ID = ("pk",)
LINES = 25


@needs(Permission.ESTATE_VIEW)
def contract_list(request: HttpRequest) -> HttpResponse:
    actor, places = actor_of(request), places_of(request, Permission.ESTATE_VIEW)
    rows = contracts(actor).filter(community_id__in=places.ids).select_related("community")
    counted = contract_lines(actor).values("contract_id").order_by().annotate(n=Count("pk"))
    lines = dict(counted.values_list("contract_id", "n"))
    order = {"active": 0, "draft": 1, "ended": 2}
    listed = sorted(rows, key=lambda row: (order[row.state], row.community.sort_key, row.number))
    context = {
        "places": places,
        "rows": [(row, lines.get(row.pk, 0)) for row in listed],
        "may_edit": actor.may(Permission.CONTRACT_EDIT),
    }
    return render(request, "backoffice/contracts/list.html", context)


@needs(Permission.ESTATE_VIEW)
def contract_page(request: HttpRequest, contract_id: int) -> HttpResponse:
    contract = get_contract(actor_of(request), contract_id)
    return render(request, "backoffice/contracts/page.html", context_of(request, contract))


def context_of(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    actor, today = actor_of(request), clock.today()
    lines = contract_lines(actor).filter(contract=contract)
    words = request.GET.get("q", "").strip()
    listed = lines.filter(property__code__startswith=normalise_code(words)) if words else lines
    page = page_of(request, listed.select_related("property", "tariff"), BY_ID, size=LINES, name="lines")
    edit = actor.may(Permission.CONTRACT_EDIT, contract.community_id)
    start = max(contract.starts_on, Month.of(today).first)
    draft = ContractDraft(
        **{name: getattr(contract, name) for name in PLAIN},
        late_fee_rate=contract.late_fee_rate,
        late_fee_cap=contract.late_fee_cap,
    )
    return {
        "contract": contract,
        "terms": sentences(contract),
        "dues": next_dues(contract, today) if contract.state != Contract.State.ENDED else [],
        "notes": check_clauses(draft, local=local_of(contract.community_id)),
        "groups": _by_tariff(lines),
        "line_total": lines.count(),
        "page": page,
        "q": words,
        "may_edit": edit,
        "open": edit and contract.state != Contract.State.ENDED,
        "cover_form": CoverForm(actor=actor, contract=contract, initial={"starts_on": start}),
        "line_form": LineForm(actor=actor, contract=contract, initial={"starts_on": start}),
        "end_form": DayAndReason(initial={"ends_on": contract.ends_on or today}),
    }


def _by_tariff(lines: Any) -> list[dict[str, Any]]:
    """The lines of a contract by tariff: how many, since when, how many have no area to be charged by."""
    areas = Q(tariff__method__in=("area", "fixed_area"), quantity__isnull=True)
    missing = areas & (
        Q(tariff__basis="building", property__area_m2__isnull=True)
        | Q(tariff__basis="inner", property__inner_area_m2__isnull=True)
    )
    rows = lines.values("tariff_id", "tariff__name").order_by("tariff__name")
    return list(rows.annotate(n=Count("pk"), first=Min("starts_on"), last=Max("ends_on"), no_area=Count("pk", filter=missing)))


@needs(Permission.CONTRACT_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    place = target_place(request, Permission.CONTRACT_EDIT)
    if place is None:
        places = places_of(request, Permission.CONTRACT_EDIT)
        return render(request, "backoffice/choose_place.html", {"places": places, "title": _("新建合同")})
    form = ContractForm(request.POST or None, initial=defaults())
    form.local = local_of(place.pk)
    if request.method == "POST" and form.is_valid():
        made = answered(form, lambda: create_contract(form.draft(), actor=actor_of(request), community=place))
        if made is not None:
            messages.success(request, _("已新建草稿，接下来选择计费的房屋"))
            return redirect("backoffice:contract", made.pk)
    return _form(request, form, place)


def _form(request: HttpRequest, form: ContractForm, place: Community, contract: Contract | None = None) -> HttpResponse:
    notes = form.notes() if form.is_bound else []
    context = {"form": form, "place": place, "contract": contract, "notes": notes, "checked": form.is_bound}
    return render(request, "backoffice/contracts/form.html", context, status=422 if form.errors else 200)


@needs(Permission.CONTRACT_EDIT)
def edit(request: HttpRequest, contract_id: int) -> HttpResponse:
    actor = actor_of(request)
    contract = get_contract(actor, contract_id)
    actor.require(Permission.CONTRACT_EDIT, contract.community_id)
    form = ContractForm(request.POST or None, initial=from_contract(contract))
    form.local = local_of(contract.community_id)
    if request.method == "POST" and form.is_valid():
        saved = answered(form, lambda: update_contract(contract.pk, form.draft(), actor=actor))
        if saved is not None:
            messages.success(request, _("已保存"))
            return redirect("backoffice:contract", contract.pk)
    return _form(request, form, contract.community, contract)


@require_POST
@needs(Permission.CONTRACT_EDIT)
def check(request: HttpRequest) -> HttpResponse:
    """The clause checker on what is being typed."""
    form = ContractForm(request.POST)
    place = target_place(request, Permission.CONTRACT_EDIT)
    form.local = local_of(place.pk) if place else ()
    form.is_valid()
    return render(request, "backoffice/contracts/_notes.html", {"notes": form.notes(), "checked": True})


@require_POST
@needs(Permission.CONTRACT_EDIT)
def put_in_force(request: HttpRequest, contract_id: int) -> HttpResponse:
    contract = get_contract(actor_of(request), contract_id)
    activate(contract.pk, actor=actor_of(request))
    messages.success(request, _("合同 %(number)s 已生效，可以出账") % {"number": contract.number})
    return redirect("backoffice:contract", contract.pk)


@require_POST
@needs(Permission.CONTRACT_EDIT)
def end(request: HttpRequest, contract_id: int) -> HttpResponse:
    actor = actor_of(request)
    contract = get_contract(actor, contract_id)
    actor.require(Permission.CONTRACT_EDIT, contract.community_id)
    form = DayAndReason(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        if answered(form, lambda: end_contract(contract.pk, data["ends_on"], actor=actor, reason=data["reason"])) is not None:
            messages.success(request, _("合同 %(number)s 到 %(day)s 终止") % {"number": contract.number, "day": data["ends_on"]})
            return redirect("backoffice:contract", contract.pk)
    context = context_of(request, contract) | {"end_form": form, "open_form": "end"}
    return render(request, "backoffice/contracts/page.html", context, status=422)
