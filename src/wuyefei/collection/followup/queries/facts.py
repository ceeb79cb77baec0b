"""The facts of cases, read for a whole community (or a few payers) in one statement, and made into situations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.insight.risk.public import Standing
from wuyefei.money.billing.public import LateFeeHold, Receivable
from wuyefei.relations.contacts.public import DISPUTE, Contact, Ground, Wish

from ..models import Lane, Promise, Step
from ..rules.nextstep import Situation
from ..rules.policy import TRACK_NAMES, Policy, policy_for
from ..rules.promises import Promised
from .policies import versions_of

BATCH = 5000
ARRANGED = ("instalment", "deferral")
"""The kinds of billing hold by which a payment was put off by agreement."""
REACHED = frozenset({"reached", "promised", "claims_paid", "disputes", "hardship", "hung_up", "stop", "sent", "delivered", "read"})
R, Q, H, C, W, G, S, L, P, Z = (
    model._meta.db_table for model in (Receivable, Person, LateFeeHold, Contact, Wish, Ground, Standing, Lane, Promise, Step)
)
HELD = f"EXISTS (SELECT 1 FROM {H} h WHERE h.receivable_id = r.id AND daterange(h.starts_on, h.ends_on, '[]') @> %(today)s::date AND h.kind"
DEBT = "direction = 'out' AND purpose IN ('reminder', 'legal')"
FACTS = f"""
WITH late AS MATERIALIZED (
    SELECT r.payer_id, r.property_id, r.due_on, r.outstanding_fen, {HELD} = '{DISPUTE}') AS disputed
    FROM {R} r WHERE r.community_id = %(community)s AND r.outstanding_fen > 0 AND r.reversed_at IS NULL AND r.due_on < %(today)s
      AND {{narrow}}),
  debts AS (
    SELECT payer_id, bool_and(disputed) AS disputed, coalesce(sum(outstanding_fen) FILTER (WHERE NOT disputed), sum(outstanding_fen)) AS owed,
      coalesce(count(DISTINCT due_on) FILTER (WHERE NOT disputed), 0) AS periods,
      coalesce(min(due_on) FILTER (WHERE NOT disputed), min(due_on)) AS oldest
    FROM late GROUP BY 1),
  homes AS (
    SELECT DISTINCT ON (payer_id) payer_id, property_id FROM late GROUP BY 1, 2 ORDER BY payer_id, sum(outstanding_fen) DESC, property_id),
  dues AS (
    SELECT r.payer_id, r.due_on, bool_or(r.outstanding_fen > 0) AS is_open,
      row_number() OVER (PARTITION BY r.payer_id ORDER BY r.due_on) AS turn FROM {R} r JOIN debts USING (payer_id)
    WHERE r.reversed_at IS NULL AND r.due_on < %(today)s AND r.due_on >= debts.oldest GROUP BY 1, 2),
  runs AS (
    SELECT payer_id, max(length) AS running FROM (
      SELECT payer_id, count(*) AS length FROM (
        SELECT payer_id, turn - row_number() OVER (PARTITION BY payer_id ORDER BY turn) AS island FROM dues WHERE is_open) open_ones
      GROUP BY payer_id, island) lengths GROUP BY 1),
  said AS (
    SELECT c.person_id, max(c.at) FILTER (WHERE state = 'done') AS last_at,
      (array_agg(c.outcome ORDER BY c.at DESC) FILTER (WHERE state = 'done'))[1] AS outcome,
      array_agg(c.channel ORDER BY c.at) FILTER (WHERE state = 'done' AND (c.at AT TIME ZONE 'Asia/Shanghai')::date > debts.oldest) AS channels,
      min(c.at) FILTER (WHERE state = 'planned' AND c.at >= %(dawn)s) AS planned_at,
      (array_agg(c.channel ORDER BY c.at) FILTER (WHERE state = 'planned' AND c.at >= %(dawn)s))[1] AS planned_by,
      (array_agg(c.id ORDER BY c.at) FILTER (WHERE state = 'planned' AND c.at >= %(dawn)s))[1] AS planned_id,
      count(*) FILTER (WHERE state = 'done' AND outcome IN ('no_answer', 'not_home') AND c.at > %(dawn)s - interval '7 days') AS tries
    FROM {C} c JOIN debts ON debts.payer_id = c.person_id WHERE {DEBT} AND outcome <> 'bounced' GROUP BY 1),
  wanted AS (
    SELECT person_id, array_agg(channel) FILTER (WHERE kind = 'refused') AS refused, max(mark) FILTER (WHERE kind = 'wrong') AS wrong
    FROM (SELECT DISTINCT ON (w.person_id, w.channel) w.person_id, w.channel, w.kind, w.mark FROM {W} w
      JOIN debts ON debts.payer_id = w.person_id ORDER BY w.person_id, w.channel, w.id DESC) latest GROUP BY 1),
  promised AS (
    SELECT DISTINCT ON (p.person_id) p.person_id, p.amount_fen, p.due_on, p.made_on, p.state FROM {P} p
    JOIN debts ON debts.payer_id = p.person_id WHERE p.state IN ('open', 'broken') ORDER BY p.person_id, p.id DESC)
SELECT d.payer_id, homes.property_id, d.owed, d.periods, coalesce(runs.running, 1), d.oldest, d.disputed, said.last_at, said.outcome,
  said.channels, said.planned_at, said.planned_by, coalesce(said.tries, 0), wanted.refused, wanted.wrong, q.mobile_mark, q.erased_at IS NOT NULL,
  promised.amount_fen, promised.due_on, promised.made_on, promised.state, coalesce(s.letter, ''),
  coalesce(s.track, 'household'), EXISTS (SELECT 1 FROM {Z} z WHERE z.contact_id = said.planned_id AND z.state = 'released'),
  EXISTS (SELECT 1 FROM {L} l WHERE l.person_id = d.payer_id AND l.ended_at IS NULL),
  ARRAY(SELECT g.kind FROM {G} g WHERE g.person_id = d.payer_id AND g.ended_at IS NULL),
  (SELECT max(h.ends_on) FROM {H} h JOIN {R} r ON r.id = h.receivable_id WHERE r.payer_id = d.payer_id AND r.outstanding_fen > 0
    AND h.kind = ANY(%(arranged)s) AND h.starts_on <= %(today)s)
FROM debts d JOIN homes USING (payer_id) JOIN {Q} q ON q.id = d.payer_id LEFT JOIN runs USING (payer_id)
LEFT JOIN said ON said.person_id = d.payer_id LEFT JOIN wanted ON wanted.person_id = d.payer_id
LEFT JOIN promised ON promised.person_id = d.payer_id LEFT JOIN {S} s ON s.person_id = d.payer_id"""


@dataclass(frozen=True, slots=True)
class Found:
    """A payer with something overdue, and where most of it is owed."""

    person_id: int
    property_id: int
    letter: str
    situation: Situation


def facts_of(community_id: int, today: dt.date, person_ids: Collection[int] = ()) -> Iterator[list[Found]]:
    """Whoever owes something overdue in a community, in batches; only these payers where some are named."""
    narrow = "r.payer_id = ANY(%(people)s)" if person_ids else "TRUE"
    params: dict[str, Any] = {
        "community": community_id, "today": today, "people": list(person_ids), "arranged": list(ARRANGED),
        "dawn": dt.datetime.combine(today, dt.time(), tzinfo=CHINA),
    }  # fmt: skip
    versions = versions_of(Community.objects.values_list("organisation_id", flat=True).get(pk=community_id))
    by_track = {track: policy_for(versions, community_id, track, today) for track in TRACK_NAMES}
    with connection.cursor() as cursor:
        cursor.execute(FACTS.format(narrow=narrow), params)
        while rows := cursor.fetchmany(BATCH):
            yield [_found(*row, by_track=by_track) for row in rows]


def _found(
    person_id: int, property_id: int, owed: Any, periods: int, running: int, oldest: dt.date, disputed: bool,
    last_at: dt.datetime | None, outcome: str | None, channels: list[str] | None, planned_at: dt.datetime | None,
    planned_by: str | None, tries: int, refused: list[str] | None, wrong: str | None, mark: str, erased: bool, promised_fen: int | None,
    promised_for: dt.date | None, promised_on: dt.date | None, promise: str | None, letter: str, track: str, released: bool,
    granted: bool,
    grounds: list[str], arranged_to: dt.date | None, *, by_track: Mapping[str, Policy],
) -> Found:  # fmt: skip
    said = Promised(promised_fen, promised_for, promised_on) if promised_fen and promised_for and promised_on else None
    situation = Situation(
        int(owed), periods, running, oldest, granted=granted, good=letter == "A", channels=tuple(channels or ()),
        last_on=last_at.astimezone(CHINA).date() if last_at else None, answered=outcome is None or outcome in REACHED, tries=tries, promise=said,
        broken=promise == Promise.State.BROKEN, planned_on=planned_at.astimezone(CHINA).date() if planned_at else None,
        planned_channel=planned_by or "", disputed=disputed, arranged_to=arranged_to, deceased="deceased" in grounds,
        bankrupt="bankrupt" in grounds, erased=erased, wrong_number=bool(mark) and wrong == mark, refused=frozenset(refused or ()),
        released=released, policy=by_track[track],
    )  # fmt: skip
    return Found(person_id, property_id, letter, situation)
