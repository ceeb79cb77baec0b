"""The day's steps: drafted, adjusted and released by the manager, one or many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, spoken, unpacked
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..actions.nightly import draft_now
from ..actions.steps import adjust, drop, release
from ..forms import CONTACT_WAYS, AdjustForm
from ..models import Step
from ..queries.policies import rung_names
from ..queries.steps import ORDER, by_state, steps
from .common import actor_of, refusal

STATES = ("draft", "released", "refused", "done", "dropped")


@require_GET
@needs(Permission.FOLLOW_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Today's steps by state, the most pressing first."""
    actor, today = actor_of(request), clock.today()
    asked = _asked(request)
    rows = steps(actor).filter(on=today)
    for key, name in (("community", "community_id"), ("channel", "channel"), ("rung", "rung")):
        if asked[key]:
            rows = rows.filter(**{name: asked[key]})
    counts = by_state(rows)
    state = asked["state"] or next((one for one in STATES if counts.get(one)), "draft")
    page = paginate(rows.filter(state=state).select_related("case__property", "case__owner", "person", "community"), ORDER, request.GET.get("at", ""))
    places = visible_communities(actor, Permission.FOLLOW_VIEW)
    managed = [place for place in places if actor.may(Permission.FOLLOW_MANAGE, place.pk)]
    names = rung_names(actor.organisation_id)
    context = {
        "page": page, "rows": [_dressed(row, names) for row in page.rows], "state": state, "asked": asked, "places": places, "managed": managed,
        "tabs": [(code, str(Step.State(code).label), counts.get(code, 0)) for code in STATES], "several": len(places) > 1, "today": today,
        "ways": CONTACT_WAYS, "rungs": sorted((code, _(names.get(code, code))) for code in rows.order_by().values_list("rung", flat=True).distinct()),
        "form": AdjustForm(), "may_act": bool(managed) and state in ("draft", "refused", "released"),
    }  # fmt: skip
    return render(request, "followup/steps.html", context)


def _asked(request: HttpRequest) -> dict[str, Any]:
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    return {
        "state": state if state in STATES else "", "community": whole_number(request.GET.get("community", "")),
        "channel": channel if channel in dict(CONTACT_WAYS) else "", "rung": request.GET.get("rung", "")[:10],
    }  # fmt: skip


def _dressed(row: Step, names: dict[str, str]) -> dict[str, Any]:
    return {
        "row": row, "rung": _(names.get(row.rung, row.rung)), "way": dict(CONTACT_WAYS).get(row.channel, row.channel),
        "why": [spoken(unpacked(kept)) for kept in row.why], "refused": refusal(row.code) if row.code else "",
    }  # fmt: skip


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def draft_today(request: HttpRequest) -> HttpResponse:
    """Draft a place's steps of today now, instead of at night."""
    community = whole_number(request.POST.get("community", ""))
    if community is None:
        raise Invalid(field="小区", reason="请选一个小区")
    count, done = draft_now(community, actor=actor_of(request))
    messages.success(request, _("排出 %(count)s 步，其中按规则放行 %(done)s 步。") % {"count": count, "done": done.released})
    return _back(request)


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def act(request: HttpRequest) -> HttpResponse:
    """Release, adjust or leave out the chosen steps."""
    actor = actor_of(request)
    ids = [found for text in request.POST.getlist("id") if (found := whole_number(text)) is not None]
    verb = request.POST.get("verb", "")
    if not ids or verb not in ("release", "adjust", "drop"):
        raise Invalid(field="步骤", reason="请先勾选")
    if verb == "release":
        done = release(ids, actor=actor)
        messages.success(request, ngettext("已放行 %(count)s 步。", "已放行 %(count)s 步。", done.released) % {"count": done.released})
        if done.refused:
            messages.warning(request, _("%(count)s 步不允许，原因在「不允许」里。") % {"count": done.refused})
    elif verb == "drop":
        count = drop(ids, request.POST.get("reason", "") or _("今天不办"), actor=actor)
        messages.success(request, _("%(count)s 步今天不办。") % {"count": count})
    else:
        _adjust(request, ids)
    return _back(request)


def _adjust(request: HttpRequest, ids: list[int]) -> None:
    form = AdjustForm(request.POST)
    if not form.is_valid():
        raise Invalid(field="时间", reason=next(iter(form.errors.values()))[0])
    data = form.cleaned_data
    if not data["channel"] and data["at"] is None:
        raise Invalid(field="时间", reason="请选方式或时间")
    count = adjust(ids, channel=data["channel"], at=data["at"], actor=actor_of(request))
    messages.success(request, _("已改 %(count)s 步，放行后生效。") % {"count": count})


def _back(request: HttpRequest) -> HttpResponse:
    response = redirect("followup:steps")
    place = whole_number(request.POST.get("community", ""))
    if place is not None:
        response["Location"] += f"?community={place}"
    return response
