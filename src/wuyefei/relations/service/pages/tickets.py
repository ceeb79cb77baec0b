"""Work orders for staff: the list by when an answer is due, one of them, answer and close."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from .. import actions, instalments, queries
from ..models import Ticket
from ..rules import (
    KIND_NAMES,
    OUTCOME_NAMES,
    STATE_NAMES,
    TOPIC_NAMES,
    URGENCY_NAMES,
    Kind,
    Outcome,
    State,
    Topic,
    late,
)


def dress(row: Ticket) -> Ticket:
    """The row with its words and whether its answer is late."""
    row.late = late(row.made_at, row.answered_at, clock.now())  # type: ignore[attr-defined]
    row.topic_words = _(TOPIC_NAMES[Topic(row.topic)]) if row.topic else ""  # type: ignore[attr-defined]
    row.outcome_words = _(OUTCOME_NAMES[Outcome(row.outcome)]) if row.outcome else ""  # type: ignore[attr-defined]
    return row


@require_GET
@needs(Permission.SERVICE_HANDLE)
def tickets(request: StaffRequest) -> HttpResponse:
    """What waits for an answer first; by state, kind and community."""
    actor = request.actor
    state, kind, place = request.GET.get("state", State.OPEN), request.GET.get("kind", ""), request.GET.get("community", "")
    rows = queries.tickets(actor)
    if state in list(State):
        rows = rows.filter(state=state)
    if kind in list(Kind):
        rows = rows.filter(kind=kind)
    if place.isascii() and place.isdigit():
        rows = rows.filter(community_id=int(place[:18]))
    order = ["rank", "turn_at", "pk"] if state == State.OPEN else ["due_at", "pk"]
    page = paginate(rows, order, request.GET.get("at", ""))
    context = {
        "rows": [dress(row) for row in page.rows], "page": page, "state": state, "kind": kind, "community": place,
        "states": [(code, _(name)) for code, name in STATE_NAMES.items()], "kinds": [(code, _(name)) for code, name in KIND_NAMES.items()],
        "places": visible_communities(actor, Permission.SERVICE_HANDLE),
    }  # fmt: skip
    return render(request, "service/tickets.html", context)


@require_GET
@needs(Permission.SERVICE_HANDLE)
def ticket(request: StaffRequest, ticket_id: int) -> HttpResponse:
    row = dress(queries.get_ticket(request.actor, ticket_id))
    outcomes = [(code, _(OUTCOME_NAMES[code])) for code in (Outcome.UPHELD, Outcome.PARTLY, Outcome.REJECTED)]
    plan = instalments.plan_of(request.actor, row)
    may_plan = row.kind == Kind.INSTALMENT and row.state != State.CLOSED and request.actor.may(Permission.ADJUST_REQUEST, row.community_id)
    sorts = [(code, _(name)) for code, name in URGENCY_NAMES.items()] if row.kind == Kind.COMPLAINT and row.state == State.OPEN else []
    context = {"sorts": sorts, "ticket": row, "outcomes": outcomes, "plan": plan, "may_plan": may_plan and plan is None, "origin": instalments.ref_of(row)}
    return render(request, "service/ticket.html", context)


def _done(request: StaffRequest, ticket_id: int, deed: Callable[..., object], given: str, said: str) -> HttpResponse:
    """Do it with what the form gave, say so or why not, and show the work order again."""
    try:
        deed(ticket_id, request.POST.get(given, ""), actor=request.actor)
        messages.success(request, said)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("service:ticket", ticket_id)


@require_POST
@needs(Permission.SERVICE_HANDLE)
def answer(request: StaffRequest, ticket_id: int) -> HttpResponse:
    return _done(request, ticket_id, actions.answer, "text", _("已答复，业主在手机上看得到。"))


@require_POST
@needs(Permission.SERVICE_HANDLE)
def sort_out(request: StaffRequest, ticket_id: int) -> HttpResponse:
    """Urgent, of common parts, or neither."""
    return _done(request, ticket_id, actions.sort_out, "urgency", _("已改，排队的先后跟着变，答复期限不变。"))


@require_POST
@needs(Permission.SERVICE_HANDLE)
def close(request: StaffRequest, ticket_id: int) -> HttpResponse:
    return _done(request, ticket_id, actions.close, "outcome", _("已办结。"))
