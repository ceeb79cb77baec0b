"""A building drawn by state: floors and rooms, patterns and marks, no names, no sums."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.estate.properties.public import Building, buildings
from wuyefei.estate.tariffs.public import items
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.platform import clock

from ..map_rules import MARKS, STATE_NAMES, Home, State, grid
from ..queries.building import homes_of
from .common import actor_of, link, number


@require_GET
@needs(Permission.BILLING_VIEW)
def building_page(request: HttpRequest) -> HttpResponse:
    """Which homes of a building owe how long, as of a day, for one charge item or all."""
    actor, today = actor_of(request), clock.today()
    places = visible_communities(actor, Permission.BILLING_VIEW)
    place, shown = _where(actor, places, number(request, "community"), number(request, "building"))
    several = list(buildings(actor).filter(community_id=place).order_by("sort_key", "pk")) if place else []
    known, item = list(items(actor)), number(request, "item")
    if item is not None and item not in {row.pk for row in known}:
        raise NotFound()
    on, wrong = _day(request.GET.get("on", ""), today)
    homes = homes_of(actor, shown, on, item) if shown else []
    drawn, counts = grid(homes), Counter(home.state for home in homes)
    query = {"community": str(place or ""), "building": str(shown.pk if shown else ""), "item": str(item or ""), "on": str(on)}
    context = {
        "here": "map", "may_report": actor.may(Permission.REPORT_VIEW), "places": places, "buildings": several, "items": known, "place": place,
        "building": shown, "item": item, "on": on, "today": today, "wrong": wrong, "columns": [(_entrance(name), found, len(found)) for name, found in drawn.columns],
        "floors": [(floor, [[_cell(home) for home in cell] for cell in cells]) for floor, cells in drawn.floors], "count": len(homes),
        "legend": [(state.value, MARKS[state], _(name), counts[state]) for state, name in STATE_NAMES.items()], "filled": bool(homes),
        "ledger_url": reverse("arrears:ledger") + link({key: query[key] for key in ("community", "building", "item")}) if on == today else "",
    }  # fmt: skip
    return render(request, "arrears/map.html", context)


def _where(actor: Actor, places: list[Any], place: int | None, building: int | None) -> tuple[int | None, Building | None]:
    """The community and building asked for, else the first ones. Raises ``NotFound`` for one of elsewhere."""
    mine = {one.pk for one in places}
    rows = buildings(actor).filter(community_id__in=mine)
    if place is not None and place not in mine:
        raise NotFound()
    if building is not None:
        shown = rows.filter(pk=building).first()
        if shown is None:
            raise NotFound()
        if place in (None, shown.community_id):
            return shown.community_id, shown
    for pk in [place] if place else [one.pk for one in places]:
        shown = rows.filter(community_id=pk).order_by("sort_key", "pk").first()
        if shown is not None:
            return pk, shown
    return place or (places[0].pk if places else None), None


def _day(text: str, today: dt.date) -> tuple[dt.date, str]:
    """The day asked for, not one to come; what cannot be read is today, and says so."""
    if not text:
        return today, ""
    try:
        found = parse_day(text, "日期")
    except Invalid as error:
        return today, error.text
    return (today, _("日期不能晚于今天，已按今天显示。")) if found > today else (found, "")


def _entrance(name: str) -> str:
    """``1`` is entrance 1; a name that says more stands as it is."""
    return _("%(name)s 单元") % {"name": name} if name.isdigit() else name


def _cell(home: Home) -> dict[str, Any]:
    state = home.state
    words = _(STATE_NAMES[state])
    overdue = state in (State.DAYS_30, State.DAYS_90, State.DAYS_180, State.LONGER)
    told = _("%(state)s，最早 %(days)s 天") % {"state": words, "days": home.days} if overdue else words
    return {"id": home.id, "number": home.number, "state": state.value, "mark": MARKS[state], "told": told}
