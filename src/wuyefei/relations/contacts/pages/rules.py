"""What the guard refused, what it knows, and the settings it goes by."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.kernel.workdays import SpecialDay
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..actions import settings as acts
from ..actions.guarding import reason_text
from ..forms import LimitsForm, SpecialDayForm
from ..models import GuardLimits
from ..queries import days_of, limits_of, refusals, work_calendar
from ..rules.measures import BANS, Ground
from ..rules.sources import SOURCES
from .common import actor_of, attempt, number

ORDER = ["-id"]


@require_GET
@needs(Permission.CONTACT_MANAGE)
def refused(request: HttpRequest) -> HttpResponse:
    """Every attempt that the guard turned away, the latest first, with how often each colleague was."""
    actor = actor_of(request)
    rows = refusals(actor)
    community, happened = number(request, "community"), request.GET.get("happened") == "1"
    if community:
        rows = rows.filter(community_id=community)
    if happened:
        rows = rows.filter(happened=True)
    page = paginate(rows.select_related("person", "property", "community", "made_by"), ORDER, request.GET.get("at", ""))
    people = rows.values("made_by__name").annotate(count=Count("pk")).order_by("-count", "made_by__name")[:6]
    places = visible_communities(actor, Permission.CONTACT_MANAGE)
    context = {
        "page": page, "rows": [(row, reason_text(row), [spoken(SOURCES[code]) for code in row.sources]) for row in page.rows],
        "people": people, "communities": places, "many": len(places) > 1, "community": community, "happened": happened,
        "total": rows.count(), "narrowed": bool(community or happened),
    }  # fmt: skip
    return render(request, "contacts/refusals.html", context)


@require_GET
@needs(Permission.CONTACT_VIEW)
def rules(request: HttpRequest) -> HttpResponse:
    """What may not be done and by which source, and the limits in force: open to everybody who contacts people."""
    actor = actor_of(request)
    bans = [(spoken(ban.name), [spoken(SOURCES[code]) for code in ban.sources], spoken(ban.instead), ban.ground is not Ground.NEVER) for ban in BANS.values()]
    context = {
        "bans": bans, "form": LimitsForm(limits=limits_of(actor.organisation_id)), "limits": limits_of(actor.organisation_id),
        "latest": GuardLimits.objects.filter(organisation_id=actor.organisation_id).select_related("made_by").order_by("-id").first(),
        "may_set": Permission.CONTACT_MANAGE in actor.wide, "calendar": work_calendar(actor.organisation_id), "year": clock.today().year,
    }  # fmt: skip
    return render(request, "contacts/rules.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.CONTACT_MANAGE, wide=True)
def limits(request: HttpRequest) -> HttpResponse:
    """Caps and hours of the whole firm."""
    actor = actor_of(request)
    form = LimitsForm(request.POST or None, limits=limits_of(actor.organisation_id))
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: acts.save_limits(form.chosen(), form.cleaned_data["reason"], actor=actor))
        if isinstance(made, GuardLimits):
            messages.success(request, _("联系规则已保存，从现在起执行"))
            return redirect("contacts:rules")
    return render(request, "contacts/limits.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.CONTACT_MANAGE, wide=True)
def calendar(request: HttpRequest) -> HttpResponse:
    """The table of holidays: the built-in years and the firm's own days over them."""
    actor = actor_of(request)
    removing = request.POST.get("act") == "remove"
    form = SpecialDayForm(request.POST or None, initial={"day": clock.today()})
    if request.method == "POST":
        done: Any = None
        if removing:
            acts.remove_day(parse_day(request.POST.get("day", "")), actor=actor)
            done = True
        elif form.is_valid():
            data = form.cleaned_data
            done = attempt(form, lambda: acts.save_day(data["day"], data["rest"] == "rest", data["name"], data["source"], actor=actor))
        if done is not None:
            messages.success(request, _("节假日表已更新"))
            return redirect("contacts:calendar")
    own = {day.day for day in days_of(actor.organisation_id)}
    days = sorted(work_calendar(actor.organisation_id).special.values(), key=lambda one: one.day)
    years = [(year, _runs(list(found), own)) for year, found in groupby(days, key=lambda one: one.day.year)]
    context = {"form": form, "years": list(reversed(years)), "known": work_calendar(actor.organisation_id).known(clock.today().year + 1)}
    return render(request, "contacts/calendar.html", context, status=422 if form.errors else 200)


def _runs(days: list[SpecialDay], own: set[Any]) -> list[dict[str, Any]]:
    """Days side by side with the same name as one line; the firm's own stand singly, so that they can be removed."""
    found: list[dict[str, Any]] = []
    for one in days:
        last = found[-1] if found else None
        mine = one.day in own
        if last and not mine and not last["own"] and last["name"] == one.name and last["rest"] == one.rest and (one.day - last["last"]).days == 1:
            last["last"] = one.day
            continue
        found.append({"first": one.day, "last": one.day, "name": one.name, "rest": one.rest, "source": one.source, "own": mine})
    return found


