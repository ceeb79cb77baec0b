"""Showing ratings outside: the doors, what was asked, what was given to whom."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform.paging import paginate

from .. import queries
from ..actions import showing
from .common import attempt


@require_GET
@needs(Permission.CREDIT_VIEW)
def outside(request: HttpRequest) -> HttpResponse:
    """The log of what was given to whom, and which communities give anything at all."""
    actor = actor_of(request)
    places = visible_communities(actor, Permission.CREDIT_VIEW)
    known = queries.doors([place.pk for place in places])
    page = paginate(queries.showings(actor), ["-id"], request.GET.get("at", ""))
    context = {
        "page": page, "rows": page.rows,
        "places": [(place, known.get(place.pk), actor.may(Permission.CREDIT_REVIEW, place.pk)) for place in places],
    }  # fmt: skip
    return render(request, "credit/outside.html", context)


@require_POST
@needs(Permission.CREDIT_REVIEW)
def door(request: HttpRequest) -> HttpResponse:
    """Open or shut a community's door."""
    place, opened = whole_number(request.POST.get("community", "")) or 0, request.POST.get("open") == "yes"
    done = _("已开放；每一次提供仍要依据和第二人审批。") if opened else _("已关闭。")
    return attempt(request, lambda: showing.set_door(place, opened, request.POST.get("basis", ""), actor=actor_of(request)), done, "credit:outside")


@require_POST
@needs(Permission.CREDIT_WORK)
def ask(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask to give a rating to somebody outside."""
    order = showing.Order(*(request.POST.get(name, "") for name in ("receiver", "purpose", "ground", "document")))
    return attempt(
        request, lambda: showing.ask_showing(person_id, order, actor=actor_of(request)), _("已提交，等第二人审批；批准前不会提供。"), "credit:owner", person_id
    )
