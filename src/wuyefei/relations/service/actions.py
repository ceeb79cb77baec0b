"""Ask, answer, close. A dispute holds its bill's late fee while it is open."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, NotFound, Phrase
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, end_hold, place_hold
from wuyefei.relations.accounts.public import Owner, Place, acting_for, get_bill, new_token, open_now

from . import rules
from .models import Ticket
from .queries import get_ticket, get_ticket_of, instalment_months
from .rules import (
    AlreadyDisputed,
    DisputedBefore,
    Kind,
    NotAnswered,
    NothingOwed,
    Outcome,
    State,
    TicketClosed,
    Topic,
)

HOLD = "dispute"


@transaction.atomic
def dispute(owner: Owner, place: Place, bill_id: int, topic: str, text: str) -> Ticket:
    """Dispute an unpaid bill: opens a work order and stops the bill's late fee from today on.

    Raises ``AlreadyDisputed``, ``DisputedBefore``, ``NothingOwed``, ``Invalid``.
    """
    if topic not in list(Topic):
        raise Invalid(field="问题", reason="请选择一项")
    said = rules.words(text, "说明", 500, required=True)
    bill = get_bill(place, bill_id)
    Receivable.objects.select_for_update().get(pk=bill.pk)
    earlier = Ticket.objects.filter(kind=Kind.DISPUTE, receivable_id=bill.pk)
    if earlier.filter(closed_at__isnull=True).exists():
        raise AlreadyDisputed()
    if earlier.count() >= rules.MAX_DISPUTES:
        raise DisputedBefore(limit=rules.MAX_DISPUTES)
    if not open_now(place, clock.today(), [bill.pk]):
        raise NothingOwed()
    ticket = _open(owner, place, Kind.DISPUTE, said, receivable=bill, topic=topic)
    actor = acting_for(place)
    ticket.hold = place_hold(
        bill.pk, clock.today(), None, kind=HOLD, source_ref=f"ticket:{ticket.pk}", actor=actor, reason=rules.TOPIC_NAMES[Topic(topic)]
    )
    ticket.save(update_fields=["hold"])
    audit.publish(actor, "service.disputed", community_id=place.community_id, ticket=ticket.pk, receivable=bill.pk)
    return ticket


@transaction.atomic
def ask_instalments(owner: Owner, place: Place, months: int, text: str) -> Ticket:
    """Ask to pay what is owed in monthly parts, as many as the firm's limits allow; the service centre answers."""
    offered = instalment_months(place)
    if months not in offered:
        raise Invalid(field="期数", reason=Phrase("请选择 {least} 到 {most} 个月", least=offered[0], most=offered[-1]))
    return _open(owner, place, Kind.INSTALMENT, rules.words(text, "说明", 500), months=months)


@transaction.atomic
def complain(owner: Owner, place: Place, text: str) -> Ticket:
    """A complaint, a repair, a question: whatever an owner wants to say."""
    return _open(owner, place, Kind.COMPLAINT, rules.words(text, "说明", 500, required=True))


def _open(
    owner: Owner, place: Place, kind: Kind, text: str, *, receivable: Receivable | None = None, topic: str = "", months: int | None = None
) -> Ticket:
    now = clock.now()
    ticket = Ticket.objects.create(
        organisation_id=place.organisation_id, community_id=place.community_id,
        property_id=receivable.property_id if receivable else place.property_id, person_id=place.person_id,
        account_id=owner.account_id, receivable=receivable, kind=kind, topic=topic, months=months, text=text, token=new_token(12),
        made_at=now, due_at=rules.answer_due(now),
    )  # fmt: skip
    audit.record(acting_for(place), "ticket.open", ticket, after={"kind": kind, "topic": topic, "months": months})
    return ticket


def _locked(ticket_id: int, actor: Actor) -> Ticket:
    ticket = get_ticket(actor, ticket_id)
    actor.require(Permission.SERVICE_HANDLE, ticket.community_id)
    return Ticket.objects.select_for_update().get(pk=ticket.pk)


@transaction.atomic
def answer(ticket_id: int, text: str, *, actor: Actor) -> Ticket:
    """Answer the owner; a later answer follows the earlier one. The first one stops the 48-hour clock."""
    ticket = _locked(ticket_id, actor)
    rules.check_move(State(ticket.state), State.ANSWERED)
    said = rules.words(text, "答复", 400, required=True)
    ticket.answer = f"{ticket.answer}\n{said}".strip()[:800]
    ticket.answered_at = ticket.answered_at or clock.now()
    ticket.answered_by_id = actor.user_id
    ticket.state = State.ANSWERED
    ticket.save(update_fields=["answer", "answered_at", "answered_by", "state"])
    audit.record(actor, "ticket.answer", ticket)
    audit.publish(actor, "service.answered", community_id=ticket.community_id, ticket=ticket.pk)
    return ticket


@transaction.atomic
def close(ticket_id: int, outcome: str, *, actor: Actor) -> Ticket:
    """Close an answered ticket. A dispute's hold ends with today: the late fee runs again from tomorrow, never before."""
    ticket = _locked(ticket_id, actor)
    rules.check_move(State(ticket.state), State.CLOSED)
    if outcome not in (Outcome.UPHELD, Outcome.PARTLY, Outcome.REJECTED):
        raise Invalid(field="结论", reason="请选择一项")
    if ticket.state != State.ANSWERED:
        raise NotAnswered()
    return _close(ticket, Outcome(outcome), actor)


@transaction.atomic
def withdraw(owner: Owner, place: Place, token: str) -> Ticket:
    """The owner takes it back; a dispute's hold ends with today."""
    ticket = Ticket.objects.select_for_update().get(pk=get_ticket_of(owner, place, token).pk)
    if ticket.state == State.CLOSED:
        raise TicketClosed()
    return _close(ticket, Outcome.WITHDRAWN, acting_for(place))


def _close(ticket: Ticket, outcome: Outcome, actor: Actor) -> Ticket:
    if ticket.hold_id is not None:
        system = service_actor(ticket.organisation_id, SYSTEM)
        _end_hold(ticket, dataclasses.replace(system, user_id=actor.user_id, name=actor.name))
    ticket.state, ticket.outcome, ticket.closed_at, ticket.closed_by_id = State.CLOSED, outcome, clock.now(), actor.user_id
    ticket.save(update_fields=["state", "outcome", "closed_at", "closed_by"])
    audit.record(actor, "ticket.close", ticket, after={"outcome": outcome})
    audit.publish(actor, "service.closed", community_id=ticket.community_id, ticket=ticket.pk, outcome=str(outcome))
    return ticket


def _end_hold(ticket: Ticket, actor: Actor) -> None:
    """Closing a dispute is what ends its hold, whoever may close it."""
    hold = ticket.hold
    if hold is None:
        raise NotFound()
    last: dt.date = rules.hold_ends(hold.starts_on, clock.today())
    end_hold(hold.pk, last, actor=actor)
