"""The last look before a message goes out: judged by the guard as things stand now, fixed, and written into the contact log.

One message or many of a batch and channel: the same queries, however many there are.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from wuyefei.foundation.access.actor import Actor, organisation_of
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import (
    Contact,
    Facts,
    Refused,
    Wanted,
    check,
    gather,
    lock_people,
    log_sent,
)

from ..models import Message, Target
from .choosing import PERSONAL
from .filling import plain_for, smart_values, values_from
from .means import contact_channel, step_of


def judge_again(message: Message, actor: Actor) -> bool:
    """Whether the guard lets it go at this moment; the households and what is written to them are fixed here."""
    return bool(judge([message], actor))


def judge(messages: Sequence[Message], actor: Actor) -> list[Message]:
    """Those of the messages, all of one batch and channel, that the guard lets go at this moment, with their households and
    what is written to them fixed but not yet saved. The others are put off or dropped, which is saved."""
    if not messages:
        return []
    rows, now = _households(messages), clock.now()
    everybody = [row for mine in rows.values() for row in mine]
    wanted: dict[int, list[int]] = defaultdict(list)
    for row in everybody:
        wanted[row.person_id] += row.receivable_ids
    lock_people(actor, wanted.keys())
    facts = gather(messages[0].organisation_id, [Wanted(person_id, tuple(ids)) for person_id, ids in wanted.items()], now)
    open_ = Receivable.objects.filter(pk__in=[pk for ids in wanted.values() for pk in ids], outstanding_fen__gt=0, reversed_at__isnull=True)
    bills = open_.prefetch_related("item").in_bulk()
    owing, name = {bill.payer_id for bill in bills.values()}, organisation_of(actor).name
    going, left = list[Message](), list[Target]()
    for message in messages:
        mine = rows[message.bundle]
        kept = _kept(message, mine, facts, owing, now)
        if kept is None:
            continue
        left += [row for row in mine if row not in kept]
        if kept:
            message.target_ids = [row.pk for row in kept]
            message.values = _values(message, kept, bills, name)
            going.append(message)
        else:
            drop(message, mine[0].reason if mine else "nobody")
    Target.objects.bulk_update(left, ["state", "reason", "channel", "bundle", "tried"])
    return going


def _households(messages: Sequence[Message]) -> dict[str, list[Target]]:
    """Who waits for these messages, locked, by the address that makes them one."""
    found: dict[str, list[Target]] = defaultdict(list)
    rows = Target.objects.select_for_update(of=("self",)).filter(
        batch_id=messages[0].batch_id, bundle__in=[message.bundle for message in messages], channel=messages[0].channel, state=Target.State.WAITING
    )
    for row in rows.select_related("property", "person").order_by("pk"):
        found[row.bundle].append(row)
    return found


def _kept(message: Message, rows: Sequence[Target], facts: Mapping[int, Facts], owing: set[int], now: dt.datetime) -> list[Target] | None:
    """The households that are told, the others marked with why not; None where the message has to wait for another hour."""
    kept = []
    for row in rows:
        verdict = check(step_of(message.channel, message.version, now), now=now, facts=facts[row.person_id])
        if row.person_id not in owing:
            row.state, row.reason, row.channel = Target.State.EXCLUDED, "paid", ""
        elif isinstance(verdict, Refused) and verdict.at is not None:
            message.not_before = verdict.at
            message.save(update_fields=["not_before"])
            return None
        elif isinstance(verdict, Refused) and verdict.code in PERSONAL:
            row.state, row.reason, row.channel = Target.State.EXCLUDED, verdict.code, ""
        elif isinstance(verdict, Refused):
            row.tried, row.channel, row.bundle, row.reason = [*row.tried, message.channel], "", "", verdict.code
        else:
            kept.append(row)
    return kept


def _values(message: Message, rows: Sequence[Target], bills: Mapping[int, Receivable], organisation: str) -> dict[str, str]:
    """What stands in the fields, from the bills that are open now."""
    mine = [bills[pk] for pk in sorted({pk for row in rows for pk in row.receivable_ids}) if pk in bills]
    names, rooms = [row.person.name for row in rows], [row.property.code for row in rows]
    plain = values_from(message.channel, message.community, organisation, names, rooms, mine, message.batch.due_on)
    return plain | plain_for(message.channel, smart_values(message.version, mine))


def drop(message: Message, reason: str) -> None:
    """Nobody is told by it any more."""
    message.state, message.reason, message.settled_at = Message.State.DROPPED, reason, clock.now()
    message.save(update_fields=["state", "reason", "settled_at"])


def source_of(message: Message, person_id: int) -> str:
    """What its contact in the log is known by: one a person and attempt."""
    return f"notice:{message.pk}:{person_id}:{message.attempts}"


def log_contacts(messages: Sequence[Message], actor: Actor, state: str, outcome: str = "") -> None:
    """A contact of every person that they tell, in the log before anything goes out; several homes of one are one contact."""
    now, homes = clock.now(), Target.objects.in_bulk([pk for message in messages for pk in message.target_ids])
    closed = {"closed_at": now, "closed_by_id": actor.user_id} if state == Contact.State.DONE else {}
    made = []
    for message in messages:
        told: dict[int, list[Target]] = defaultdict(list)
        for pk in sorted(message.target_ids):
            told[homes[pk].person_id].append(homes[pk])
        for person_id, rows in told.items():
            made.append(
                Contact(
                    organisation_id=message.organisation_id, community_id=message.community_id, person_id=person_id,
                    property_id=rows[0].property_id, state=state, channel=contact_channel(message.channel).value, purpose="bill", at=now, outcome=outcome,
                    receivable_ids=sorted(pk for row in rows for pk in row.receivable_ids), source_ref=source_of(message, person_id),
                    made_by_id=actor.user_id, made_at=now, **closed,
                )
            )  # fmt: skip
    log_sent(made)


def sources_of(message: Message) -> list[str]:
    """The names of a message's contacts."""
    people_ids = Target.objects.filter(pk__in=message.target_ids).values_list("person_id", flat=True)
    return [source_of(message, person_id) for person_id in sorted(set(people_ids))]
