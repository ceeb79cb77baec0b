"""季末行动: the drives, those that are running first chosen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..models import STATE_NAMES, Drive
from ..queries.drives import drives, in_state
from ..queries.standing import homes_on, shown_day
from ..rules import Tally, tally
from ..wording import aim_text

SIZE = 20
TONES = {"planned": "hold", "running": "due", "over": "late", "closed": "paid", "off": "hold"}


@require_GET
@needs(Permission.FOLLOW_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), clock.today()
    state, community = request.GET.get("state", ""), whole_number(request.GET.get("community", ""))
    state = state if state in STATE_NAMES and state != "off" else ""
    rows = drives(actor).filter(in_state(state, today))
    if community:
        rows = rows.filter(community_id=community)
    page = paginate(rows, ["-id"], request.GET.get("at", ""), size=SIZE)
    places = visible_communities(actor, Permission.FOLLOW_VIEW)
    context = {
        "page": page, "lines": [(row, _words(row), _stand(row)) for row in page.rows], "state": state, "community": community, "places": places,
        "several": len(places) > 1, "states": [(code, str(name)) for code, name in STATE_NAMES.items() if code != "off"],
        "may_open": actor.may(Permission.FOLLOW_MANAGE), "narrowed": bool(state or community),
    }  # fmt: skip
    return render(request, "drives/listed.html", context)


def _words(row: Drive) -> dict[str, str]:
    state = row.state_on(clock.today())
    return {"state": str(STATE_NAMES[state]), "tone": TONES[state], "aim": aim_text(row)}


def _stand(row: Drive) -> Tally | None:
    """Where it stands now, or stood when it ended."""
    if row.listed_at is None:
        return None
    day = shown_day(row, None)
    return tally(homes_on(row, day).values(), day)
