"""One's own credit: the rating with its reasons, what it gives, objecting to it, opting out (product row F3)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.kernel.errors import DomainError, NotFound, spoken
from wuyefei.foundation.platform import clock
from wuyefei.insight.credit.public import (
    ANSWER_DAYS,
    FREE_SERVICES,
    LETTER_NAMES,
    Change,
    Rating,
    choose_own,
    facts_of,
    free_left,
    head_start,
    object_own,
    own_changes,
    own_choice,
    own_free,
    own_rating,
    own_reviews,
    own_showings,
    rate,
    withdraw_own,
)
from wuyefei.relations.accounts.public import Place

from ..gate import OwnerRequest, place_page, show

PAST = 12


@place_page
@require_http_methods(["GET", "POST"])
def credit(request: OwnerRequest, place: Place) -> HttpResponse:
    """Only for whoever stands on the register, never for guests."""
    if not place.own:
        raise NotFound()
    refusal = ""
    if request.method == "POST":
        try:
            _act(request, place)
        except NotFound:
            raise
        except DomainError as error:
            refusal = error.text
        else:
            return redirect("portal:credit", place=place.token)
    return show(request, "credit", {**_context(place), "refusal": refusal, "sent": request.POST}, place=place, status=422 if refusal else 200)


def _act(request: OwnerRequest, place: Place) -> None:
    assert request.owner is not None
    act = request.POST.get("act")
    if act == "object":
        object_own(request.owner, place, request.POST.get("said", ""))
    elif act == "withdraw":
        withdraw_own(place)
    elif act in ("out", "in"):
        choose_own(request.owner, place, act == "out")


def _context(place: Place) -> dict[str, Any]:
    row, reviews, had = own_rating(place), list(own_reviews(place)[:PAST]), own_free(place)
    letter = row.letter if row else ""
    waiting = next((one for one in reviews if one.state == "open"), None)
    return {
        "row": row, "name": _(LETTER_NAMES[letter]), "out": own_choice(place), "parts": _parts(row), "hours": head_start(letter),
        "free": FREE_SERVICES.get(letter, 0), "left": free_left(letter, len(had)), "had": had, "reviews": [one for one in reviews if one.state != "open"], "waiting": waiting,
        "may_object": letter in ("B", "C", "D") and waiting is None, "days": ANSWER_DAYS, "tab": "me",
        "past": [(one, _why(one)) for one in own_changes(place)[:PAST]], "showings": own_showings(place)[:PAST],
    }  # fmt: skip


def _parts(row: Rating | None) -> list[dict[str, Any]]:
    if row is None:
        return []
    return [
        {"name": spoken(part.name), "points": part.points, "most": part.most, "width": part.points * 100 // part.most, "reasons": [spoken(text) for text in part.reasons]}
        for part in rate(facts_of(row), clock.today()).parts
    ]


def _why(row: Change) -> str:
    return spoken(rate(facts_of(row), row.on).parts[0].reasons[0]) if not row.out else ""
