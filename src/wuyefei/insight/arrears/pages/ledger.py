"""The ledger, its totals loaded apart, the way down by place, and one household's lines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.estate.properties.public import buildings, entrances, get_property, properties
from wuyefei.estate.tariffs.public import items
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Region
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.money import allocate
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell import slots
from wuyefei.insight.measures.public import BUCKET_NAMES, Bucket

from ..columns import columns_for, load_cells
from ..queries.listing import LedgerPage, Row, last_payments, ledger_page, lines_of
from ..queries.scope import Scope, scope_of
from ..queries.totals import Sums, by_place, totals
from ..queries.views import views
from ..rules import BUILT_IN, By, Filter, State
from .common import AGES, actor_of, chips, filter_of, link, words

WIDTH = 10_000
"""Of the strip of ages, in its own units."""
COLUMNS = (
    ("room", "房号", ""), ("payer", "缴费人与项目", ""), ("", "状态", ""), ("due", "应收与已缴", "r lo"), ("late", "违约金", "r lo"),
    ("total", "欠费（元）", "r"), ("days", "逾期与账龄", "r lo"),
)  # fmt: skip


def choices_of(actor: Actor, chosen: Filter) -> dict[str, Any]:
    """What the filter offers: the actor's places, buildings of the one community, entrances of the one building."""
    places = visible_communities(actor, Permission.BILLING_VIEW)
    only = chosen.community or (places[0].pk if len(places) == 1 else None)
    regions = Region.objects.filter(organisation_id=actor.organisation_id, pk__in={place.region_id for place in places})
    found = {
        "communitys": places,
        "regions": list(regions.order_by("name")),
        "buildings": list(buildings(actor).filter(community_id=only).order_by("sort_key")) if only else [],
        "entrances": list(entrances(actor).filter(building_id=chosen.building).order_by("name")) if chosen.building else [],
        "items": list(items(actor)),
        "homes": list(properties(actor).filter(pk=chosen.home)) if chosen.home else [],
    }
    return words(found)


def heads(scope: Scope, sort: str) -> list[dict[str, str]]:
    """The sortable heads: the first click sorts text upwards and figures downwards, the next turns it."""
    found, query = [], scope.chosen.query
    for name, label, cls in COLUMNS:
        falling = sort == f"-{name}"
        here = sort.removeprefix("-") == name
        turned = name if falling else f"-{name}" if here or name not in ("room", "payer") else name
        found.append({
            "label": _(label), "cls": f"{cls}{' sorted' if here and name else ''}".strip(), "url": link(query, sort=turned) if name else "",
            "aria": ("descending" if falling else "ascending") if here and name else "", "arrow": ("↓" if falling else "↑") if here and name else "",
        })  # fmt: skip
    return found


def tabs(actor: Actor, chosen: Filter) -> list[dict[str, Any]]:
    """The built-in views and the saved ones; the one whose filter this is, is current."""
    here = {key: value for key, value in chosen.query.items() if key not in ("by", "sort")}
    found: list[dict[str, Any]] = [
        {"name": _(name), "query": view.query, "id": None, "mine": False, "shared": False} for name, view in BUILT_IN
    ]
    for row in views(actor):
        mine = row.owner_id == actor.user_id
        found.append({"name": row.name, "query": row.query, "id": row.pk, "mine": mine, "shared": row.shared})
    for tab in found:
        query = dict(tab["query"])
        tab["url"] = link(query if tab["id"] else {"by": chosen.query.get("by", "")} | query)
        own = {key: value for key, value in query.items() if key not in ("by", "sort")}
        tab["current"] = own == here and (tab["id"] is None or query == chosen.query)
    current = [tab for tab in found if tab["current"]]
    for tab in current[:-1]:
        tab["current"] = False
    return found


def page_sums(rows: list[Row]) -> Sums:
    return Sums(
        sum(len(row.lines) for row in rows), len({row.first.property_id for row in rows}), sum(row.due_fen for row in rows),
        sum(row.owed_fen for row in rows), sum(row.late_fen for row in rows),
    )  # fmt: skip


@require_GET
@needs(Permission.BILLING_VIEW)
def ledger(request: HttpRequest) -> HttpResponse:
    """The list: one page of it at once, the totals after it."""
    actor, today = actor_of(request), clock.today()
    chosen, wrong = filter_of(request)
    scope = scope_of(actor, chosen, today)
    page = ledger_page(actor, scope, request.GET.get("at", ""))
    choices = choices_of(actor, chosen)
    verbs, may_export = slots.fill("arrears.bulk", request, chosen), actor.may(Permission.EXPORT)
    context = {
        "chosen": chosen, "query": chosen.query, "wrong": [error.text for error in wrong], "choices": choices, "chips": chips(chosen, choices),
        "tabs": tabs(actor, chosen), "heads": heads(scope, page.sort), "rows": _dressed(actor, scope, page), "page": page,
        "sums": page_sums(page.rows), "added": columns_for(actor), "several": len(choices["communitys"]) > 1, "here": "ledger",
        "by_line": chosen.by is By.LINE, "sort": page.sort, "may_export": may_export, "verbs": verbs, "may_pick": bool(verbs or may_export),
        "may_report": actor.may(Permission.REPORT_VIEW), "totals_url": reverse("arrears:totals") + link(chosen.query),
        "newer": link(chosen.query, at=page.newer) if page.newer else "", "older": link(chosen.query, at=page.older) if page.older else "",
        "by_urls": [(link(chosen.query, by=None, sort=None), _("按户"), chosen.by is By.PROPERTY),
                    (link(chosen.query, by="line", sort=None), _("按笔"), chosen.by is By.LINE)],
    }  # fmt: skip
    return render(request, "arrears/ledger.html", context)


def _dressed(actor: Actor, scope: Scope, page: LedgerPage) -> list[dict[str, Any]]:
    """Rows with what the template needs: their place's shade, added cells."""
    cells = load_cells(actor, list({row.first.property_id for row in page.rows}), scope.today)
    return [
        {"row": row, "age": AGES[row.bucket], "bucket": _(BUCKET_NAMES[row.bucket]), "cells": cells[row.first.property_id]}
        for row in page.rows
    ]


@require_GET
@needs(Permission.BILLING_VIEW)
def sums(request: HttpRequest) -> HttpResponse:
    """The totals over all rows and the ageing, as parts of the page."""
    actor = actor_of(request)
    chosen, _wrong = filter_of(request)
    found = totals(scope_of(actor, chosen, clock.today()))
    return render(request, "arrears/_totals.html", {
        "sums": found.every, "ages": ages(found.by_bucket, chosen), "by_line": chosen.by is By.LINE, "added": columns_for(actor),
        "chosen": chosen,
    })  # fmt: skip


def ages(by_bucket: dict[Bucket, Sums], chosen: Filter) -> list[dict[str, Any]]:
    """The buckets that hold anything, with their share of the debt and the address that shows only them."""
    held = {bucket: part for bucket, part in by_bucket.items() if part.lines}
    weights = [part.total_fen for part in held.values()]
    widths = allocate(WIDTH, weights) if sum(weights) else [0] * len(weights)
    shares = allocate(1000, weights) if sum(weights) else widths
    found, start = [], 0
    for (bucket, part), width, share in zip(held.items(), widths, shares, strict=True):
        chosen_now = chosen.bucket == bucket.value
        found.append({
            "name": _(BUCKET_NAMES[bucket]), "shade": AGES[bucket], "sums": part, "current": chosen_now, "start": start, "width": width,
            "share": f"{share // 10}.{share % 10}",
            "url": reverse("arrears:ledger") + link(chosen.query, bucket=None if chosen_now else bucket.value),
        })  # fmt: skip
        start += width
    return found


@require_GET
@needs(Permission.BILLING_VIEW)
def places(request: HttpRequest) -> HttpResponse:
    """The way down: communities, then buildings, then the ledger of one building."""
    actor, today = actor_of(request), clock.today()
    chosen, wrong = filter_of(request)
    scope = scope_of(actor, chosen, today)
    found, query = by_place(scope), chosen.query
    single = scope.single
    rows = []
    for place in found:
        where: dict[str, object] = {"community": scope.places[0].pk, "building": place.id} if single else {"community": place.id}
        target = reverse("arrears:ledger" if single else "arrears:places") + link(query, **where)
        rows.append({"place": place, "url": target, "ages": ages(place.by_bucket, chosen)})
    choices = choices_of(actor, chosen)
    return render(request, "arrears/places.html", {
        "rows": rows, "sums": _added([place.sums for place in found]), "single": single, "scope": scope, "chosen": chosen,
        "wrong": [error.text for error in wrong], "chips": chips(chosen, choices), "several": len(choices["communitys"]) > 1,
        "here": "places", "may_report": actor.may(Permission.REPORT_VIEW), "up": link(query, community=None, building=None),
        "ledger_url": reverse("arrears:ledger") + link(query), "query": query,
    })  # fmt: skip


def _added(parts: list[Sums]) -> Sums:
    """Of places that share no property."""
    return Sums(
        sum(part.lines for part in parts), sum(part.properties for part in parts), sum(part.due_fen for part in parts),
        sum(part.owed_fen for part in parts), sum(part.late_fen for part in parts),
    )  # fmt: skip


@require_GET
@needs(Permission.BILLING_VIEW)
def household(request: HttpRequest, property_id: int) -> HttpResponse:
    """Everything that is unpaid at one property: what is late, not yet due, and late fees left over."""
    actor, today = actor_of(request), clock.today()
    home = get_property(actor, property_id)
    actor.require(Permission.BILLING_VIEW, home.community_id)
    asked = [Filter(by=By.LINE, state=state, home=home.pk) for state in (State.OPEN, State.FEE)]
    lines = [line for chosen in asked for line in lines_of(scope_of(actor, chosen, today))]
    rows = [Row(line.id, (line,), today) for line in sorted(lines, key=lambda line: (line.due_on, line.id))]
    drawer = bool(getattr(request, "htmx", False))
    return render(request, "arrears/household.html", {
        "home": home, "rows": [{"row": row, "age": AGES[row.bucket]} for row in rows], "sums": page_sums(rows), "drawer": drawer,
        "last": last_payments(actor, {home.pk}).get(home.pk), "frame": "shell/drawer.html" if drawer else "shell/base.html",
        "today": today, "payers": list(dict.fromkeys(line.payer for line in lines)),
    })  # fmt: skip
