"""Sending what is queued, one message at a time: written as going out, sent, settled.

Between the two transactions the carrier has the message. A worker killed there leaves it ``sending``; whoever comes
next cannot know whether it went out, so it becomes ``unsure`` and is never sent again on that channel: only a receipt
can say that it arrived, and without one the household is told another way.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass

from django.db import connection, transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.platform import clock, jobs
from wuyefei.relations.contacts.public import Contact

from ..carriers import sender_of
from ..channels.base import Carrier as Sender
from ..channels.base import CarrierError, Misconfigured, Parcel, Throttled, Unclear
from ..channels.base import Refused as NotTaken
from ..models import Batch, Carrier, Message, Target
from ..rules.ladder import WITHOUT_RECEIPT
from .filling import parcel_with, reach
from .judging import drop, judge_again, log_contacts, sources_of

log = logging.getLogger("wuyefei.notices")
LOCK_CLASS = 0x77790021
MAX_ATTEMPTS = 6
DIGITAL = ("wechat", "mini", "app", "sms", "email")


def lost_ones(batch: Batch) -> int:
    """What a killed worker left between its two transactions: nobody knows, so it is not sent again."""
    lost = list(Message.objects.filter(batch=batch, state=Message.State.SENDING))
    for message in lost:
        with transaction.atomic():
            _settle(message, Message.State.UNSURE, reason="worker_gone")
    return len(lost)


class alone:  # noqa: N801 - used like a function
    """One sender a batch, by a lock that dies with its connection."""

    def __init__(self, batch_id: int) -> None:
        self.key, self.held = batch_id % 2**31, False

    def __enter__(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, self.key])
            self.held = bool(cursor.fetchone()[0])
        return self.held

    def __exit__(self, *_error: object) -> None:
        if self.held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, self.key])


@dataclass
class Round:
    """One pass over a batch: its carriers, and the pace of each."""

    batch: Batch
    actor: Actor
    carriers: dict[str, Carrier]
    senders: dict[str, Sender]
    paused: set[str]
    last: dict[str, float]

    @classmethod
    def of(cls, batch: Batch, actor: Actor) -> Round:
        rows = {row.channel: row for row in Carrier.objects.filter(organisation_id=batch.organisation_id, enabled=True)}
        senders = {channel: sender_of(row) for channel, row in rows.items() if channel in DIGITAL}
        return cls(batch, actor, rows, senders, set(), {})

    def pace(self, channel: str) -> None:
        """Wait so that no more than the carrier's stated number go out in a second."""
        due = self.last.get(channel, 0.0) + 1 / self.carriers[channel].per_second
        left = due - time.monotonic()
        if left > 0:
            time.sleep(left)
        self.last[channel] = time.monotonic()


def send_queued(batch: Batch, actor: Actor, task: jobs.Task | None = None) -> int:
    """Send what may go now; returns how many went out. Raises ``jobs.Stopped`` when asked to stop."""
    found, sent = Round.of(batch, actor), 0
    while True:
        if task is not None:
            task.check_stop()
        ready = _take(found)
        if ready is None:
            return sent
        message, parcel = ready
        if parcel is None:
            continue
        found.pace(message.channel)
        if _hand_over(found, message, parcel):
            sent += 1
            if task is not None:
                task.advance(task.done + len(message.target_ids))


@transaction.atomic
def _take(found: Round) -> tuple[Message, Parcel | None] | None:
    """The next message, judged again and written as going out; no parcel where the guard turned it away or delayed it."""
    channels = [channel for channel in found.senders if channel not in found.paused]
    message = (
        Message.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(batch=found.batch, state=Message.State.QUEUED, not_before__lte=clock.now(), channel__in=channels)
        .select_related("version", "person", "community").order_by("not_before", "pk").first()
    )  # fmt: skip
    if message is None:
        return None
    if not judge_again(message, found.actor):
        return message, None
    values = message.values
    to = reach(message.channel, message.person_id, found.actor)
    if not to:
        _drop(message, "no_address")
        return message, None
    message.attempts += 1
    message.state, message.sent_at = Message.State.SENDING, clock.now()
    message.save(update_fields=["state", "attempts", "sent_at", "values", "target_ids"])
    log_contacts([message], found.actor, Contact.State.PLANNED)
    return message, parcel_with(message.key, message.channel, to, message.version, values, message.community_id)


def _hand_over(found: Round, message: Message, parcel: Parcel) -> bool:
    """Give it to the carrier and settle; whether it has gone out, or may have."""
    try:
        ref = found.senders[message.channel].send(parcel)
    except CarrierError as error:
        return _settle_error(found, message, error)
    with transaction.atomic():
        _settle(message, Message.State.SENT, ref=ref)
    return True


@transaction.atomic
def _settle_error(found: Round, message: Message, error: CarrierError) -> bool:
    if isinstance(error, Unclear):
        _settle(message, Message.State.UNSURE, reason=error.reason)
        return True
    if isinstance(error, NotTaken):
        _settle(message, Message.State.BOUNCED, reason=error.reason)
        return False
    if isinstance(error, Throttled) and message.attempts < MAX_ATTEMPTS:
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.QUEUED, reason=error.reason, not_before=clock.now() + dt.timedelta(seconds=error.seconds * 2 ** (message.attempts - 1))
        )
        close_contacts(message, Contact.State.CANCELLED)
        return False
    if isinstance(error, Misconfigured):
        Message.objects.filter(pk=message.pk).update(state=Message.State.QUEUED, reason=error.reason)
        close_contacts(message, Contact.State.CANCELLED)
        found.paused.add(message.channel)
        log.warning("carrier %s of organisation %s: %s", message.channel, message.organisation_id, error.reason)
        return False
    _settle(message, Message.State.BOUNCED, reason=error.reason)
    return False


def _settle(message: Message, state: str, *, ref: str = "", reason: str = "") -> None:
    now = clock.now()
    bounced = state == Message.State.BOUNCED
    Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
        state=state, carrier_ref=ref[:80], reason=reason, settled_at=now if bounced else None
    )
    if bounced:
        close_contacts(message, Contact.State.DONE, Contact.Outcome.BOUNCED)
        Target.objects.filter(pk__in=message.target_ids).update(reason="bounced")
        return
    close_contacts(message, Contact.State.DONE, Contact.Outcome.SENT)
    reached = state == Message.State.SENT and message.channel in WITHOUT_RECEIPT
    Target.objects.filter(pk__in=message.target_ids, state=Target.State.WAITING).update(
        state=Target.State.REACHED if reached else Target.State.SENT
    )


def _drop(message: Message, reason: str) -> None:
    drop(message, reason)
    for row in Target.objects.filter(batch_id=message.batch_id, bundle=message.bundle, channel=message.channel, state=Target.State.WAITING):
        row.tried, row.channel, row.bundle, row.reason = [*row.tried, message.channel], "", "", reason
        row.save(update_fields=["tried", "channel", "bundle", "reason"])


def close_contacts(message: Message, state: str, outcome: str = "") -> None:
    """What became of them."""
    Contact.objects.filter(source_ref__in=sources_of(message), state=Contact.State.PLANNED).update(
        state=state, outcome=outcome, closed_at=clock.now()
    )
