"""The cadence: drawn as a timeline, its versions, and a new one that is tried on the last quarter before it is used."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock

from ..actions.policies import save_policy
from ..forms import CONTACT_WAYS, PolicyForm, RungForms
from ..queries.policies import guard_of, history, last_quarter, policies, versions_of
from ..rules.cadence import Release, Rung, Start
from ..rules.grades import GRADE_NAMES, GRADE_OWNERS, MINIMUMS, Grade
from ..rules.policy import TRACK_NAMES, Policy, check_policy, policy_for, to_plain
from ..rules.trial import Tally, names_of, try_policy
from .common import actor_of, refusal

SHOWN = 20
WAY_NAMES = dict(CONTACT_WAYS)


def _asked(request: HttpRequest) -> tuple[int | None, str]:
    """The place and the track of the address; an unknown place is not found."""
    community, track = whole_number(request.GET.get("community", "")), request.GET.get("track", "")
    if community is not None and community not in actor_of(request).communities(Permission.FOLLOW_VIEW):
        raise NotFound()
    return community, track if track in TRACK_NAMES else ""


@require_GET
@needs(Permission.FOLLOW_VIEW)
def cadence(request: HttpRequest) -> HttpResponse:
    """The cadence that holds today for a place and a track, what comes next, and every version."""
    actor, today = actor_of(request), clock.today()
    community, track = _asked(request)
    versions = versions_of(actor.organisation_id)
    now = _holds(versions, community, track, today)
    rows = policies(actor)
    if community is not None:
        rows = rows.filter(community_id=community) | rows.filter(community__isnull=True)
    context = {
        "policy": now, "ladder": [_line(rung) for rung in now.rungs], "points": _points(now), "community": community, "track": track,
        "places": visible_communities(actor, Permission.FOLLOW_VIEW), "tracks": [(code, _(name)) for code, name in TRACK_NAMES.items()],
        "rows": rows[:SHOWN], "today": today, "may_write": _may_write(actor, community), "large": now.large_fen, "grades": [_grade(level) for level in Grade],
    }  # fmt: skip
    return render(request, "followup/cadence.html", context)


def _grade(level: Grade) -> dict[str, Any]:
    return {"letter": level.value, "name": _(GRADE_NAMES[level]), "owner": _(GRADE_OWNERS[level]), "least": MINIMUMS.get(level)}


def _holds(versions: list[Any], community: int | None, track: str, today: dt.date) -> Policy:
    """The policy of a place; for the whole organisation, the organisation's own."""
    return policy_for(versions, community if community is not None else 0, track, today)


def _may_write(actor: Actor, community: int | None) -> bool:
    return Permission.FOLLOW_MANAGE in actor.wide if community is None else actor.may(Permission.FOLLOW_MANAGE, community)


def _when(rung: Rung) -> str:
    if rung.start is Start.NOTICE:
        return _("通知后 %(days)s 天") % {"days": rung.day}
    if rung.start is Start.QUARTER:
        return _("季末前 %(days)s 天起") % {"days": -rung.day} if rung.day else _("季末")
    return _("到期日前 %(days)s 天") % {"days": -rung.day} if rung.day < 0 else _("到期后 %(days)s 天") % {"days": rung.day}


def _line(rung: Rung) -> dict[str, Any]:
    return {
        "name": _(rung.name), "when": _when(rung), "ways": "、".join(str(WAY_NAMES[code]) for code in rung.channels), "whom": _(rung.whom) if rung.whom else "",
        "serious": rung.serious, "hand": rung.release is Release.HAND,
    }  # fmt: skip


def _points(policy: Policy) -> list[dict[str, Any]]:
    """Where each rung stands on a line from before the due date to its last day, in tenths of a per cent."""
    days = [(rung, rung.day if rung.start is Start.DUE else rung.day - 7) for rung in policy.rungs if rung.start is not Start.QUARTER]
    first, last = min([-7, *(day for _rung, day in days)]), max([15, *(day for _rung, day in days)])
    found = [{"x": 40 + (day - first) * 900 // (last - first), "name": _(rung.name), "when": _when(rung), "due": False} for rung, day in days]
    found.append({"x": 40 + -first * 900 // (last - first), "name": _("到期日"), "when": "", "due": True})
    return sorted(found, key=lambda one: one["x"])


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.FOLLOW_MANAGE)
def write(request: HttpRequest) -> HttpResponse:
    """A new version: every change is tried on the last quarter, and only what has been tried can be used."""
    actor = actor_of(request)
    community, track = _asked(request)
    if not _may_write(actor, community):
        raise Forbidden()
    base = _holds(versions_of(actor.organisation_id), community, track, clock.today())
    form = PolicyForm(request.POST or None, initial={"effective_from": clock.today(), "large": yuan(base.large_fen), "many": base.many})
    lines = RungForms(request.POST or None, initial=[_initial(rung) for rung in base.rungs], prefix="r")
    tried: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            policy = check_policy(_policy(form, lines))
            mark = _mark(policy)
            if request.POST.get("use") and request.POST.get("tried") == mark:
                return _use(request, community, track, policy, form)
            tried = {"mark": mark, "first": bool(request.POST.get("use"))} | _trial(actor, community, track, policy)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    context = {
        "form": form, "lines": lines, "community": community, "track": track, "tried": tried, "base": base,
        "place": next((one for one in visible_communities(actor) if one.pk == community), None), "track_name": _(TRACK_NAMES[track]),
    }  # fmt: skip
    return render(request, "followup/cadence_new.html", context, status=422 if form.errors or (lines.is_bound and not lines.is_valid()) else 200)


def _initial(rung: Rung) -> dict[str, Any]:
    return {
        "code": rung.code, "name": rung.name, "start": rung.start.value, "day": rung.day, "channels": list(rung.channels), "whom": rung.whom,
        "serious": rung.serious, "release": rung.release.value,
    }  # fmt: skip


def _policy(form: PolicyForm, lines: Any) -> Policy:
    """The policy as typed; a new line gets a code of its own that no other line has."""
    typed = [line.cleaned_data for line in lines if line.cleaned_data.get("name")]
    used, found = {data["code"] for data in typed if data["code"]}, []
    for data in typed:
        code = data["code"] or next(f"s{turn}" for turn in range(1, 99) if f"s{turn}" not in used)
        used.add(code)
        ways = tuple(way for way, _name in CONTACT_WAYS if way in data["channels"])
        first = [way for way in _order(data) if way in ways]
        found.append(Rung(code, data["name"], Start(data["start"]), data["day"], tuple(first), data["whom"], data["serious"], Release(data["release"])))
    found.sort(key=lambda rung: (rung.start is Start.QUARTER, rung.day - 7 if rung.start is Start.NOTICE else rung.day))
    return Policy(tuple(found), form.cleaned_data["large"], form.cleaned_data["many"])


def _order(data: dict[str, Any]) -> tuple[str, ...]:
    """The first of a rung's ways is the one taken: visits before letters, messages before calls only ahead of the due date."""
    return ("sms", "app", "wechat", "phone", "visit", "letter") if data["day"] < 0 else ("visit", "phone", "wechat", "sms", "app", "letter")


def _mark(policy: Policy) -> str:
    return hashlib.sha256(json.dumps(to_plain(policy), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]


def _use(request: HttpRequest, community: int | None, track: str, policy: Policy, form: PolicyForm) -> HttpResponse:
    data = form.cleaned_data
    row = save_policy(community, track, policy, data["effective_from"], data["reason"], actor=actor_of(request))
    messages.success(request, _("第 %(number)s 版从 %(day)s 起生效。") % {"number": row.number, "day": row.effective_from})
    response = redirect("followup:cadence")
    response["Location"] += f"?community={community or ''}&track={track}"
    return response


def _trial(actor: Actor, community: int | None, track: str, policy: Policy) -> dict[str, Any]:
    """What the last quarter would have been under this policy and under the one in force."""
    span = last_quarter(clock.today())
    places = [place.pk for place in visible_communities(actor, Permission.FOLLOW_MANAGE) if community in (None, place.pk)]
    allowed, versions = guard_of(actor.organisation_id), versions_of(actor.organisation_id)
    new, old = Tally(), Tally()
    for place in places:
        homes = list(history(actor, place, span, track))
        _add(new, try_policy(homes, policy, span.first, span.last, allowed))
        _add(old, try_policy(homes, policy_for(versions, place, track, clock.today()), span.first, span.last, allowed))
    names = names_of(policy)
    return {
        "span": span, "new": new, "old": old, "by_step": [(_(names.get(code, code)), WAY_NAMES[way], count) for (code, way), count in _by_rung(new, policy)],
        "by_person": [(_(name), count) for name, count in new.people.most_common(SHOWN)], "refused": [(refusal(code), count) for code, count in new.refused.most_common()],
    }  # fmt: skip


def _by_rung(tally: Tally, policy: Policy) -> list[tuple[tuple[str, str], int]]:
    order = {rung.code: turn for turn, rung in enumerate(policy.rungs)}
    return sorted(tally.steps.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1]))


def _add(total: Tally, part: Tally) -> None:
    total.steps += part.steps
    total.people += part.people
    total.refused += part.refused
    total.households += part.households
    total.touched += part.touched
    total.most = max(total.most, part.most)
