"""Going through the payers of a community: read their conduct in one statement, class by the rule, write what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rounds import Round
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.planning import whole_sets
from wuyefei.money.billing.public import LateFeeHold, Receivable
from wuyefei.money.payments.public import Allocation
from wuyefei.relations.contacts.public import DISPUTE, Contact

from .models import Change, Reckoned, Standing
from .rules import GRACE_DAYS, REFUSING_DAYS, WINDOW_DAYS, Conduct, Track, classify

KIND = "risk_classes"
LOCK = 0x77790021
BATCH = 5000
R, P, Q, A, H, C, S, X = (
    model._meta.db_table for model in (Receivable, Property, Person, Allocation, LateFeeHold, Contact, Standing, Change)
)
COLUMNS = ("person_id", "track", "letter", "periods", "late", "open_periods", "oldest_due_on", "last_paid_on", "asked", "hardship")
FACTS = ", ".join(COLUMNS[2:])
CONDUCT = f"""
WITH paid AS (
    SELECT a.receivable_id, max(a.value_date) AS last_on FROM {A} a
    WHERE a.community_id = %(community)s AND a.part = 'principal' AND a.amount_fen > 0
      AND NOT EXISTS (SELECT 1 FROM {A} b WHERE b.reverses_id = a.id)
    GROUP BY 1),
  bills AS (
    SELECT r.payer_id, r.due_on, r.outstanding_fen > 0 AS is_open, paid.last_on, p.kind IN ('shop', 'office') AS trade
    FROM {R} r JOIN {P} p ON p.id = r.property_id LEFT JOIN paid ON paid.receivable_id = r.id
    WHERE r.community_id = %(community)s AND r.reversed_at IS NULL AND r.due_on < %(today)s AND r.due_on >= %(first)s
      AND (r.outstanding_fen > 0 OR paid.last_on IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM {H} h WHERE h.receivable_id = r.id AND h.kind = '{DISPUTE}'
        AND daterange(h.starts_on, h.ends_on, '[]') @> %(today)s::date)),
  periods AS (
    SELECT payer_id, due_on, bool_or(is_open) AS is_open, max(last_on) AS last_on, bool_or(trade) AS trade FROM bills GROUP BY 1, 2),
  payers AS (
    SELECT payer_id, count(*) AS periods, bool_or(trade) AS trade,
      count(*) FILTER (WHERE CASE WHEN is_open THEN due_on + %(grace)s < %(today)s ELSE last_on > due_on + %(grace)s END) AS late,
      count(*) FILTER (WHERE is_open AND due_on + %(grace)s < %(today)s) AS open_periods,
      min(due_on) FILTER (WHERE is_open AND due_on + %(grace)s < %(today)s) AS oldest, max(last_on) AS last_on
    FROM periods GROUP BY 1),
  asked AS (
    SELECT person_id, count(*) FILTER (WHERE direction = 'out' AND purpose IN ('reminder', 'legal')) AS times,
      bool_or(outcome = 'hardship' AND at >= %(recent)s) AS hardship
    FROM {C} WHERE community_id = %(community)s AND state = 'done' AND outcome <> 'bounced' AND at >= %(first)s GROUP BY 1)
SELECT q.id, q.kind <> 'individual' OR coalesce(y.trade, false), coalesce(y.periods, 0), coalesce(y.late, 0),
  coalesce(y.open_periods, 0), y.oldest, y.last_on, coalesce(asked.times, 0), coalesce(asked.hardship, false)
FROM {Q} q LEFT JOIN payers y ON y.payer_id = q.id LEFT JOIN {S} s ON s.person_id = q.id LEFT JOIN asked ON asked.person_id = q.id
WHERE q.community_id = %(community)s AND (y.payer_id IS NOT NULL OR s.id IS NOT NULL)"""
DIFFERS = " OR ".join(f"s.{name} IS DISTINCT FROM t.{name}" for name in COLUMNS[1:])


@transaction.atomic
def reckon(community_id: int, today: dt.date) -> tuple[int, int]:
    """Class every payer of a community as of ``today``; returns (payers, classes that changed). Twice changes nothing.

    For the clock and the job: whoever asks for it is checked in ``ROUND``.
    """
    place = Community.objects.get(pk=community_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, community_id % 2**31])
        cursor.execute(f"CREATE TEMP TABLE risk_fresh ON COMMIT DROP AS SELECT {', '.join(COLUMNS)} FROM {S} WITH NO DATA")
        payers = _fill(place, today)
        facts: dict[str, Any] = {"organisation": place.organisation_id, "community": place.pk, "today": today}
        cursor.execute(
            f"""INSERT INTO {X} (organisation_id, community_id, person_id, was, first, "on", {FACTS})
            SELECT %(organisation)s, %(community)s, t.person_id, coalesce(s.letter, ''), s.id IS NULL, %(today)s,
              {", ".join(f"t.{name}" for name in COLUMNS[2:])}
            FROM risk_fresh t LEFT JOIN {S} s ON s.person_id = t.person_id
            WHERE s.letter IS DISTINCT FROM t.letter AND NOT (s.id IS NULL AND t.letter = '')""",
            facts,
        )
        changed = cursor.rowcount
        cursor.execute(
            f"""INSERT INTO {S} AS s (organisation_id, community_id, since, {", ".join(COLUMNS)})
            SELECT %(organisation)s, %(community)s, %(today)s, {", ".join(f"t.{name}" for name in COLUMNS)}
            FROM risk_fresh t LEFT JOIN {S} s ON s.person_id = t.person_id WHERE s.id IS NULL OR {DIFFERS}
            ON CONFLICT (person_id) DO UPDATE SET
              since = CASE WHEN s.letter = excluded.letter THEN s.since ELSE excluded.since END,
              {", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])}""",
            facts,
        )
        cursor.execute("DROP TABLE risk_fresh")
    done = {"on": today, "at": clock.now(), "payers": payers, "changed": changed}
    Reckoned.objects.update_or_create(community_id=community_id, defaults=done)
    return payers, changed


def _fill(place: Community, today: dt.date) -> int:
    """Class the conduct of every payer into the temporary table, a batch at a time; returns how many."""
    count = 0
    for rows in _conducts(place.pk, today):
        with connection.cursor() as cursor, cursor.copy(f"COPY risk_fresh ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for person_id, trade, *facts in rows:
                track = Track.BUSINESS if trade else Track.HOUSEHOLD
                copy.write_row((person_id, track.value, classify(Conduct(*facts), today).letter, *facts))
        count += len(rows)
    return count


def _conducts(community_id: int, today: dt.date) -> Iterator[list[tuple[Any, ...]]]:
    """(person, business?, the fields of a conduct), in batches."""
    with connection.cursor() as cursor:
        with whole_sets():
            cursor.execute(
                CONDUCT,
                {
                    "community": community_id, "today": today, "first": today - dt.timedelta(days=WINDOW_DAYS), "grace": GRACE_DAYS,
                    "recent": today - dt.timedelta(days=REFUSING_DAYS),
                },
            )  # fmt: skip
        while rows := cursor.fetchmany(BATCH):
            yield rows


ROUND = Round(
    KIND, ("重新分类", "重新分类：全部小区"), Permission.FOLLOW_MANAGE, "risk.reckon",
    busy=lambda: DomainError("reckoning_open", "正在重新分类，请稍候再看。"), go=lambda place, day: reckon(place, day)[1], gone=Reckoned,
)  # fmt: skip
ask_reckoning, reckon_all = ROUND.ask, ROUND.nightly
