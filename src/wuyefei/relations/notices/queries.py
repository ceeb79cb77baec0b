"""Scoped reads of batches, messages and templates."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import prepared

from .models import (
    Address,
    Batch,
    Carrier,
    Habit,
    Lead,
    Manner,
    Message,
    News,
    Reminder,
    Target,
    Template,
    Trial,
    Version,
)
from .rules.ladder import LADDER, LEAD_DAYS, rate
from .rules.texts import KEYED, PICTURED, fields_of, fill, wechat_data
from .rules.timing import Habit as Rule
from .rules.timing import Pattern


def batches(actor: Actor) -> QuerySet[Batch]:
    """The batches of the communities whose notices the actor may see."""
    return Batch.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.NOTICE_VIEW)
    ).select_related("community", "made_by")


def get_batch(actor: Actor, batch_id: int) -> Batch:
    row = batches(actor).filter(pk=batch_id).first()
    if row is None:
        raise NotFound()
    return row


def targets(actor: Actor) -> QuerySet[Target]:
    return Target.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.NOTICE_VIEW)
    )


def messages(actor: Actor) -> QuerySet[Message]:
    return Message.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.NOTICE_VIEW)
    )


def templates(actor: Actor) -> QuerySet[Template]:
    """The organisation's templates, for those who may see notices anywhere in it."""
    actor.require_anywhere(Permission.NOTICE_VIEW)
    return Template.objects.filter(organisation_id=actor.organisation_id)


def get_version(actor: Actor, version_id: int) -> Version:
    actor.require_anywhere(Permission.NOTICE_VIEW)
    row = Version.objects.filter(template__organisation_id=actor.organisation_id, pk=version_id).select_related("template").first()
    if row is None:
        raise NotFound()
    return row


def approved(organisation_id: int, step: str) -> dict[str, Version]:
    """The latest approved version of a step by channel."""
    rows = (
        Version.objects.filter(template__organisation_id=organisation_id, template__step=step, state=Version.State.APPROVED)
        .select_related("template")
        .order_by("template_id", "-number")
        .distinct("template_id")
    )
    return {row.template.channel: row for row in rows}


def carriers(organisation_id: int) -> dict[str, Carrier]:
    """The carriers that are switched on, by channel."""
    return {row.channel: row for row in Carrier.objects.filter(organisation_id=organisation_id, enabled=True)}


def addresses_of(person_ids: Collection[int]) -> dict[int, dict[str, Address]]:
    """Addresses by person and channel."""
    found: dict[int, dict[str, Address]] = defaultdict(dict)
    for row in Address.objects.filter(person_id__in=person_ids, locked__isnull=False):
        found[row.person_id][row.channel] = row
    return found


def lead_days(contract_id: int) -> int:
    """How many days ahead a contract's bills are announced; 0 for not at all."""
    row = Lead.objects.filter(contract_id=contract_id).first()
    return row.days if row else LEAD_DAYS


def manner_of(organisation_id: int) -> Manner:
    """How an organisation announces its bills; the defaults, unsaved, where it has said nothing."""
    return Manner.objects.filter(organisation_id=organisation_id).first() or Manner(organisation_id=organisation_id)


def running_trial(organisation_id: int, community_id: int) -> Trial | None:
    """The comparison that a community takes part in now."""
    return Trial.objects.filter(organisation_id=organisation_id, ended_at__isnull=True, community_ids__contains=[community_id]).first()


def habits_of(person_ids: Collection[int]) -> dict[int, Habit]:
    """The payment habits of persons, for callers that may see them."""
    return {row.person_id: row for row in Habit.objects.filter(person_id__in=person_ids)}


def trials(actor: Actor) -> QuerySet[Trial]:
    """The organisation's comparisons, for those who see notices in all of it."""
    actor.require_wide(Permission.NOTICE_VIEW)
    return Trial.objects.filter(organisation_id=actor.organisation_id).select_related("made_by").order_by("-pk")


def get_trial(actor: Actor, trial_id: int) -> Trial:
    row = trials(actor).filter(pk=trial_id).first()
    if row is None:
        raise NotFound()
    return row


def news_rows(actor: Actor) -> QuerySet[News]:
    """What the communities whose notices the actor may see look forward to."""
    rows = News.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.NOTICE_VIEW))
    return rows.select_related("community")


def news_of(community_id: int, on: dt.date) -> str:
    """The latest news of a community that holds on a day; blank where there is none. Open to anybody of the community."""
    found = _NEWS.rows(community_id, on)
    return str(found[0][0]) if found else ""


def _news(community_id: int, on: dt.date) -> QuerySet[News, tuple[Any, ...]]:
    rows = News.objects.filter(community_id=community_id, starts_on__lte=on, ends_on__gte=on)
    return rows.order_by("-starts_on", "-pk").values_list("text")[:1]


_NEWS = prepared.Fixed(_news, 987_654_321, dt.date(1950, 1, 3))


def habit_from(row: Habit) -> Rule:
    """A stored habit as the rule knows it."""
    return Rule(
        Pattern(row.pattern), row.seen, row.hits, (row.first_day, row.last_day), row.day, row.hour if row.hour >= 0 else None, row.timed,
        row.hour_hits,
    )  # fmt: skip


def habits(actor: Actor) -> QuerySet[Habit]:
    """The payment habits of the people of the communities whose notices the actor may see."""
    return Habit.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.NOTICE_VIEW))


def reminders(actor: Actor) -> QuerySet[Reminder]:
    """The reminders sent in the communities whose notices the actor may see."""
    return Reminder.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.NOTICE_VIEW))


@dataclass(frozen=True)
class Timed:
    """The messages of a batch that go to payers of one pattern, and when."""

    pattern: Pattern
    count: int
    first: dt.datetime
    last: dt.datetime


def timed(batch: Batch) -> list[Timed]:
    """When a batch tells whom, by pattern; for callers that have checked it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(h.pattern, 'new'), count(*), min(m.not_before), max(m.not_before) FROM notices_message m
               LEFT JOIN notices_habit h ON h.person_id = m.person_id WHERE m.batch_id = %s GROUP BY 1 ORDER BY 2 DESC, 1""",
            [batch.pk],
        )
        return [Timed(Pattern(pattern), *rest) for pattern, *rest in cursor.fetchall()]


@dataclass(frozen=True)
class ChannelLine:
    """One channel in a batch: messages by what became of them."""

    channel: str
    sent: int
    delivered: int
    read: int
    bounced: int
    waiting: int
    unsure: int


@dataclass(frozen=True)
class Coverage:
    """Households of a batch by how far telling them has come; ``rate`` leaves out those that must not be told."""

    households: int
    reached: int
    sent: int
    waiting: int
    unreached: int
    excluded: int
    amount_fen: int
    channels: list[ChannelLine]

    @property
    def rate(self) -> Decimal:
        return rate(self.reached, self.households - self.excluded)

    @property
    def percent(self) -> Decimal:
        return (self.rate * 100).quantize(Decimal("0.1"))


def coverage(batch: Batch) -> Coverage:
    """How many households were reached; for callers that have checked the batch."""
    states = dict(Target.objects.filter(batch=batch).values_list("state").annotate(count=Count("pk")))
    amount = Target.objects.filter(batch=batch).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, state, count in Message.objects.filter(batch=batch).values_list("channel", "state").annotate(count=Count("pk")):
        counts[channel][state] = count
    lines = []
    for channel in LADDER:
        found = counts.get(channel)
        if not found:
            continue
        gone = sum(count for state, count in found.items() if state not in ("queued", "sending", "dropped"))
        lines.append(
            ChannelLine(
                channel, gone, found.get("delivered", 0) + found.get("read", 0), found.get("read", 0), found.get("bounced", 0),
                found.get("queued", 0) + found.get("sending", 0), found.get("unsure", 0),
            )  # fmt: skip
        )
    return Coverage(
        sum(states.values()), states.get("reached", 0), states.get("sent", 0), states.get("waiting", 0), states.get("unreached", 0),
        states.get("excluded", 0), amount, lines,
    )  # fmt: skip


def _said(message: Message) -> str:
    """The body as read; of a WeChat message its lines without the carrier's keys."""
    if message.channel in KEYED:
        return "\n".join(wechat_data(message.version.body, message.values).values())
    return fill(message.version.body, message.values)


@dataclass(frozen=True)
class Told:
    """A message that went out, as its reader got it."""

    at: dt.datetime
    channel: str
    subject: str
    text: str
    pictured: bool
    """Whether it says what the fee is made of, of which there is a picture."""


_TOLD = f"SELECT id FROM {Target._meta.db_table} WHERE person_id = %s AND property_id = ANY(%s)"


def told(person_id: int, property_ids: Collection[int], many: int = 3) -> list[Told]:
    """The latest notices that told a person about properties, the latest first; for callers that have checked both."""
    with prepared.cursor() as cursor:
        cursor.execute(_TOLD, [person_id, list(property_ids)])
        known = [pk for (pk,) in cursor.fetchall()]
    if not known:
        return []
    rows = Message.objects.filter(target_ids__overlap=known, sent_at__isnull=False, person_id=person_id)
    rows = rows.exclude(state__in=(Message.State.QUEUED, Message.State.BOUNCED, Message.State.DROPPED)).select_related("version")
    return [
        Told(row.sent_at, row.get_channel_display(), fill(row.version.subject, row.values), _said(row), PICTURED in fields_of(row.version.body) and bool(row.values.get(PICTURED)))
        for row in rows.order_by("-sent_at", "-pk")[:many]
        if row.sent_at is not None and row.values
    ]
