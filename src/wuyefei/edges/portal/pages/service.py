"""Dispute a bill, ask for instalments, say what is wrong, and see what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.relations.accounts.public import Place
from wuyefei.relations.service.public import (
    OUTCOME_NAMES,
    TOPIC_NAMES,
    Outcome,
    Ticket,
    Topic,
    ask_instalments,
    complain,
    dispute,
    get_ticket_of,
    instalment_months,
    tickets_of,
    withdraw,
)
from wuyefei.relations.surveys.public import can_rate, rating_of

from ..gate import OwnerRequest, place_page, show
from ..queries.bill import bill_page
from ..queries.home import home as home_of
from .survey import scores


def _attempt(
    request: OwnerRequest, place: Place, act: Callable[[], Ticket], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Do what was asked and show its work order, or show the form again with what is wrong and what was typed."""
    refusal = ""
    if request.method == "POST":
        try:
            return redirect("portal:request", place=place.token, token=act().token)
        except NotFound:
            raise
        except DomainError as error:
            refusal = error.text
    more = {"refusal": refusal, "sent": request.POST}
    return show(request, template, {**context, **more}, place=place, status=422 if refusal else 200)


@place_page
@require_http_methods(["GET", "POST"])
def dispute_bill(request: OwnerRequest, place: Place, bill_id: int) -> HttpResponse:
    assert request.owner is not None
    owner, sent = request.owner, request.POST
    page = bill_page(place, bill_id, clock.today())
    topics = [(topic, _(TOPIC_NAMES[topic])) for topic in Topic]
    return _attempt(
        request, place, lambda: dispute(owner, place, bill_id, sent.get("topic", ""), sent.get("text", "")), "dispute",
        {"page": page, "topics": topics},
    )  # fmt: skip


@place_page
@require_http_methods(["GET", "POST"])
def instalment(request: OwnerRequest, place: Place) -> HttpResponse:
    assert request.owner is not None
    owner, months = request.owner, request.POST.get("months", "")
    number = int(months) if months.isascii() and months.isdigit() and len(months) < 3 else 0
    context = {"home": home_of(place, clock.today()), "months": instalment_months(place)}
    return _attempt(
        request, place, lambda: ask_instalments(owner, place, number, request.POST.get("text", "")), "instalment", context
    )


@place_page
@require_http_methods(["GET", "POST"])
def complaint(request: OwnerRequest, place: Place) -> HttpResponse:
    assert request.owner is not None
    owner = request.owner
    return _attempt(request, place, lambda: complain(owner, place, request.POST.get("text", "")), "complaint", {})


@place_page
@require_GET
def requests(request: OwnerRequest, place: Place) -> HttpResponse:
    assert request.owner is not None
    return show(request, "requests", {"rows": [_dressed(row) for row in tickets_of(request.owner, place)[:50]], "tab": ""}, place=place)


@place_page
@require_GET
def one(request: OwnerRequest, place: Place, token: str) -> HttpResponse:
    assert request.owner is not None
    row = get_ticket_of(request.owner, place, token)
    context = {"row": _dressed(row), "rating": rating_of(row), "can_rate": can_rate(row), "scores": scores()}
    return show(request, "request", context, place=place)


@place_page
@require_POST
def take_back(request: OwnerRequest, place: Place, token: str) -> HttpResponse:
    assert request.owner is not None
    withdraw(request.owner, place, token)
    return redirect("portal:request", place=place.token, token=token)


def _dressed(row: Ticket) -> Ticket:
    row.topic_words = _(TOPIC_NAMES[Topic(row.topic)]) if row.topic else ""  # type: ignore[attr-defined]
    row.outcome_words = _(OUTCOME_NAMES[Outcome(row.outcome)]) if row.outcome else ""  # type: ignore[attr-defined]
    return row
