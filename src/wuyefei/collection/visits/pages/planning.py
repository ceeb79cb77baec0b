"""上门: the day's routes, the visits that wait for one, and the number to call in trouble."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.collection.followup.public import Step, workers
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound, spoken
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import StepRefused

from .. import actions, queries
from ..forms import RouteForm
from ..rules import Door, in_order

SHOWN = 60


@require_GET
@needs(Permission.FOLLOW_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """The routes of a day; today also what waits for one, by place."""
    actor, today = actor_of(request), clock.today()
    on = _day(request.GET.get("on", ""), today)
    rows = queries.with_counts(queries.routes(actor).filter(on=on)).order_by("community__sort_key", "begins_at", "pk")
    places = visible_communities(actor, Permission.FOLLOW_VIEW)
    counts = _waiting_by_place(actor, today) if on == today else {}
    context = {
        "routes": rows[:SHOWN], "on": on, "today": today, "before": on - DAY, "after": on + DAY if on < today else None,
        "waiting": [(place, counts[place.pk], actor.may(Permission.FOLLOW_WORK, place.pk)) for place in places if place.pk in counts],
        "numbers": [(place, queries.panic_number(place.pk)) for place in places if actor.may(Permission.FOLLOW_MANAGE, place.pk)],
        "several": len(places) > 1,
    }  # fmt: skip
    return render(request, "visits/listed.html", context)


def _waiting_by_place(actor: Actor, today: dt.date) -> dict[int, int]:
    found: dict[int, int] = {}
    for place in queries.waiting(actor, today).order_by().values_list("community_id", flat=True):
        found[place] = found.get(place, 0) + 1
    return found


def _day(text: str, otherwise: dt.date) -> dt.date:
    try:
        return min(parse_day(text, "日期"), otherwise) if text else otherwise
    except Invalid:
        return otherwise


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.FOLLOW_WORK)
def new(request: HttpRequest) -> HttpResponse:
    """Choose the doors of a place and building, the two people and the hour."""
    actor = actor_of(request)
    places = visible_communities(actor, Permission.FOLLOW_WORK)
    asked = whole_number(request.POST.get("community") or request.GET.get("community"))
    place = next((one for one in places if one.pk == asked), None) if asked else (places[0] if places else None)
    if place is None:
        raise NotFound()
    people = [(user.pk, user.name) for user in workers(actor, place.pk)]
    others = [(user.pk, user.name) for user in queries.companions(actor, place.pk)]
    first = {"first": actor.user_id if actor.user_id in dict(people) else None, "time": _next_half_hour(place)}
    form = RouteForm(request.POST or None, initial=first, first=people, second=others)
    picked = [found for text in request.POST.getlist("id") if (found := whole_number(text)) is not None]
    if form.is_valid():
        data = form.cleaned_data
        order = actions.Order(place.pk, form.begins_at(clock.today()), data["first"], data["second"], tuple(picked))
        try:
            route = actions.make_route(order, actor=actor)
        except (NotFound, Forbidden):
            raise
        except StepRefused as error:
            form.add_error("time", spoken(error.verdict.reason))
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("路线单已排好，共 %(count)s 户。") % {"count": route.stops.count()})
            return redirect("visits:route", route.pk)
    context = {"place": place, "places": places, "form": form, "buildings": _buildings(actor, place), "picked": picked}
    return render(request, "visits/new.html", context, status=422 if form.errors else 200)


def _buildings(actor: Actor, place: Community) -> list[tuple[str, list[Step]]]:
    """The waiting visits by building, in the order one walks."""
    rows = {row.pk: row for row in queries.waiting(actor, clock.today()).filter(community=place).order_by("rank", "pk")[:SHOWN * 4]}
    doors = []
    for row in rows.values():
        home = row.case.property
        building, entrance = home.building, home.entrance
        doors.append(Door(row.pk, building.sort_key if building else "", entrance.name if entrance else "", home.floor, home.sort_key))
    found: dict[str, list[Step]] = {}
    for pk in in_order(doors):
        building = rows[pk].case.property.building
        found.setdefault(building.name if building else "", []).append(rows[pk])
    return list(found.items())


def _next_half_hour(place: Community) -> dt.time | None:
    """The next half hour today at which visits are permitted."""
    now = clock.now().astimezone(CHINA)
    moment = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    for _turn in range(48):
        moment += dt.timedelta(minutes=30)
        if moment.date() != now.date():
            return None
        if queries.refused_at(place.organisation_id, place.pk, moment) is None:
            return moment.time()
    return None


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def number(request: HttpRequest) -> HttpResponse:
    """Say whom visitors in trouble call."""
    community = whole_number(request.POST.get("community", ""))
    if community is None:
        raise NotFound()
    row = actions.name_number(community, request.POST.get("phone", ""), actor=actor_of(request))
    messages.success(request, _("紧急电话已登记为 %(phone)s。") % {"phone": row.phone})
    return redirect("visits:listed")
