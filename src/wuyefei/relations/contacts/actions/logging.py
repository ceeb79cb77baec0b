"""Contacts: planned, recorded, closed and cancelled. Every one of them passes the guard (product row G8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.estate.people.public import Person, people
from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.inserting import insert_many

from ..models import Contact
from ..queries import Wanted, contacts, gather, receivable_choices
from ..rules.guard import Facts, Refused, Verdict, check
from ..rules.measures import BANS
from ..rules.steps import Channel, Purpose, Recipient, Step
from .guarding import StepRefused, keep_refusal
from .wishes import note_wish

NOTE = 400
LATEST_PLAN = dt.timedelta(days=90)
SKEW = dt.timedelta(minutes=5)
OLDEST = dt.timedelta(days=366)
LOOKS = {"wrong_number": "wrong", "stop": "refused"}
"""Outcomes that say something of the channel itself."""


class ContactChanged(DomainError):
    code = "contact_changed"
    message = "这条记录已经办结或者取消，请刷新。"


@dataclass(frozen=True)
class Draft:
    """What is to be planned or recorded, as people give it."""

    person_id: int
    channel: Channel
    purpose: Purpose
    at: dt.datetime
    property_id: int | None = None
    recipient: Recipient = Recipient.PAYER
    measures: frozenset[str] = frozenset()
    people: int = 1
    note: str = ""
    receivable_ids: tuple[int, ...] = ()
    incoming: bool = False
    source_ref: str = ""
    """What plans it, where that is a program; one contact only to a source."""

    @property
    def step(self) -> Step:
        return Step(self.channel, self.purpose, self.at, self.recipient, self.measures, self.people, self.note)


def plan(draft: Draft, *, actor: Actor) -> Contact:
    """Plan a contact. A step that the guard refuses is not saved: the attempt is, and ``StepRefused`` says why.

    Raises ``Invalid`` for a moment in the past or more than ninety days ahead.
    """
    now = clock.now()
    if not now - SKEW <= draft.at <= now + LATEST_PLAN:
        raise Invalid(field="时间", reason="计划应在现在到 90 天之内")
    if draft.incoming:
        raise Invalid(field="方向", reason="对方来的联系不能计划")
    with transaction.atomic():
        person, property_id = _locked(draft, actor)
        verdict = check(draft.step, now=now, facts=_facts(draft, actor))
        if isinstance(verdict, Refused):
            keep_refusal(draft.step, verdict, actor=actor, community_id=person.community_id, person_id=person.pk, property_id=property_id)
        else:
            row = _make(draft, person, property_id, Contact.State.PLANNED, actor=actor)
            audit.record(actor, "contact.plan", row, after=_facts_of(row))
            return row
    raise StepRefused(verdict)


@transaction.atomic
def record(draft: Draft, outcome: str, *, actor: Actor) -> Contact:
    """Record what has happened. Facts are never refused: a contact that broke a rule is kept with that rule's name, and
    the manager sees it. Raises ``Invalid`` for a moment in the future or more than a year ago."""
    now = clock.now()
    if not now - OLDEST <= draft.at <= now + SKEW:
        raise Invalid(field="时间", reason="已发生的联系应在一年之内，不能在将来")
    person, property_id = _locked(draft, actor)
    breach = "" if draft.incoming else _breach(draft, _facts(draft, actor), person, property_id, actor=actor)
    row = _make(draft, person, property_id, Contact.State.DONE, actor=actor, outcome=_outcome(outcome), breach=breach)
    _learn(row, person, actor)
    audit.record(actor, "contact.record", row, after=_facts_of(row))
    audit.publish(actor, "contacts.recorded", community_id=row.community_id, contact=row.pk, outcome=row.outcome)
    return row


@transaction.atomic
def close(contact_id: int, outcome: str, note: str = "", *, at: dt.datetime | None = None, actor: Actor) -> Contact:
    """Say how a planned contact went; judged again as it happened, by those of its bills that are still unpaid. Raises
    ``ContactChanged`` where it is not planned."""
    row = _planned(contact_id, actor)
    now = clock.now()
    moment = at or now
    if not now - OLDEST <= moment <= now + SKEW:
        raise Invalid(field="时间", reason="已发生的联系应在一年之内，不能在将来")
    unpaid = receivable_choices(actor, row.person_id, None).filter(pk__in=row.receivable_ids).values_list("pk", flat=True)
    draft = Draft(
        row.person_id, Channel(row.channel), Purpose(row.purpose), moment, row.property_id, Recipient(row.recipient),
        frozenset(), row.people, limited(note, "说明", NOTE), tuple(unpaid),
    )  # fmt: skip
    person, property_id = _locked(draft, actor)
    facts = _facts(draft, actor, leaving_out=row)
    row.breach = _breach(draft, facts, person, property_id, actor=actor)
    row.state, row.at, row.outcome = Contact.State.DONE, moment, _outcome(outcome)
    row.note, row.closed_by_id, row.closed_at = draft.note or row.note, actor.user_id, now
    row.save(update_fields=["state", "at", "outcome", "note", "breach", "closed_by", "closed_at"])
    _learn(row, person, actor)
    audit.record(actor, "contact.close", row, after=_facts_of(row))
    audit.publish(actor, "contacts.recorded", community_id=row.community_id, contact=row.pk, outcome=row.outcome)
    return row


@transaction.atomic
def cancel(contact_id: int, reason: str, *, actor: Actor) -> Contact:
    """Take back a plan; it stays in the log with the reason."""
    row = _planned(contact_id, actor)
    why = limited(reason, "原因", 200, required=True)
    row.state, row.closed_by_id, row.closed_at = Contact.State.CANCELLED, actor.user_id, clock.now()
    row.save(update_fields=["state", "closed_by", "closed_at"])
    audit.record(actor, "contact.cancel", row, reason=why)
    return row


@transaction.atomic
def cancel_planned(contact_ids: Collection[int], reason: str, *, actor: Actor) -> int:
    """Take back those of the contacts that are still planned, in a fixed number of statements; returns how many were."""
    why = limited(reason, "原因", 200, required=True)
    rows = list(contacts(actor).filter(pk__in=contact_ids, state=Contact.State.PLANNED).order_by("pk").select_for_update())
    for place in {row.community_id for row in rows}:
        actor.require(Permission.CONTACT_RECORD, place)
    Contact.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Contact.State.CANCELLED, closed_by_id=actor.user_id, closed_at=clock.now()
    )
    audit.record_each(actor, "contact.cancel", rows, reason=why)
    return len(rows)


def try_step(draft: Draft, *, actor: Actor) -> Verdict:
    """What the guard would say, without saving anything: for a form that warns while it is filled in."""
    _whole(draft, actor)
    return check(draft.step, now=clock.now(), facts=_facts(draft, actor))


def log_sent(rows: Sequence[Contact]) -> list[Contact]:
    """Keep contacts made by a program, already judged, in one statement; their sources make each of them unique.

    For callers that hold the persons' locks and have checked their places.
    """
    insert_many(rows)
    return list(rows)


def settle_sent(outcomes: Collection[tuple[str, str]]) -> int:
    """What became of messages, as (source, outcome): delivered, read, bounced. Returns how many were found."""
    found = 0
    for source_ref, outcome in outcomes:
        found += Contact.objects.filter(source_ref=source_ref).update(outcome=outcome)
    return found


def lock_people(actor: Actor, person_ids: Collection[int]) -> list[Person]:
    """Lock persons in the order of their ids, so that caps hold also when many plan at once."""
    rows = people(actor).filter(pk__in=person_ids).order_by("pk").select_for_update(no_key=True)
    return list(rows)


def _planned(contact_id: int, actor: Actor) -> Contact:
    row = contacts(actor).select_for_update().filter(pk=contact_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.CONTACT_RECORD, row.community_id)
    if row.state != Contact.State.PLANNED:
        raise ContactChanged()
    return row


def _whole(draft: Draft, actor: Actor) -> tuple[Person, int | None]:
    """The person and property of a draft, each of the actor's places and of the same community."""
    person = people(actor).filter(pk=draft.person_id).first()
    if person is None:
        raise NotFound()
    actor.require(Permission.CONTACT_RECORD, person.community_id)
    unknown = draft.measures - BANS.keys()
    if unknown:
        raise Invalid(field="措施", reason=Phrase("没有「{code}」", code=sorted(unknown)[0]))
    if draft.property_id is not None and get_property(actor, draft.property_id).community_id != person.community_id:
        raise NotFound()
    if draft.receivable_ids:
        known = set(receivable_choices(actor, person.pk, None).filter(pk__in=draft.receivable_ids).values_list("pk", flat=True))
        if known != set(draft.receivable_ids):
            raise Invalid(field="账单", reason="有账单不是这个人的，或者已经缴清")
    return person, draft.property_id


def _locked(draft: Draft, actor: Actor) -> tuple[Person, int | None]:
    person, property_id = _whole(draft, actor)
    lock_people(actor, [person.pk])
    return person, property_id


def _facts(draft: Draft, actor: Actor, *, leaving_out: Contact | None = None) -> Facts:
    facts = gather(actor.organisation_id, [Wanted(draft.person_id, draft.receivable_ids)], draft.at)[draft.person_id]
    if leaving_out is None:
        return facts
    past = list(facts.past)
    same = next((one for one in past if one.at == leaving_out.at and one.channel == leaving_out.channel), None)
    if same is not None:
        past.remove(same)
    return Facts(**{**facts.__dict__, "past": tuple(past)})


def _breach(draft: Draft, facts: Facts, person: Person, property_id: int | None, *, actor: Actor) -> str:
    verdict = check(draft.step, now=clock.now(), facts=facts)
    if not isinstance(verdict, Refused):
        return ""
    keep_refusal(
        draft.step, verdict, actor=actor, community_id=person.community_id, person_id=person.pk, property_id=property_id, happened=True
    )
    return verdict.code


def _make(
    draft: Draft, person: Person, property_id: int | None, state: str, *, actor: Actor, outcome: str = "", breach: str = ""
) -> Contact:
    done = state == Contact.State.DONE
    return Contact.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, property_id=property_id,
        direction=Contact.Direction.IN if draft.incoming else Contact.Direction.OUT, state=state, channel=draft.channel.value,
        purpose=draft.purpose.value, recipient=draft.recipient.value, at=draft.at, people=draft.people, outcome=outcome,
        note=limited(draft.note, "说明", NOTE), receivable_ids=sorted(draft.receivable_ids), breach=breach,
        source_ref=draft.source_ref,
        made_by_id=actor.user_id, made_at=clock.now(), closed_by_id=actor.user_id if done else None,
        closed_at=clock.now() if done else None,
    )  # fmt: skip


def _outcome(value: str) -> str:
    if value not in Contact.Outcome.values:
        raise Invalid(field="结果", reason="请选一项")
    return value


def _learn(row: Contact, person: Person, actor: Actor) -> None:
    """A wrong number or a wish not to be contacted in this way holds from now on."""
    kind = LOOKS.get(row.outcome)
    if kind is not None and row.channel not in (Channel.LETTER, Channel.DESK):
        note_wish(person, row.channel, kind, how=f"联系记录 {row.pk}", actor=actor)


def _facts_of(row: Contact) -> dict[str, object]:
    """What the audit trail holds: no words of the person."""
    return {
        "channel": row.channel, "purpose": row.purpose, "recipient": row.recipient, "at": row.at, "outcome": row.outcome,
        "breach": row.breach,
    }  # fmt: skip
