"""Say how satisfied one is: of a work order that was closed, and once a quarter; one tap is enough (product row I1)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.relations.accounts.public import Place
from wuyefei.relations.service.public import get_ticket_of
from wuyefei.relations.surveys.public import (
    SCORES,
    AlreadyAnswered,
    Said,
    answer_wave,
    asked,
    check_score,
    rate_ticket,
)

from ..gate import OwnerRequest, place_page, show


def scores() -> list[tuple[int, str]]:
    """The buttons, the best last: as a row reads."""
    return [(score, _(name)) for score, name in sorted(SCORES.items())]


@place_page
@require_http_methods(["GET", "POST"])
def survey(request: OwnerRequest, place: Place) -> HttpResponse:
    """The quarter's question, or thanks where the household has answered."""
    assert request.owner is not None
    owner, refusal = request.owner, ""
    if request.method == "POST":
        refusal = _attempt(lambda: answer_wave(owner, place, _said(request)))
        if not refusal:
            return redirect("portal:survey", place=place.token)
    context = {"asked": asked(place), "scores": scores(), "refusal": refusal, "sent": request.POST}
    return show(request, "survey", context, place=place, status=422 if refusal else 200)


@place_page
@require_POST
def rate(request: OwnerRequest, place: Place, token: str) -> HttpResponse:
    """Score a work order of one's own, and see it again with the thanks."""
    assert request.owner is not None
    owner = request.owner
    get_ticket_of(owner, place, token)
    refusal = _attempt(lambda: rate_ticket(owner, place, token, _said(request)))
    if refusal:
        return show(request, "survey", {"refusal": refusal, "asked": None, "back": token}, place=place, status=422)
    return redirect("portal:request", place=place.token, token=token)


def _said(request: OwnerRequest) -> Said:
    sent = request.POST
    return Said(check_score(sent.get("score", "")), sent.get("text", ""), bool(sent.get("about_keeper")), bool(sent.get("anonymous")))


def _attempt(act: Callable[[], object]) -> str:
    """Do it; what was refused, in words. What was answered a moment ago is no refusal: the thanks follow."""
    try:
        act()
    except (NotFound, AlreadyAnswered) as error:
        if isinstance(error, NotFound):
            raise
    except DomainError as error:
        return error.text
    return ""
