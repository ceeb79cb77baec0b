"""A channel and a moment for each waiting household: by the ladder, the payer's habit and the law guard. The ordinary ones
have theirs from the start (``at_once``)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Facts, Refused, Wanted, check, gather

from ..models import Address, Batch, Habit, Message, Target, Version
from ..queries import addresses_of, habits_of
from ..rules.ladder import LADDER, Way, next_way
from ..rules.timing import Pattern, Stretch, best_moment
from .at_once import means_for, stretch_for
from .means import Means, bundle_of, step_of

CHUNK = 1000
PERSONAL = frozenset({"dispute_hold", "erased", "deceased", "nothing_owed"})
"""Refusals that hold whatever the channel: the household is left out, not unreached."""


@dataclass
class Round:
    """What the planning of a chunk goes by, and the messages that come of it."""

    batch: Batch
    means: Means
    stretch: Stretch | None
    now: dt.datetime
    habits: dict[int, Habit]
    drafts: dict[tuple[str, str], Message] = field(default_factory=dict)

    def moment(self, person_id: int) -> dt.datetime:
        """When the person is best told."""
        habit = self.habits.get(person_id)
        if self.stretch is None:
            return self.now
        if habit is None:
            return best_moment(Pattern.NEW, 0, None, self.stretch, self.now)
        return best_moment(Pattern(habit.pattern), habit.day, habit.hour if habit.hour >= 0 else None, self.stretch, self.now)


def plan_waiting(batch: Batch, after_chunk: Callable[[int], None] = lambda done: None) -> int:
    """Give every waiting household without a channel its next one; returns how many were looked at.

    Each chunk is one transaction; ``after_chunk`` is told the count inside it.
    """
    means, stretch, last, done = means_for(batch), stretch_for(batch), 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                Target.objects.select_for_update(of=("self",))
                .filter(batch=batch, state=Target.State.WAITING, channel="", pk__gt=last)
                .select_related("person").order_by("pk")[:CHUNK]
            )  # fmt: skip
            if not rows:
                return done
            _plan_chunk(batch, rows, means, stretch)
            last, done = rows[-1].pk, done + len(rows)
            after_chunk(done)


def _plan_chunk(batch: Batch, rows: Sequence[Target], means: Means, stretch: Stretch | None) -> None:
    now = clock.now()
    wanted: dict[int, list[int]] = {}
    for row in rows:
        wanted.setdefault(row.person_id, []).extend(row.receivable_ids)
    facts = gather(batch.organisation_id, [Wanted(person_id, tuple(ids)) for person_id, ids in wanted.items()], now)
    addresses, found = addresses_of(list(wanted)), Round(batch, means, stretch, now, habits_of(list(wanted)))
    for row in rows:
        _place(row, found, facts[row.person_id], addresses.get(row.person_id, {}))
    _merge(batch, rows, found.drafts)
    Target.objects.bulk_update(rows, ["state", "channel", "reason", "bundle", "tried"])


def _place(row: Target, found: Round, facts: Facts, addresses: dict[str, Address]) -> None:
    """The household's next channel, or why it has none."""
    means, batch = found.means, found.batch
    ways = [Way(channel, bool(bundle_of(channel, row.person, addresses)), channel in means.channels) for channel in LADDER]
    reason, wanted = row.reason, found.now if row.tried else found.moment(row.person_id)
    while (channel := next_way(ways, row.tried, facts.preferred or "")) is not None:
        version = means.version(channel, row.person_id)
        moment, refused = _judge(channel, version, facts, wanted, found.now, batch.due_on)
        if moment is not None:
            bundle = bundle_of(channel, row.person, addresses)
            row.channel, row.bundle = channel, bundle
            found.drafts.setdefault((bundle, channel), _message(row, batch, version, moment))
            return
        reason = refused
        if refused in PERSONAL:
            row.state, row.reason = Target.State.EXCLUDED, refused
            return
        row.tried = [*row.tried, channel]
    row.state, row.reason = Target.State.UNREACHED, reason or "no_address"


def _judge(
    channel: str, version: Version, facts: Facts, wanted: dt.datetime, now: dt.datetime, due_on: dt.date
) -> tuple[dt.datetime | None, str]:
    """When the guard lets the notice go from ``wanted`` on, at the latest on its due date; else the rule that refused it."""
    verdict = check(step_of(channel, version, wanted), now=now, facts=facts)
    if not isinstance(verdict, Refused):
        return wanted, ""
    if verdict.at is not None and verdict.at.astimezone(CHINA).date() <= due_on:
        return verdict.at, ""
    return None, verdict.code


def _message(row: Target, batch: Batch, version: Version, moment: dt.datetime) -> Message:
    return Message(
        organisation_id=batch.organisation_id, community_id=batch.community_id, batch=batch, bundle=row.bundle, channel=row.channel,
        person_id=row.person_id, property_id=row.property_id, version=version, key=secrets.token_hex(16), not_before=moment,
    )  # fmt: skip


def _merge(batch: Batch, rows: Iterable[Target], drafts: dict[tuple[str, str], Message]) -> None:
    """Queue the messages; a household whose number has had its message of this batch already goes on to another way."""
    Message.objects.bulk_create(drafts.values(), ignore_conflicts=True)
    held = {
        (message.bundle, message.channel): message.state
        for message in Message.objects.filter(batch=batch, bundle__in=[bundle for bundle, _ in drafts])
    }
    for row in rows:
        if row.channel and held.get((row.bundle, row.channel)) != Message.State.QUEUED:
            row.tried, row.channel, row.bundle = [*row.tried, row.channel], "", ""
