"""From open bills to queued messages: set-based targets, then a channel for each by the ladder and the law guard."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, transaction
from django.db.models import F, Sum

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.models import Job
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Channel, Facts, Purpose, Refused, Step, Wanted, check, gather

from ..models import Address, Batch, Carrier, Message, Target, Version
from ..queries import addresses_of, approved, batches, carriers, coverage, get_batch
from ..rules.ladder import GOAL, LADDER, Way, next_way

CHUNK = 1000
SEND_JOB = "notices.send"
PERSONAL = frozenset({"dispute_hold", "erased", "deceased", "nothing_owed"})
"""Refusals that hold whatever the channel: the household is left out, not unreached."""


class NothingToSend(DomainError):
    code = "nothing_to_send"
    message = "{community} 没有 {due} 到期而未缴的账单。"


class NotReady(DomainError):
    code = "notices_not_ready"
    message = "还没有可用的通知方式：至少要有一个已启用的渠道和它已批准的模板。"


@dataclass(frozen=True)
class Means:
    """What can be sent by: approved texts and enabled carriers, by channel."""

    versions: dict[str, Version]
    carriers: dict[str, Carrier]

    @property
    def channels(self) -> list[str]:
        return [channel for channel in LADDER if channel in self.versions and channel in self.carriers]


def means_of(organisation_id: int, step: str) -> Means:
    return Means(approved(organisation_id, step), carriers(organisation_id))


@transaction.atomic
def start_batch(community_id: int, due_on: dt.date, *, actor: Actor, step: str = "bill") -> Batch:
    """Begin telling every household of a community that owes on ``due_on``; a batch there already goes on with what is
    missing. Raises ``NothingToSend`` and ``NotReady``."""
    place = get_community(actor, community_id, Permission.NOTICE_SEND)
    if not means_of(actor.organisation_id, step).channels:
        raise NotReady()
    batch, made = Batch.objects.select_for_update().get_or_create(
        community=place, step=step, due_on=due_on,
        defaults={"organisation_id": place.organisation_id, "made_by_id": actor.user_id, "made_at": clock.now()},
    )  # fmt: skip
    if not made and has_open_job(batch):
        raise DomainError("batch_running", "这一批正在发送。")
    if add_targets(batch) == 0 and made:
        raise NothingToSend(community=place.name, due=due_on)
    begin(batch, actor=actor)
    audit.record(actor, "notice.batch", batch, after={"due_on": due_on, "step": step})
    return batch


def has_open_job(batch: Batch) -> bool:
    return batch.job_id is not None and Job.objects.filter(pk=batch.job_id, state__in=jobs.OPEN).exists()


def begin(batch: Batch, *, actor: Actor) -> None:
    """Queue the work of a batch in the running transaction."""
    total = Target.objects.filter(batch=batch).count()
    job = jobs.start(SEND_JOB, actor=actor, label=f"{batch}", community_id=batch.community_id, total=total, batch=batch.pk)
    batch.job_id, batch.state = job.pk, Batch.State.SENDING
    batch.save(update_fields=["job_id", "state"])


@transaction.atomic
def stop_batch(batch_id: int, *, actor: Actor) -> Batch:
    """Stop after the message under way; what is queued stays queued."""
    batch = _locked(batch_id, actor)
    if has_open_job(batch) and batch.job_id is not None:
        jobs.stop(batch.job_id, actor=actor)
    batch.state = Batch.State.STOPPED
    batch.save(update_fields=["state"])
    audit.record(actor, "notice.stop", batch)
    return batch


@transaction.atomic
def resume_batch(batch_id: int, *, actor: Actor) -> Batch:
    """Go on from where it stopped; bills published meanwhile are added."""
    batch = _locked(batch_id, actor)
    if has_open_job(batch):
        raise DomainError("batch_running", "这一批正在发送。")
    add_targets(batch)
    begin(batch, actor=actor)
    audit.record(actor, "notice.resume", batch)
    return batch


def _locked(batch_id: int, actor: Actor) -> Batch:
    found = get_batch(actor, batch_id)
    actor.require(Permission.NOTICE_SEND, found.community_id)
    return batches(actor).select_for_update(of=("self",)).get(pk=batch_id)


def add_targets(batch: Batch) -> int:
    """Every household with something open on the batch's due date, in one statement; those there already stay."""
    rows = (
        Receivable.objects.filter(
            community_id=batch.community_id, due_on=batch.due_on, outstanding_fen__gt=0, reversed_at__isnull=True
        )
        .order_by()
        .values("property_id", "payer_id")
        .annotate(ids=ArrayAgg("pk", order_by="pk"), fen=Sum("outstanding_fen"), place=F("community_id"))
        .values_list("property_id", "payer_id", "ids", "fen")
    )
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO notices_target (organisation_id, community_id, batch_id, property_id, person_id, receivable_ids,
                  amount_fen, bundle, state, channel, reason, tried)
                SELECT %s, %s, %s, found.property_id, found.payer_id, found.ids, found.fen, '', 'waiting', '', '', '{{}}'
                FROM ({sql}) AS found (property_id, payer_id, ids, fen) ORDER BY 1, 2
                ON CONFLICT DO NOTHING""",  # noqa: S608 - the statement is Django's own
            [batch.organisation_id, batch.community_id, batch.pk, *params],
        )
        return cursor.rowcount


def plan_waiting(batch: Batch, after_chunk: Callable[[int], None] = lambda done: None) -> int:
    """Give every waiting household without a channel its next one; returns how many were looked at.

    Each chunk is one transaction; ``after_chunk`` is told the count inside it.
    """
    means, last, done = means_of(batch.organisation_id, batch.step), 0, 0
    if means.channels != ["letter"] and coverage(batch).rate >= GOAL:
        means.carriers.pop("letter", None)  # enough are reached: the rest is a worklist, not paper
    while True:
        with transaction.atomic():
            rows = list(
                Target.objects.select_for_update(of=("self",))
                .filter(batch=batch, state=Target.State.WAITING, channel="", pk__gt=last)
                .select_related("person").order_by("pk")[:CHUNK]
            )  # fmt: skip
            if not rows:
                return done
            _plan_chunk(batch, rows, means)
            last, done = rows[-1].pk, done + len(rows)
            after_chunk(done)


def _plan_chunk(batch: Batch, rows: Sequence[Target], means: Means) -> None:
    now = clock.now()
    wanted: dict[int, list[int]] = {}
    for row in rows:
        wanted.setdefault(row.person_id, []).extend(row.receivable_ids)
    facts = gather(batch.organisation_id, [Wanted(person_id, tuple(ids)) for person_id, ids in wanted.items()], now)
    addresses = addresses_of(list(wanted))
    drafts: dict[tuple[str, str], Message] = {}
    for row in rows:
        _place(row, batch, means, facts[row.person_id], addresses.get(row.person_id, {}), now, drafts)
    _merge(batch, rows, drafts)
    Target.objects.bulk_update(rows, ["state", "channel", "reason", "bundle", "tried"])


def _place(
    row: Target, batch: Batch, means: Means, facts: Facts, addresses: dict[str, Address], now: dt.datetime, drafts: dict[tuple[str, str], Message]
) -> None:
    """The household's next channel, or why it has none."""
    ways = [Way(channel, bool(bundle_of(channel, row.person, row, addresses)), channel in means.channels) for channel in LADDER]
    reason = row.reason
    while (channel := next_way(ways, row.tried, facts.preferred or "")) is not None:
        moment, refused = _judge(channel, means.versions[channel], facts, now, batch.due_on)
        if moment is not None:
            bundle = bundle_of(channel, row.person, row, addresses)
            row.channel, row.bundle = channel, bundle
            drafts.setdefault((bundle, channel), _message(row, batch, channel, bundle, means.versions[channel], moment))
            return
        reason = refused
        if refused in PERSONAL:
            row.state, row.reason = Target.State.EXCLUDED, refused
            return
        row.tried = [*row.tried, channel]
    row.state, row.reason = Target.State.UNREACHED, reason or "no_address"


def _judge(channel: str, version: Version, facts: Facts, now: dt.datetime, due_on: dt.date) -> tuple[dt.datetime | None, str]:
    """When the guard lets the notice go, at the latest on its due date; else the rule that refused it."""
    verdict = check(step_of(channel, version, now), now=now, facts=facts)
    if not isinstance(verdict, Refused):
        return now, ""
    if verdict.at is not None and verdict.at.astimezone(CHINA).date() <= due_on:
        return verdict.at, ""
    return None, verdict.code


def step_of(channel: str, version: Version, at: dt.datetime) -> Step:
    """The notice as the guard judges it: its words too."""
    return Step(Channel(channel), Purpose.BILL, at, text=f"{version.subject}\n{version.body}")


def bundle_of(channel: str, person: Person, row: Target, addresses: dict[str, Address]) -> str:
    """What makes two households' messages one: the same number or address; blank where there is none on the channel."""
    if channel == "sms":
        return person.mobile_mark
    if channel == "letter":
        return f"p{row.person_id}"
    return addresses[channel].mark if channel in addresses else ""


def _message(row: Target, batch: Batch, channel: str, bundle: str, version: Version, moment: dt.datetime) -> Message:
    return Message(
        organisation_id=batch.organisation_id, community_id=batch.community_id, batch=batch, bundle=bundle, channel=channel,
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
