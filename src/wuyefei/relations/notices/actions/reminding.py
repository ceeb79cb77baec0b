"""Reminding one household now: of what is overdue, or due within the days in which bills are announced.

Like a batch's messages it is judged by the guard, written down and logged before it goes out, and what may have gone out
is never sent again. Unlike them it does not wait for a better moment: the moment was the reason.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import transaction

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import SYSTEM, Actor, organisation_of, service_actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import (
    Contact,
    Purpose,
    Refused,
    Wanted,
    check,
    gather,
    lock_people,
    log_sent,
    settle_sent,
)

from ..carriers import sender_of
from ..channels.base import CarrierError, Unclear
from ..models import Carrier, Habit, Message, Reminder, Version
from ..queries import addresses_of, carriers, manner_of
from ..rules.ladder import LADDER, LEAD_MOST, WITHOUT_RECEIPT, Way, next_way
from ..rules.timing import Pattern, reminders_on
from .filling import parcel_with, reach, values_from
from .means import Means, bundle_of, contact_channel, means_of, step_of

RHYTHM = "wuyefei.late-reminders"
PAPER = ("letter",)
LOST = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Reminded:
    """``outcome``: sent, unsure or failed; or why nothing was sent: nothing_due, not_ready, today_already, no_address, or
    the rule of the guard that refused it."""

    outcome: str
    row: Reminder | None = None


def due_now(person_id: int, property_id: int, today: dt.date) -> list[Receivable]:
    """The bills that a reminder is about: open, and overdue or announced by now."""
    rows = Receivable.objects.filter(
        payer_id=person_id, property_id=property_id, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lte=today + DAY * LEAD_MOST
    )
    return list(rows.select_related("item").order_by("due_on", "pk"))


def remind(person: Person, home: Property, *, cause: str) -> Reminded:
    """Remind a payer of what is due at a home, by the first way that is open now. For callers that know why."""
    actor, means = service_actor(person.organisation_id, SYSTEM), means_of(person.organisation_id, "remind")
    if not [channel for channel in means.channels if channel not in PAPER]:
        return Reminded("not_ready")
    with transaction.atomic():
        found = _decide(person, home, cause, means, actor)
    return _hand_over(found.row, home, actor) if found.row is not None else found


def _decide(person: Person, home: Property, cause: str, means: Means, actor: Actor) -> Reminded:
    """The reminder as it is going out, or why there is none; under the person's lock."""
    lock_people(actor, [person.pk])
    now = clock.now()
    today = now.astimezone(CHINA).date()
    if Reminder.objects.filter(person=person, on=today).exists():
        return Reminded("today_already")
    bills = due_now(person.pk, home.pk, today)
    if not bills:
        return Reminded("nothing_due")
    ids = [bill.pk for bill in bills]
    facts = gather(person.organisation_id, [Wanted(person.pk, tuple(ids))], now)[person.pk]
    purpose = Purpose.REMINDER if bills[0].due_on < today else Purpose.BILL
    addresses, tried = addresses_of([person.pk]).get(person.pk, {}), list(PAPER)
    ways = [Way(channel, bool(bundle_of(channel, person, addresses)), channel in means.channels) for channel in LADDER]
    refused = "no_address"
    while (channel := next_way(ways, tried, facts.preferred or "")) is not None:
        verdict = check(step_of(channel, means.versions[channel], now, purpose), now=now, facts=facts)
        if not isinstance(verdict, Refused):
            row = _write(person, home, cause, channel, means.versions[channel], bills, today)
            _log(row, purpose, actor)
            return Reminded("sending", row)
        refused = verdict.code
        tried.append(channel)
    return Reminded(refused)


def _write(person: Person, home: Property, cause: str, channel: str, version: Version, bills: list[Receivable], today: dt.date) -> Reminder:
    return Reminder.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, property=home, cause=cause, on=today,
        receivable_ids=[bill.pk for bill in bills], amount_fen=sum(bill.outstanding_fen for bill in bills), channel=channel,
        version=version, key=f"r{secrets.token_hex(16)}", made_at=clock.now(),
    )  # fmt: skip


def source_of(row: Reminder) -> str:
    """What its contact in the log is known by."""
    return f"reminder:{row.pk}"


def _log(row: Reminder, purpose: Purpose, actor: Actor) -> None:
    log_sent(
        [
            Contact(
                organisation_id=row.organisation_id, community_id=row.community_id, person_id=row.person_id, property_id=row.property_id,
                state=Contact.State.PLANNED, channel=contact_channel(row.channel).value, purpose=purpose.value, at=row.made_at,
                receivable_ids=row.receivable_ids, source_ref=source_of(row), made_by_id=actor.user_id, made_at=row.made_at,
            )
        ]
    )  # fmt: skip


def _hand_over(row: Reminder, home: Property, actor: Actor) -> Reminded:
    """Give it to the carrier; what became of it."""
    bills = list(Receivable.objects.filter(pk__in=row.receivable_ids).select_related("item").order_by("due_on", "pk"))
    values = values_from(
        row.channel, row.community, organisation_of(actor).name, [row.person.name], [home.code], bills, bills[0].due_on
    )
    carrier = carriers(row.organisation_id).get(row.channel)
    to = reach(row.channel, row.person_id, actor)
    if carrier is None or not to:
        return _settle(row, Message.State.BOUNCED, reason="no_address")
    try:
        ref = sender_of(carrier).send(parcel_with(row.key, row.channel, to, row.version, values, row.community_id))
    except Unclear as error:
        return _settle(row, Message.State.UNSURE, reason=error.reason)
    except CarrierError as error:
        return _settle(row, Message.State.BOUNCED, reason=error.reason)
    return _settle(row, Message.State.DELIVERED if row.channel in WITHOUT_RECEIPT else Message.State.SENT, ref=ref)


@transaction.atomic
def _settle(row: Reminder, state: str, *, ref: str = "", reason: str = "") -> Reminded:
    row.state, row.carrier_ref, row.reason = state, ref[:80], reason[:120]
    row.save(update_fields=["state", "carrier_ref", "reason"])
    bounced = state == Message.State.BOUNCED
    Contact.objects.filter(source_ref=source_of(row), state=Contact.State.PLANNED).update(
        state=Contact.State.DONE, outcome=Contact.Outcome.BOUNCED if bounced else Contact.Outcome.SENT, closed_at=clock.now()
    )
    return Reminded("failed" if bounced else "unsure" if state == Message.State.UNSURE else "sent", row)


RANK = {"sending": 0, "unsure": 1, "sent": 1, "bounced": 2, "delivered": 3, "read": 4}


def take_reminders_receipt(carrier: Carrier, state: str, *, ref: str, key: str, reason: str) -> bool:
    """What a carrier says of a reminder, as of a message; whether it was new."""
    rows = Reminder.objects.select_for_update().filter(organisation_id=carrier.organisation_id, channel=carrier.channel)
    row = rows.filter(key=key).first() if key else None
    row = row or (rows.filter(carrier_ref=ref).first() if ref else None)
    if row is None or RANK[state] <= RANK.get(row.state, 9):
        return False
    row.state, row.reason = state, reason[:120]
    row.save(update_fields=["state", "reason"])
    settle_sent([(source_of(row), state)])
    return True


def remind_the_late(organisation_id: int | None = None) -> int:
    """The day's reminders of habitual late payers, in their rhythm, and those that a dead worker left under way. Returns
    how many were sent."""
    rows = Organisation.objects.order_by("pk")
    ids = rows.values_list("pk", flat=True) if organisation_id is None else [organisation_id]
    for lost in Reminder.objects.filter(organisation_id__in=ids, state=Message.State.SENDING, made_at__lt=clock.now() - LOST):
        _settle(lost, Message.State.UNSURE, reason="worker_gone")
    return sum(_of_organisation(one) for one in ids if manner_of(one).timing)


def _of_organisation(organisation_id: int) -> int:
    today = clock.today()
    days = [today - (on - today) for on in reminders_on(today)]
    open_ = Receivable.objects.filter(organisation_id=organisation_id, due_on__in=days, outstanding_fen__gt=0, reversed_at__isnull=True)
    late = Habit.objects.filter(organisation_id=organisation_id, pattern=Pattern.LATE).values("person_id")
    pairs = open_.filter(payer_id__in=late).order_by("payer_id", "property_id").values_list("payer_id", "property_id").distinct()
    sent = 0
    for person_id, home_id in pairs:
        person, home = Person.objects.select_related("community").get(pk=person_id), Property.objects.get(pk=home_id)
        sent += remind(person, home, cause=Reminder.Cause.RHYTHM).outcome == "sent"
    return sent
