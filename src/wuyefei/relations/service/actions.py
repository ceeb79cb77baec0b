"""Ask, answer, close. A dispute holds its bill's late fee while it is open."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db import transaction

from wuyefei.estate.people.public import people
from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, NotFound, Phrase
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, end_hold, place_hold
from wuyefei.relations.accounts.public import Owner, Place, acting_for, get_bill, new_token, open_now

from . import rules
from .head_start import earned
from .models import Ticket
from .queries import get_ticket, get_ticket_of, instalment_months, months_offered
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
    Urgency,
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
def complain(owner: Owner, place: Place, text: str, urgency: str = Urgency.ORDINARY) -> Ticket:
    """A complaint, a repair, a question: whatever an owner wants to say."""
    said = rules.words(text, "说明", 500, required=True)
    return _open(owner, place, Kind.COMPLAINT, said, urgency=_urgency(urgency))


def _urgency(text: str) -> Urgency:
    if text not in list(Urgency):
        raise Invalid(field="哪一类", reason="请选择一项")
    return Urgency(text)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a payer said to one of ours: kind ``COMPLAINT``, or ``INSTALMENT`` with the months."""

    property_id: int
    person_id: int
    kind: Kind
    text: str
    months: int | None = None


@transaction.atomic
def raise_ticket(asked: Asked, *, actor: Actor) -> Ticket:
    """Open a work order for a payer who has told one of ours; the answer is due within 48 hours like any other's.

    Raises ``NotFound`` for a property or person of elsewhere, and ``Invalid``; a dispute of a bill is the owner's own act.
    """
    home = get_property(actor, asked.property_id)
    actor.require(Permission.CONTACT_RECORD, home.community_id)
    if not people(actor).filter(pk=asked.person_id, community_id=home.community_id).exists():
        raise NotFound()
    if asked.kind is Kind.DISPUTE:
        raise Invalid(field="类型", reason="对账单的异议由业主自己提")
    offered = months_offered(home.organisation_id)
    if asked.kind is Kind.INSTALMENT and asked.months not in offered:
        raise Invalid(field="期数", reason=Phrase("请选择 {least} 到 {most} 个月", least=offered[0], most=offered[-1]))
    now, said = clock.now(), rules.words(asked.text, "说明", 500, required=True)
    turn = rules.turn(asked.kind, Urgency.ORDINARY, rules.answer_due(now), earned(asked.person_id))
    ticket = Ticket.objects.create(
        organisation_id=home.organisation_id, community_id=home.community_id, property_id=home.pk, person_id=asked.person_id, kind=asked.kind,
        months=asked.months if asked.kind is Kind.INSTALMENT else None, text=said, token=new_token(12), made_at=now, due_at=rules.answer_due(now),
        **dataclasses.asdict(turn),
    )  # fmt: skip
    audit.record(actor, "ticket.open", ticket, after={"kind": asked.kind, "months": ticket.months})
    return ticket


def _open(
    owner: Owner, place: Place, kind: Kind, text: str, *, receivable: Receivable | None = None, topic: str = "", months: int | None = None,
    urgency: Urgency = Urgency.ORDINARY,
) -> Ticket:  # fmt: skip
    now = clock.now()
    turn = rules.turn(kind, urgency, rules.answer_due(now), earned(place.person_id))
    ticket = Ticket.objects.create(
        organisation_id=place.organisation_id, community_id=place.community_id,
        property_id=receivable.property_id if receivable else place.property_id, person_id=place.person_id,
        account_id=owner.account_id, receivable=receivable, kind=kind, topic=topic, months=months, text=text, token=new_token(12),
        made_at=now, due_at=rules.answer_due(now), urgency=urgency, **dataclasses.asdict(turn),
    )  # fmt: skip
    audit.record(acting_for(place), "ticket.open", ticket, after={"kind": kind, "topic": topic, "months": months})
    return ticket


def _locked(ticket_id: int, actor: Actor) -> Ticket:
    ticket = get_ticket(actor, ticket_id)
    actor.require(Permission.SERVICE_HANDLE, ticket.community_id)
    return Ticket.objects.select_for_update().get(pk=ticket.pk)


@transaction.atomic
def sort_out(ticket_id: int, urgency: str, *, actor: Actor) -> Ticket:
    """Put an open complaint or repair where it belongs: its turn moves, its time to answer does not.

    What was wrongly called urgent waits like any other, without a head start.
    """
    ticket = _locked(ticket_id, actor)
    if ticket.state != State.OPEN or ticket.kind != Kind.COMPLAINT:
        raise TicketClosed()
    before, known = ticket.urgency, _urgency(urgency)
    turn = rules.turn(Kind.COMPLAINT, known, ticket.due_at, ticket.head_start)
    ticket.urgency, ticket.rank, ticket.head_start, ticket.turn_at = known, turn.rank, turn.head_start, turn.turn_at
    ticket.save(update_fields=["urgency", "rank", "head_start", "turn_at"])
    audit.record(actor, "ticket.sort_out", ticket, before={"urgency": before}, after={"urgency": known})
    return ticket


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
