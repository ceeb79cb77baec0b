"""Movement and migration, and the rows behind each of their figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY, Month, parse_day
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import BUCKET_NAMES, Bucket

from ..queries.booked import check_days
from ..queries.movement import (
    KIND_NAMES,
    MEASURED,
    ORIGINS,
    Flow,
    Kind,
    Shares,
    migration,
    migration_rows,
    movement,
    movement_rows,
)
from ..rules import Movement, joined
from .common import AGES, actor_of, link, number


class Stretch:
    """The days and the place a page of history is about; what could not be read falls back and is said."""

    def __init__(self, request: HttpRequest, default_from: dt.date) -> None:
        self.actor: Actor = actor_of(request)
        self.wrong: list[str] = []
        self.first, self.last = default_from, clock.today()
        try:
            last = parse_day(request.GET["to"], "截止日") if request.GET.get("to") else self.last
            first = parse_day(request.GET["from"], "起始日") if request.GET.get("from") else min(self.first, last)
            check_days(first, last)
            self.first, self.last = first, last
        except Invalid as error:
            self.wrong.append(error.text)
        self.places = visible_communities(self.actor, Permission.REPORT_VIEW)
        self.community = number(request, "community")
        if self.community is not None and self.community not in {place.pk for place in self.places}:
            raise NotFound()

    @property
    def query(self) -> dict[str, str]:
        return {"from": str(self.first), "to": str(self.last)} | ({"community": str(self.community)} if self.community else {})

    def context(self, here: str) -> dict[str, Any]:
        return {
            "stretch": self, "query": self.query, "here": here, "may_report": True, "wrong": self.wrong, "several": len(self.places) > 1,
            "may_rows": self.actor.may(Permission.BILLING_VIEW), "may_ledger": self.actor.may(Permission.BILLING_VIEW),
        }  # fmt: skip


def _year() -> dt.date:
    return Month.of(clock.today()).plus(-11).first


@require_GET
@needs(Permission.REPORT_VIEW)
def movement_page(request: HttpRequest) -> HttpResponse:
    """Opening + new − cleared − adjusted = closing, by month and by community; every figure leads to its rows."""
    stretch = Stretch(request, _year())
    found = movement(stretch.actor, stretch.first, stretch.last, stretch.community)
    months = [_figures(f"{part.first:%Y-%m}", part, stretch, stretch.community) for part in found.every]
    places = [_figures(place.name, joined(parts), stretch, place.pk) for place, parts in found.communities]
    context = stretch.context("movement") | {
        "months": months, "places": places if len(places) > 1 else [], "total": _figures(_("合计"), found.total, stretch, stretch.community),
        "kinds": [_(name) for name in KIND_NAMES.values()],
    }  # fmt: skip
    return render(request, "arrears/movement.html", context)


def _figures(name: str, part: Movement, stretch: Stretch, community: int | None) -> dict[str, Any]:
    amounts = (part.opening_fen, part.new_fen, part.cleared_fen, part.adjusted_fen, part.closing_fen)
    address = reverse("arrears:movement_rows")
    query = {"from": str(part.first), "to": str(part.last)}
    cells = [
        {"fen": fen, "url": address + link(query, kind=kind.value, community=community)} for kind, fen in zip(Kind, amounts, strict=True)
    ]
    return {"name": name, "part": part, "cells": cells, "change": part.closing_fen - part.opening_fen}


@require_GET
@needs(Permission.BILLING_VIEW)
def movement_rows_page(request: HttpRequest) -> HttpResponse:
    """The receivables behind one figure of the movement."""
    stretch = Stretch(request, _year())
    kind = Kind(text) if (text := request.GET.get("kind", "")) in Kind._value2member_map_ else Kind.CLOSING
    found = movement_rows(stretch.actor, kind, stretch.first, stretch.last, stretch.community, number(request, "after") or 0)
    return _rows(request, stretch, "movement", found, _(KIND_NAMES[kind]), {"kind": kind.value})


def _rows(request: HttpRequest, stretch: Stretch, here: str, found: Shares, title: str, query: dict[str, str]) -> HttpResponse:
    readable = stretch.actor.communities(Permission.BILLING_VIEW)
    covered = {place.pk for place in stretch.places if stretch.community in (None, place.pk)}
    if not covered <= readable:
        raise NotFound()
    context = stretch.context(here) | {
        "found": found, "what": title, "back": reverse(f"arrears:{here}") + link(stretch.query),
        "older": link(stretch.query | query, after=found.after) if found.after else "",
        "first_page": link(stretch.query | query) if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "arrears/history_rows.html", context)


@require_GET
@needs(Permission.REPORT_VIEW)
def migration_page(request: HttpRequest) -> HttpResponse:
    """What became of each age between two days."""
    stretch = Stretch(request, Month.of(clock.today()).first - DAY)
    found = migration(stretch.actor, stretch.first, stretch.last, stretch.community)
    rows = [_flow(stretch, flow) for flow in found.flows if flow.base_fen or flow.cleared_fen or flow.adjusted_fen or flow.properties]
    context = stretch.context("migration") | {
        "rows": rows, "total": _flow(stretch, found.total),
        "buckets": [(AGES[bucket], _(BUCKET_NAMES[bucket])) for bucket in Bucket],
    }  # fmt: skip
    return render(request, "arrears/migration.html", context)


def _flow(stretch: Stretch, flow: Flow) -> dict[str, Any]:
    def url(target: str) -> str:
        return reverse("arrears:migration_rows") + link(stretch.query, origin=flow.origin, target=target)

    bucket = Bucket(flow.origin) if flow.origin in Bucket._value2member_map_ else None
    return {
        "name": _origin(flow.origin), "shade": AGES[bucket] if bucket else None, "base": {"fen": flow.base_fen, "url": url("base")},
        "properties": flow.properties, "cleared": {"fen": flow.cleared_fen, "url": url("cleared")},
        "adjusted": {"fen": flow.adjusted_fen, "url": url("adjusted")},
        "kept": [{"fen": fen, "homes": homes, "url": url(to.value), "same": to is bucket} for to, (fen, homes) in flow.kept.items()],
    }  # fmt: skip


def _origin(origin: str) -> str:
    if not origin:
        return _("合计")
    return _(ORIGINS[origin]) if origin in ORIGINS else _(BUCKET_NAMES[Bucket(origin)])


@require_GET
@needs(Permission.BILLING_VIEW)
def migration_rows_page(request: HttpRequest) -> HttpResponse:
    """The receivables behind one cell of the migration."""
    stretch = Stretch(request, Month.of(clock.today()).first - DAY)
    origin, target = request.GET.get("origin", ""), request.GET.get("target", "")
    origin = origin if origin in ORIGINS or origin in Bucket._value2member_map_ else ""
    target = target if target in MEASURED or target in Bucket._value2member_map_ else ""
    after = number(request, "after") or 0
    found = migration_rows(stretch.actor, origin, target, stretch.first, stretch.last, stretch.community, after)
    named = {"base": _("期初"), "cleared": _("清缴"), "adjusted": _("调减"), "": _("期末")}
    title = f"{_origin(origin)} → {named[target] if target in named else _(BUCKET_NAMES[Bucket(target)])}"
    return _rows(request, stretch, "migration", found, title, {"origin": origin, "target": target})
