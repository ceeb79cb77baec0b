"""首次跟进: calls about new bills, some days after the notice arrived."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform.paging import paginate

from ..actions.firstcalls import let_go
from ..models import FirstCall
from ..queries.firstcalls import ORDER, STATES, by_state, first_calls
from .common import actor_of, refusal


@require_GET
@needs(Permission.FOLLOW_VIEW)
def first(request: HttpRequest) -> HttpResponse:
    """The first calls by state, the latest day first; who may record contacts opens the planned one and says how it went."""
    actor = actor_of(request)
    state, community = request.GET.get("state", ""), whole_number(request.GET.get("community", ""))
    rows = first_calls(actor)
    if community:
        rows = rows.filter(community_id=community)
    counts = by_state(rows)
    state = state if state in STATES else next((code for code in STATES if counts[code]), "planned")
    page = paginate(rows.filter(STATES[state]).select_related("property", "person", "community", "contact"), ORDER, request.GET.get("at", ""))
    places = visible_communities(actor, Permission.FOLLOW_VIEW)
    names = {"planned": _("今天要打的"), "draft": _("待放行"), "refused": _("不允许"), "done": _("已联系"), "dropped": _("不再需要")}
    context = {
        "page": page, "rows": [_dressed(row) for row in page.rows], "state": state, "community": community, "places": places, "several": len(places) > 1,
        "tabs": [(code, names[code], counts[code]) for code in STATES], "may_record": actor.may(Permission.CONTACT_RECORD),
        "may_release": state == "draft" and actor.may(Permission.FOLLOW_MANAGE), "narrowed": bool(community),
    }  # fmt: skip
    return render(request, "followup/first.html", context)


def _dressed(row: FirstCall) -> dict[str, Any]:
    return {"row": row, "refusal": refusal(row.code) if row.code else ""}


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def release_first(request: HttpRequest) -> HttpResponse:
    """Let the ticked calls go."""
    ids = [number for number in (whole_number(text) for text in request.POST.getlist("id")) if number is not None]
    if not ids:
        messages.error(request, _("请先勾选"))
    else:
        count = let_go(ids, actor=actor_of(request))
        messages.success(request, ngettext("已放行 %(count)s 户。", "已放行 %(count)s 户。", count) % {"count": count})
    return redirect(reverse("followup:first"))
