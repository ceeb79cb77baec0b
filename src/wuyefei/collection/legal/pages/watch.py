"""Who may go to which step, opening matters and letters for many at once, and the limitation watch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound, spoken
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock

from ..actions.letters import make_batch
from ..actions.opening import open_matter
from ..actions.urging import set_urging
from ..queries.board import households, urging_of, watched
from ..rules.eligibility import ROAD_NAMES, Road
from ..rules.limitation import WATCH_DAYS
from .common import actor_of


@require_GET
@needs(Permission.LEGAL_VIEW)
def eligible(request: HttpRequest) -> HttpResponse:
    """Households whose debts may go to a road, with the reason, largest first."""
    actor = actor_of(request)
    places = visible_communities(actor, Permission.LEGAL_VIEW)
    wanted = whole_number(request.GET.get("community", ""))
    place = next((one for one in places if one.pk == wanted), places[0] if places else None)
    road = Road(request.GET["road"]) if request.GET.get("road") in list(Road)[:3] else Road.LETTER
    found = households(actor, place.pk, road, clock.today()) if place else []
    context: dict[str, Any] = {
        "places": places, "place": place, "road": road.value, "today": clock.today(), "roads": [(one.value, _(ROAD_NAMES[one])) for one in list(Road)[:3]],
        "rows": [(one, spoken(one.why), ",".join(str(bill.id) for bill in one.bills)) for one in found], "total_fen": sum(one.total_fen for one in found),
        "may_work": place is not None and actor.may(Permission.LEGAL_WORK, place.pk),
        "urging": urging_of(place.pk) if place else None, "may_urge": place is not None and actor.may(Permission.LEGAL_APPROVE, place.pk),
    }  # fmt: skip
    return render(request, "legal/eligible.html", context)


@require_POST
@needs(Permission.LEGAL_APPROVE)
def urging(request: HttpRequest, community_id: int) -> HttpResponse:
    """Whether in this place the committee's urging precedes a suit."""
    row = set_urging(community_id, request.POST.get("required") == "1", request.POST.get("basis", ""), actor=actor_of(request))
    messages.success(request, _("已登记：起诉前须业委会先督促。") if row.required else _("已登记：起诉前不要求业委会督促。"))
    return redirect(f"{reverse('legal:eligible')}?community={community_id}&road={Road.SUIT.value}")


@require_POST
@needs(Permission.LEGAL_WORK)
def opened(request: HttpRequest) -> HttpResponse:
    """Open matters for the chosen households; with ``letter`` each gets its letter as well."""
    actor = actor_of(request)
    groups = [[pk for text in value.split(",") if (pk := whole_number(text)) is not None] for value in request.POST.getlist("bills")]
    groups = [group for group in groups if group]
    back = request.POST.get("back", "")
    if not groups:
        messages.error(request, _("请先勾选。"))
    elif request.POST.get("letter"):
        made, refusals = make_batch(groups, actor=actor)
        if made:
            messages.success(request, _("已出具 %(count)s 封催款函。") % {"count": len(made)})
        for text in refusals[:5]:
            messages.error(request, text)
    else:
        _open_each(request, groups)
    return redirect(reverse("legal:board") if not back.isdigit() else f"{reverse('legal:eligible')}?community={back}")


def _open_each(request: HttpRequest, groups: list[list[int]]) -> None:
    count = 0
    for group in groups:
        try:
            open_matter(group, actor=actor_of(request))
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            messages.error(request, error.text)
        else:
            count += 1
    if count:
        messages.success(request, _("已立案 %(count)s 件。") % {"count": count})


@require_GET
@needs(Permission.LEGAL_VIEW)
def limitation(request: HttpRequest) -> HttpResponse:
    """Debts whose clock runs out soon or has run out, the nearest first."""
    actor, today = actor_of(request), clock.today()
    places = visible_communities(actor, Permission.LEGAL_VIEW)
    wanted = whole_number(request.GET.get("community", ""))
    ids = [one.pk for one in places if wanted in (None, one.pk)]
    span = request.GET.get("days", "")
    most = int(span) if span in [str(days) for days in WATCH_DAYS] else max(WATCH_DAYS)
    rows = [one for one in watched(actor, ids, today) if one.left <= most]
    context = {
        "places": places, "several": len(places) > 1, "community": wanted, "rows": rows[:200], "count": len(rows), "days": most, "spans": sorted(WATCH_DAYS),
        "total_fen": sum(one.bill.outstanding_fen for one in rows), "over": sum(one.left < 0 for one in rows), "today": today,
    }  # fmt: skip
    return render(request, "legal/limitation.html", context)
