"""Contacts about overdue debts and the payments that came after them, counted by channel in one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

from wuyefei.estate.people.public import Person
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import Allocation, Payment
from wuyefei.relations.contacts.public import Contact

from ..rules.channels import AGE_DAYS, LATER, SOON, Age, Fared, Kind
from .facts import DEBT, REACHED

C, R, A, P, Q = (model._meta.db_table for model in (Contact, Receivable, Allocation, Payment, Person))
_STATEMENT = f"""
WITH made AS MATERIALIZED (
    SELECT c.id, c.person_id, c.channel, c.outcome, c.at, (c.at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM {C} c
    WHERE c.organisation_id = %(organisation)s AND c.community_id = ANY(%(places)s) AND c.state = 'done' AND {DEBT}
      AND c.at >= %(since)s AND c.at < %(until)s),
  every AS (
    SELECT made.*, lead(day) OVER (PARTITION BY person_id ORDER BY at, id) AS next_day FROM made),
  bills AS MATERIALIZED (
    SELECT r.payer_id, r.due_on, r.outstanding_fen > 0 AS open, last.day AS last_day FROM {R} r
    CROSS JOIN LATERAL (SELECT max(a.value_date) AS day FROM {A} a JOIN {P} p ON p.id = a.payment_id
      WHERE a.receivable_id = r.id AND a.part = 'principal' AND p.voided_at IS NULL) last
    WHERE r.payer_id IN (SELECT person_id FROM made) AND r.reversed_at IS NULL AND (r.outstanding_fen > 0 OR last.day >= %(since_day)s)),
  told AS (
    SELECT e.*, owed.oldest, paid.day AS paid_day FROM every e
    CROSS JOIN LATERAL (SELECT min(b.due_on) AS oldest FROM bills b WHERE b.payer_id = e.person_id AND b.due_on < e.day AND (b.open OR b.last_day >= e.day)) owed
    CROSS JOIN LATERAL (SELECT min(p.value_date) AS day FROM {P} p WHERE p.payer_id = e.person_id AND p.voided_at IS NULL AND p.kind = ANY(%(taken)s)
      AND p.value_date <= e.day + %(later)s AND (p.value_date > e.day OR (p.value_date = e.day AND p.booked_at > e.at))) paid
    WHERE owed.oldest IS NOT NULL AND e.day <= %(last_day)s)
SELECT t.channel, CASE WHEN t.day - t.oldest <= %(young)s THEN '{Age.YOUNG}' WHEN t.day - t.oldest <= %(middle)s THEN '{Age.MIDDLE}' ELSE '{Age.OLD}' END AS age,
  CASE WHEN q.kind = 'individual' THEN '{Kind.PERSON}' ELSE '{Kind.FIRM}' END AS kind, count(*), count(*) FILTER (WHERE t.outcome <> 'sent'), count(*) FILTER (WHERE t.outcome = ANY(%(reached)s)),
  count(*) FILTER (WHERE t.paid_day <= t.day + %(soon)s), count(t.paid_day),
  count(*) FILTER (WHERE t.next_day <= LEAST(coalesce(t.paid_day, t.day + %(later)s), t.day + %(later)s))
FROM told t JOIN {Q} q ON q.id = t.person_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def fared(organisation_id: int, community_ids: Sequence[int], today: dt.date, days: int) -> list[Fared]:
    """How the contacts of the last ``days`` days fared, those of the last 14 left out: their time to pay is not over. A payment of
    the contact's own day counts only where it was booked after the contact. For places that the caller may see."""
    since = today - DAY * days
    values: dict[str, Any] = {
        "organisation": organisation_id, "places": list(community_ids), "since": _dawn(since), "since_day": since, "until": _dawn(today + DAY),
        "last_day": today - DAY * (LATER + 1), "soon": SOON, "later": LATER, "young": AGE_DAYS[0], "middle": AGE_DAYS[1], "reached": sorted(REACHED - {"sent"}),
        "taken": [str(kind) for kind in Payment.TAKEN],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        return [Fared(*row) for row in cursor.fetchall()]


def _dawn(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA)
