"""The ordinary households of a batch, found and planned by one statement however many there are.

Ordinary is who has nothing that the guard would have to weigh (``contacts.ordinary``): for them its verdict depends on the
channel, the text and the moment alone, so it is asked once for each of these and holds for all. Everybody else goes the
way of ``choosing``, one by one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import QuerySet, Sum

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Facts, Refused, check, likes, ordinary, plain_facts

from ..models import Batch, Habit, Lead
from ..queries import coverage
from ..rules.ladder import GOAL, LEAD_DAYS
from ..rules.timing import Pattern, Stretch, best_moment, stretch_of
from ..rules.trial import PLAIN, SMART
from .means import Means, means_of, step_of

NEW = (Pattern.NEW.value, 0, -1)
Kind = tuple[str, int, int]
"""Pattern, day and hour of a habit: people alike in these are told at the same moment."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which the guard lets people of a kind be told on a channel, by the text of a half (``arm``)."""

    channel: str
    kind: Kind
    arm: int
    moment: dt.datetime
    version_id: int


def means_for(batch: Batch) -> Means:
    """What the batch can be sent by now: no paper once enough are reached, the rest is a worklist."""
    means, found = means_of(batch.organisation_id, batch.step, batch.community_id), coverage(batch)
    if means.channels != ["letter"] and found.households and found.rate >= GOAL:
        means.carriers.pop("letter", None)
    return means


def stretch_for(batch: Batch) -> Stretch | None:
    """The days on which the bills of a batch are announced; None where everybody is told as soon as may be."""
    if not batch.smart:
        return None
    contracts = set(open_bills(batch).order_by().values_list("contract_id", flat=True).distinct())
    leads = dict(Lead.objects.filter(contract_id__in=[one for one in contracts if one]).values_list("contract_id", "days"))
    own = [leads.get(one) if one else LEAD_DAYS for one in contracts]
    return stretch_of(batch.due_on, None if None in own else max((lead for lead in own if lead), default=LEAD_DAYS))


def open_bills(batch: Batch) -> QuerySet[Receivable]:
    """What is owed on the batch's due date."""
    return Receivable.objects.filter(
        community_id=batch.community_id, due_on=batch.due_on, outstanding_fen__gt=0, reversed_at__isnull=True
    )


def households(batch: Batch) -> tuple[str, list[Any]]:
    """The statement that finds who owes: property, payer, their open bills and the sum."""
    rows = open_bills(batch).order_by().values("property_id", "payer_id").annotate(ids=ArrayAgg("pk", order_by="pk"), fen=Sum("outstanding_fen"))
    sql, params = rows.values_list("property_id", "payer_id", "ids", "fen").query.sql_with_params()
    return sql, list(params)


def plan_ordinary(batch: Batch) -> int:
    """The ordinary households that owe and are not in the batch yet, with their messages queued; returns how many. The rest
    are for the caller to add. One transaction, the caller's."""
    means, stretch, now = means_for(batch), stretch_for(batch), clock.now()
    kinds = _kinds(batch) if stretch is not None else []
    slots = list(_slots(batch, means, stretch, [NEW, *kinds], now))
    if not slots:
        return 0
    owing, dues = households(batch)
    people, values = ordinary(batch.organisation_id, batch.community_id, now).values_list("pk", "mobile_mark").order_by().query.sql_with_params()
    liked = [rows.query.sql_with_params() for rows in likes(batch.organisation_id)]
    ways = [channel for channel in means.channels if any(slot.channel == channel for slot in slots)]
    sql = _statement(owing, people, [one for one, _ in liked], ways, timed=stretch is not None)
    head = [batch.organisation_id, batch.community_id, batch.pk]
    params: list[Any] = [*dues, *values, *(value for _, more in liked for value in more), means.seed, means.seed, batch.pk]
    params += [list(column) for column in zip(*((s.channel, *s.kind, s.arm, s.moment, s.version_id) for s in slots), strict=True)]
    params += [batch.pk, *head, *head]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])


def _kinds(batch: Batch) -> list[Kind]:
    """The kinds of habit in the community of the batch."""
    rows = Habit.objects.filter(community_id=batch.community_id).order_by().values_list("pattern", "day", "hour").distinct()
    return [kind for kind in rows if kind != NEW]


def _slots(batch: Batch, means: Means, stretch: Stretch | None, kinds: Sequence[Kind], now: dt.datetime) -> Iterator[Slot]:
    """Every channel, kind and half whose text the guard lets go by the due date."""
    facts = plain_facts(batch.organisation_id, batch.community_id)
    for channel in means.channels:
        for arm in (PLAIN, SMART) if means.seed and channel in means.smart else (PLAIN,):
            smart = channel in means.smart and (not means.seed or arm == SMART)
            version = means.smart[channel] if smart else means.versions[channel]
            for pattern, day, hour in kinds:
                wanted = best_moment(Pattern(pattern), day, hour if hour >= 0 else None, stretch, now) if stretch else now
                moment = _allowed(step_of(channel, version, wanted), facts, now, batch.due_on)
                if moment is not None:
                    yield Slot(channel, (pattern, day, hour), arm, moment, version.pk)
                    if means.seed and channel not in means.smart:
                        yield Slot(channel, (pattern, day, hour), SMART, moment, version.pk)


def _allowed(step: Any, facts: Facts, now: dt.datetime, due_on: dt.date) -> dt.datetime | None:
    verdict = check(step, now=now, facts=facts)
    if not isinstance(verdict, Refused):
        return step.at
    return verdict.at if verdict.at is not None and verdict.at.astimezone(CHINA).date() <= due_on else None


def _statement(owing: str, people: str, liked: Sequence[str], ways: Sequence[str], *, timed: bool) -> str:
    """``ways`` in the order of the ladder; what is put into the text are names of channels and Django's own statements."""
    addressed = [way for way in ways if way not in ("sms", "letter")]
    joins = "".join(
        f" LEFT JOIN notices_address a_{way} ON a_{way}.person_id = t.person_id AND a_{way}.channel = '{way}' AND a_{way}.locked IS NOT NULL"
        for way in addressed
    ) + "".join(f" LEFT JOIN like_{n} ON like_{n}.person_id = t.person_id" for n in range(len(liked)))
    bundle = {"sms": "p.mobile_mark", "letter": "'p' || t.person_id", **{way: f"coalesce(a_{way}.mark, '')" for way in addressed}}
    first = [f"WHEN like_{n}.channel = '{way}' AND {bundle[way]} <> '' THEN '{way}'" for n in range(len(liked)) for way in ways]
    cases = " ".join([*first, *(f"WHEN {bundle[way]} <> '' THEN '{way}'" for way in ways)])
    which = " ".join(f"WHEN '{way}' THEN {bundle[way]}" for way in ways)
    habit = "coalesce(h.pattern, 'new')", "coalesce(h.day, 0)", "coalesce(h.hour, -1)"
    kind = habit if timed else tuple(f"'{one}'" if isinstance(one, str) else str(one) for one in NEW)
    return f"""
WITH t (property_id, person_id, ids, fen) AS ({owing}),
who (id, mobile_mark) AS ({people}){"".join(f", like_{n} (person_id, channel) AS ({one})" for n, one in enumerate(liked))},
chosen AS MATERIALIZED (
  SELECT t.*, c.channel, CASE c.channel {which} END AS bundle, {kind[0]} AS pattern, {kind[1]} AS day, {kind[2]} AS hour,
    CASE WHEN %s = '' THEN 0 ELSE get_byte(sha256(convert_to(%s || ':' || t.person_id, 'UTF8')), 0) & 1 END AS arm
  FROM t JOIN who p ON p.id = t.person_id{joins}
    {"LEFT JOIN notices_habit h ON h.person_id = t.person_id" if timed else ""}
    CROSS JOIN LATERAL (SELECT CASE {cases} END AS channel) c
  WHERE c.channel IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM notices_target o WHERE o.batch_id = %s AND o.property_id = t.property_id AND o.person_id = t.person_id)
), ready AS MATERIALIZED (
  SELECT c.*, s.moment, s.version_id FROM chosen c
    JOIN unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::int[], %s::timestamptz[], %s::bigint[])
      AS s (channel, pattern, day, hour, arm, moment, version_id)
      ON (s.channel, s.pattern, s.day, s.hour, s.arm) = (c.channel, c.pattern, c.day, c.hour, c.arm)
  WHERE NOT EXISTS (SELECT 1 FROM notices_message m WHERE m.batch_id = %s AND m.bundle = c.bundle AND m.channel = c.channel)
), placed AS (
  INSERT INTO notices_target (organisation_id, community_id, batch_id, property_id, person_id, receivable_ids, amount_fen, bundle, state,
      channel, reason, tried)
  SELECT %s, %s, %s, property_id, person_id, ids, fen, bundle, 'waiting', channel, '', '{{}}' FROM ready ORDER BY property_id, person_id
  RETURNING 1
), queued AS (
  INSERT INTO notices_message (organisation_id, community_id, batch_id, bundle, channel, person_id, property_id, version_id, "values",
      target_ids, key, state, not_before, attempts, carrier_ref, reason)
  SELECT DISTINCT ON (bundle, channel) %s, %s, %s, bundle, channel, person_id, property_id, version_id, '{{}}'::jsonb, '{{}}'::bigint[],
    replace(gen_random_uuid()::text, '-', ''), 'queued', moment, 0, '', ''
  FROM ready ORDER BY bundle, channel, property_id, person_id
)
SELECT count(*) FROM placed"""
