"""Tariffs: what is charged, how, and its prices over time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.contracts.public import contract_lines
from wuyefei.estate.tariffs.public import (
    SCHEDULED,
    NewPrice,
    Tariff,
    TariffVersion,
    add_version,
    being_set_up,
    create_item,
    create_tariff,
    end_tariff,
    get_tariff,
    items,
    last_billed,
    price_on,
    prices_of,
    tariffs,
)
from wuyefei.estate.tariffs.rules.public import check_price, check_terms
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import EARLIEST, LATEST, Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import answered
from wuyefei.money.corrections.public import draft_correction, open_correction
from wuyefei.money.pricing.public import open_proposal, propose

from ..forms.tariff import USES, EndTariffForm, ItemForm, PriceForm, TariffForm
from ..queries import audit as trail
from ..queries.examples import Example, work_out
from .common import actor_of, places_of, target_place

HUNDRED = Decimal(100)


@needs(Permission.ESTATE_VIEW)
def tariff_list(request: HttpRequest) -> HttpResponse:
    actor, places = actor_of(request), places_of(request, Permission.ESTATE_VIEW)
    rows = list(
        tariffs(actor).filter(community_id__in=places.ids).select_related("item", "community")
        .order_by("community__sort_key", "item_id", "name")
    )  # fmt: skip
    prices, today = prices_of(row.pk for row in rows), clock.today()
    listed = [(row, price_on(today, prices.get(row.pk, [])), _coming(prices.get(row.pk, []), today)) for row in rows]
    context = {
        "places": places,
        "rows": [line for line in listed if not line[0].ended_on],
        "past": [line for line in listed if line[0].ended_on],
        "items": items(actor),
        "may_edit": actor.may(Permission.TARIFF_EDIT),
        "may_items": Permission.TARIFF_EDIT in actor.wide,
    }
    return render(request, "backoffice/tariffs/list.html", context)


def _coming(prices: Any, today: dt.date) -> Any:
    """The next price that has not begun yet."""
    return next((price for price in prices if price.since > today), None)


@needs(Permission.ESTATE_VIEW)
def tariff_page(request: HttpRequest, tariff_id: int) -> HttpResponse:
    tariff = get_tariff(actor_of(request), tariff_id)
    return render(request, "backoffice/tariffs/page.html", _context(request, tariff))


def _context(request: HttpRequest, tariff: Tariff) -> dict[str, Any]:
    actor, today = actor_of(request), clock.today()
    prices = prices_of([tariff.pk]).get(tariff.pk, [])
    now = price_on(today, prices)
    billed = last_billed(tariff.pk)
    first = max(today, billed + dt.timedelta(days=1)) if billed else today
    lines = contract_lines(actor).filter(tariff=tariff, property__ended_on__isnull=True)
    return {
        "tariff": tariff,
        "versions": _versions(tariff, today, billed),
        "price": now,
        "billed": billed,
        "example": work_out(tariff.method, now.per_unit, now.fixed, today, now.terms) if now else None,
        "lines": lines.count(),
        "contracts": lines.values_list("contract_id", "contract__number").order_by("contract__number").distinct()[:20],
        "may_edit": actor.may(Permission.TARIFF_EDIT, tariff.community_id) and not tariff.ended_on,
        "correction": open_correction(tariff.pk) if actor.may(Permission.BILLING_VIEW, tariff.community_id) else None,
        "proposal": open_proposal(tariff.pk),
        "setting_up": being_set_up(tariff.community_id),
        "price_form": PriceForm(method=tariff.method, initial={"effective_from": Month.of(first).plus(1).first}),
        "end_form": EndTariffForm(initial={"ended_on": today}),
    }


def _versions(tariff: Tariff, today: dt.date, billed: dt.date | None) -> list[dict[str, Any]]:
    """The prices, the latest first: until when each holds, whether it holds now, who made it."""
    rows = list(tariff.versions.filter(withdrawn_at__isnull=True).order_by("-effective_from"))
    makers = trail.makers(tariff.organisation_id, "tariffversion", [row.pk for row in rows])
    found, following = [], None
    for row in rows:
        found.append(_version(row, following, today, billed, makers.get(row.pk, "")))
        following = row.effective_from
    return found


def _version(row: TariffVersion, following: dt.date | None, today: dt.date, billed: dt.date | None, maker: str) -> dict[str, Any]:
    until = following - dt.timedelta(days=1) if following else None
    return {
        "row": row,
        "until": until,
        "present": row.effective_from <= today and (until is None or until >= today),
        "coming": row.effective_from > today,
        "billed": billed is not None and row.effective_from <= billed,
        "maker": maker,
    }


@needs(Permission.TARIFF_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    place = target_place(request, Permission.TARIFF_EDIT)
    if place is None:
        places = places_of(request, Permission.TARIFF_EDIT)
        return render(request, "backoffice/choose_place.html", {"places": places, "title": _("新增收费标准")})
    actor, start = actor_of(request), Month.of(clock.today()).first
    initial = {"effective_from": start, "method": "area", "basis": "building"}
    form = TariffForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = answered(
            form,
            lambda: create_tariff(
                data["item"].pk, data["name"], data["method"], effective_from=data["effective_from"],
                basis=data["basis"] or "building", actor=actor, community=place, **form.price(),
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(request, _("已新增 %(name)s") % {"name": made.name})
            return redirect("backoffice:tariff", made.pk)
    context = {"form": form, "uses": USES, "place": place, "example": _typed(request.POST), "may_items": Permission.TARIFF_EDIT in actor.wide}
    return render(request, "backoffice/tariffs/form.html", context, status=422 if form.errors else 200)


@needs(Permission.TARIFF_EDIT)
def example(request: HttpRequest) -> HttpResponse:
    """The worked example of what is being typed; empty while it cannot be worked out."""
    return render(request, "backoffice/tariffs/_example.html", {"example": _typed(request.GET)})


def _typed(data: Any) -> Example | None:
    method = data.get("method", "")
    if method not in Tariff.Method.values:
        return None
    form = PriceForm({name: value for name, value in data.items() if value} | {"effective_from": data.get("effective_from") or clock.today()}, method=method)
    if not form.is_valid():
        return None
    try:
        price, since = form.price(), form.cleaned_data["effective_from"]
        per_unit, fixed = price.get("per_unit", Decimal(0)), price.get("fixed", Decimal(0))
        if not EARLIEST <= since <= LATEST or not (per_unit or fixed or method in SCHEDULED or price["terms"].get("seasons")):
            return None
        check_price(method, per_unit, fixed)
        return work_out(method, per_unit, fixed, since, check_terms(method, price["terms"]))
    except DomainError:
        return None  # what is still being typed


@require_POST
@needs(Permission.TARIFF_EDIT)
def version_new(request: HttpRequest, tariff_id: int) -> HttpResponse:
    actor = actor_of(request)
    tariff = get_tariff(actor, tariff_id)
    actor.require(Permission.TARIFF_EDIT, tariff.community_id)
    form = PriceForm(request.POST, method=tariff.method)
    if form.is_valid():
        new, billed = NewPrice(form.cleaned_data["effective_from"], **form.price()), last_billed(tariff.pk)
        day = new.effective_from
        if billed is not None and day <= billed and actor.may(Permission.ADJUST_REQUEST, tariff.community_id):
            late = answered(form, lambda: draft_correction(tariff.pk, new, actor=actor))
            if late is not None:
                return redirect("corrections:correction", late.pk)
        elif not being_set_up(tariff.community_id):
            made = answered(form, lambda: propose(tariff.pk, new, actor=actor))
            if made is not None:
                return redirect("pricing:proposal", made.pk)
        elif answered(form, lambda: add_version(tariff.pk, day, actor=actor, **form.price())) is not None:
            messages.success(request, _("新价格自 %(day)s 起生效") % {"day": day})
            return redirect("backoffice:tariff", tariff.pk)
    context = _context(request, tariff) | {"price_form": form, "open_form": "price"}
    return render(request, "backoffice/tariffs/page.html", context, status=422)


@require_POST
@needs(Permission.TARIFF_EDIT)
def end(request: HttpRequest, tariff_id: int) -> HttpResponse:
    actor = actor_of(request)
    tariff = get_tariff(actor, tariff_id)
    actor.require(Permission.TARIFF_EDIT, tariff.community_id)
    form = EndTariffForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        if answered(form, lambda: end_tariff(tariff.pk, data["ended_on"], actor=actor, reason=data["reason"])) is not None:
            messages.success(request, _("%(name)s 已停用") % {"name": tariff.name})
            return redirect("backoffice:tariff", tariff.pk)
    context = _context(request, tariff) | {"end_form": form, "open_form": "end"}
    return render(request, "backoffice/tariffs/page.html", context, status=422)


@needs(Permission.TARIFF_EDIT, wide=True)
def item_new(request: HttpRequest) -> HttpResponse:
    """A charge item belongs to the whole organisation."""
    form = ItemForm(request.POST or None, initial={"tax_rate": 6})
    if request.method == "POST" and form.is_valid():
        data, rate = form.cleaned_data, form.cleaned_data["tax_rate"] / HUNDRED
        made = answered(form, lambda: create_item(data["code"], data["name"], data["nature"], rate, actor=actor_of(request)))
        if made is not None:
            messages.success(request, _("已新增 %(name)s") % {"name": made.name})
            return redirect("backoffice:tariffs")
    return render(request, "backoffice/tariffs/item.html", {"form": form}, status=422 if form.errors else 200)
