"""Communities and their buildings: counts, kinds, areas, housekeepers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.properties.public import (
    HousekeeperTerm,
    Property,
    buildings,
    create_building,
    create_entrance,
    entrances,
    get_building,
    housekeeper_terms,
    properties,
    set_housekeeper,
)
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.queries import holders_in
from wuyefei.foundation.access.rules import ROLE_PERMISSIONS, Permission, Role
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import answered

from ..forms.property import NameForm
from ..queries.visited import Visited, by_building, by_keeper
from .common import actor_of, number, place_for

TERMS = 500
KEEPING = frozenset(role for role in Role if Permission.ESTATE_VIEW in ROLE_PERMISSIONS[role])


@needs(Permission.ESTATE_VIEW)
def community_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    places = visible_communities(actor, Permission.ESTATE_VIEW)
    sums = {
        row["community_id"]: row
        for row in properties(actor)
        .filter(ended_on__isnull=True)
        .values("community_id")
        .order_by()
        .annotate(
            homes=Count("pk", filter=~Q(kind__in=("parking", "storage"))),
            spaces=Count("pk", filter=Q(kind="parking")),
            area=Sum("area_m2"),
        )
    }
    houses = dict(buildings(actor).values("community_id").order_by().annotate(n=Count("pk")).values_list("community_id", "n"))
    rows = [(place, houses.get(place.pk, 0), sums.get(place.pk)) for place in places]
    return render(request, "backoffice/properties/communities.html", {"rows": rows})


@needs(Permission.ESTATE_VIEW)
def community_page(request: HttpRequest, community_id: int) -> HttpResponse:
    place = place_for(request, community_id, Permission.ESTATE_VIEW)
    return render(request, "backoffice/properties/community.html", context_of(request, place))


def context_of(request: HttpRequest, place: Community) -> dict[str, Any]:
    actor = actor_of(request)
    present = properties(actor).filter(community=place, ended_on__isnull=True)
    kinds = present.values("kind").order_by().annotate(count=Count("pk"), area=Sum("area_m2"), empty=Count("pk", filter=Q(vacant=True)))
    names = dict(Property.Kind.choices)
    by_kind = {row["kind"]: row for row in kinds}
    rows = _buildings(actor, place)
    return {
        "place": place,
        "kinds": [(names[kind], kind, by_kind[kind]) for kind in Property.Kind.values if kind in by_kind],
        "whole": present.aggregate(count=Count("pk"), area=Sum("area_m2")),
        "buildings": rows,
        "coverage": _coverage(rows),
        "terms": _past_terms(actor, place),
        "loose": present.filter(building__isnull=True).count(),
        "keepers": holders_in(actor, place.pk, KEEPING),
        "may_edit": actor.may(Permission.ESTATE_EDIT, place.pk),
        "building_form": NameForm(),
    }


def _buildings(actor: Actor, place: Community) -> list[tuple[Any, list[str], Visited | None]]:
    doors: dict[int, list[str]] = defaultdict(list)
    for building_id, name in entrances(actor).filter(community=place).order_by("name").values_list("building_id", "name"):
        doors[building_id].append(name)
    present = Q(properties__ended_on__isnull=True)
    rows = (
        buildings(actor)
        .filter(community=place)
        .select_related("housekeeper")
        .annotate(count=Count("properties", filter=present), area=Sum("properties__area_m2", filter=present))
        .order_by("sort_key")
    )
    visited = by_building(actor, place.pk, clock.today())
    return [(row, doors.get(row.pk, []), visited.get(row.pk)) for row in rows]


def _coverage(rows: list[tuple[Any, list[str], Visited | None]]) -> list[tuple[str, Visited]]:
    """By housekeeper, where the log may be seen."""
    seen = {row.pk: found for row, _doors, found in rows if found is not None}
    return by_keeper([(row.pk, row.housekeeper.name if row.housekeeper else "") for row, _doors, _found in rows if row.pk in seen], seen)


def _past_terms(actor: Actor, place: Community) -> list[HousekeeperTerm]:
    """Who kept which building, the latest first; only where there is more to tell than the present ones."""
    rows = housekeeper_terms(actor).filter(community=place).select_related("building", "user")
    return list(rows.order_by("building__sort_key", "-starts_on", "-pk")[:TERMS])


@require_POST
@needs(Permission.ESTATE_EDIT)
def building_new(request: HttpRequest, community_id: int) -> HttpResponse:
    place = place_for(request, community_id, Permission.ESTATE_EDIT)
    form = NameForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if answered(form, lambda: create_building(name, actor=actor_of(request), community=place)) is not None:
            messages.success(request, _("已新增 %(name)s") % {"name": name})
            return redirect("backoffice:community", place.pk)
    context = context_of(request, place) | {"building_form": form, "open_form": "building"}
    return render(request, "backoffice/properties/community.html", context, status=422)


@require_POST
@needs(Permission.ESTATE_EDIT)
def entrance_new(request: HttpRequest, building_id: int) -> HttpResponse:
    building = get_building(actor_of(request), building_id)
    place = place_for(request, building.community_id, Permission.ESTATE_EDIT)
    form = NameForm(request.POST)
    made = None
    if form.is_valid():
        name = form.cleaned_data["name"]
        made = answered(form, lambda: create_entrance(building.pk, name, actor=actor_of(request), community=place))
    if made is not None:
        messages.success(request, _("已新增 %(name)s") % {"name": f"{building.name} {made.name}"})
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("backoffice:community", place.pk)


@require_POST
@needs(Permission.ESTATE_EDIT)
def housekeeper(request: HttpRequest, building_id: int) -> HttpResponse:
    """Name a building's housekeeper, or none."""
    building = get_building(actor_of(request), building_id)
    asked = request.POST.get("user", "")
    user_id = number(asked) if asked else None
    if asked and user_id is None:
        user_id = 0
    row = set_housekeeper(building.pk, user_id, actor=actor_of(request))
    who = row.housekeeper.name if row.housekeeper else _("无")
    messages.success(request, _("%(building)s 的管家：%(who)s") % {"building": row.name, "who": who})
    return redirect("backoffice:community", row.community_id)
