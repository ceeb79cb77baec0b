"""Going through the owners of a community: read the facts in one statement, rate by the rule, write what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rounds import Round
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.planning import whole_sets
from wuyefei.insight.risk.public import Standing
from wuyefei.insight.risk.public import reckon as reckon_classes
from wuyefei.money.concessions.public import Plan

from ..errors import ReckoningOpen
from ..models import Change, Choice, Rating, Reckoned, Review
from ..rules import WINDOW_DAYS, Cause, Facts, better, rate

KIND = "credit_ratings"
LOCK = 0x77790031
BATCH = 5000
S, Q, P, C, V, R, X = (model._meta.db_table for model in (Standing, Person, Plan, Choice, Review, Rating, Change))
COLUMNS = (
    "person_id", "letter", "worked", "points", "out", "periods", "late", "open_periods", "oldest_due_on", "asked", "hardship",
    "plans_kept", "plans_running", "plans_broken",
)  # fmt: skip
KEPT = ", ".join(COLUMNS[1:])
FACTS = f"""
WITH plans AS (
    SELECT payer_id, count(*) FILTER (WHERE state = 'completed' AND ended_on >= %(first)s) AS kept,
      count(*) FILTER (WHERE state = 'active') AS running, count(*) FILTER (WHERE state = 'breached' AND breached_on >= %(first)s) AS broken
    FROM {P} WHERE community_id = %(community)s GROUP BY 1),
  choices AS (SELECT DISTINCT ON (person_id) person_id, out FROM {C} WHERE community_id = %(community)s ORDER BY person_id, id DESC),
  corrected AS (
    SELECT person_id, min(corrected_letter) AS letter FROM {V}
    WHERE community_id = %(community)s AND state = 'corrected' AND holds_until >= %(today)s GROUP BY 1)
SELECT q.id, coalesce(choices.out, false), q.kind = 'individual' AND q.erased_at IS NULL, coalesce(corrected.letter, ''),
  s.periods, s.late, s.open_periods, s.oldest_due_on, s.asked, s.hardship,
  coalesce(plans.kept, 0), coalesce(plans.running, 0), coalesce(plans.broken, 0)
FROM {S} s JOIN {Q} q ON q.id = s.person_id LEFT JOIN plans ON plans.payer_id = q.id LEFT JOIN choices ON choices.person_id = q.id
  LEFT JOIN corrected ON corrected.person_id = q.id
WHERE s.community_id = %(community)s AND (%(person)s::bigint IS NULL OR s.person_id = %(person)s)
  AND (q.kind = 'individual' AND q.erased_at IS NULL OR EXISTS (SELECT 1 FROM {R} r WHERE r.person_id = q.id))"""
DIFFERS = " OR ".join(f"r.{name} IS DISTINCT FROM t.{name}" for name in COLUMNS[1:])


@transaction.atomic
def reckon(community_id: int, today: dt.date, person_id: int | None = None, cause: Cause = Cause.FACTS) -> tuple[int, int]:
    """Rate every owner of a community as of ``today``, or one of them; returns (owners, ratings that changed). Twice
    changes nothing. For the clock, the job and this room's own acts: whoever asks is checked there."""
    place = Community.objects.get(pk=community_id)
    facts = {"organisation": place.organisation_id, "community": place.pk, "today": today, "cause": cause.value, "person": person_id}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, community_id % 2**31])
        cursor.execute(f"CREATE TEMP TABLE credit_fresh ON COMMIT DROP AS SELECT {', '.join(COLUMNS)} FROM {R} WITH NO DATA")
        owners = _fill(facts)
        changed = _write(cursor, facts)
        cursor.execute("DROP TABLE credit_fresh")
    if person_id is None:
        done = {"on": today, "at": clock.now(), "owners": owners, "changed": changed}
        Reckoned.objects.update_or_create(community_id=community_id, defaults=done)
    return owners, changed


def _write(cursor: Any, facts: dict[str, Any]) -> int:
    """The history first, then the ratings; returns how many changed."""
    cursor.execute(
        f"""INSERT INTO {X} (organisation_id, community_id, person_id, was, first, "on", cause, {KEPT})
        SELECT %(organisation)s, %(community)s, t.person_id, coalesce(r.letter, ''), r.id IS NULL, %(today)s, %(cause)s,
          {", ".join(f"t.{name}" for name in COLUMNS[1:])}
        FROM credit_fresh t LEFT JOIN {R} r ON r.person_id = t.person_id
        WHERE (r.letter IS DISTINCT FROM t.letter AND NOT (r.id IS NULL AND t.letter = '')) OR (r.out <> t.out)""",
        facts,
    )
    changed = int(cursor.rowcount)
    cursor.execute(
        f"""INSERT INTO {R} AS r (organisation_id, community_id, since, {", ".join(COLUMNS)})
        SELECT %(organisation)s, %(community)s, %(today)s, {", ".join(f"t.{name}" for name in COLUMNS)}
        FROM credit_fresh t LEFT JOIN {R} r ON r.person_id = t.person_id WHERE r.id IS NULL OR {DIFFERS}
        ON CONFLICT (person_id) DO UPDATE SET
          since = CASE WHEN r.letter = excluded.letter THEN r.since ELSE excluded.since END,
          {", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])}""",
        facts,
    )
    return changed


def _fill(facts: dict[str, Any]) -> int:
    """Rate the facts of every owner into the temporary table, a batch at a time; returns how many."""
    count = 0
    for rows in _read(facts):
        with connection.cursor() as cursor, cursor.copy(f"COPY credit_fresh ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for person_id, out, natural, corrected, *shown in rows:
                known = Facts(*shown) if natural and not out else Facts()
                rated = rate(known, facts["today"])
                copy.write_row(
                    (person_id, better(rated.letter, corrected), rated.letter, rated.points, out, known.periods, known.late, known.open_periods,
                     known.oldest_due_on, known.asked, known.hardship, known.plans_kept, known.plans_running, known.plans_broken)
                )  # fmt: skip
        count += len(rows)
    return count


def _read(facts: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        with whole_sets():
            cursor.execute(FACTS, facts | {"first": facts["today"] - dt.timedelta(days=WINDOW_DAYS)})
        while rows := cursor.fetchmany(BATCH):
            yield rows


ROUND = Round(
    KIND, ("重新评级", "重新评级：全部小区"), Permission.CREDIT_WORK, "credit.reckon",
    busy=ReckoningOpen, first=reckon_classes, go=lambda place, day: reckon(place, day)[1], gone=Reckoned,
)  # fmt: skip
ask_reckoning, reckon_all = ROUND.ask, ROUND.nightly
