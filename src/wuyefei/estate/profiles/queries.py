"""Reads of profiles and of what is due to be checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission

from .models import Profile, Verification, VerificationRule
from .rules import CHECKED, DEFAULT_RULES, Group, Rule, When

SIZE = 50
PERSONAL = ("owner", "tenant", "payer")
"""Whose record is checked: those who hold, rent or pay; companies that build and people who only live there are not."""


@dataclass(frozen=True, slots=True)
class Due:
    """One group of one person past its day. ``verified_on`` None: never checked; ``changed_on``: moved in or changed."""

    person_id: int
    name: str
    community_id: int
    group: Group
    changed_on: dt.date
    verified_on: dt.date | None
    due_on: dt.date
    homes: str

    @property
    def mark(self) -> str:
        return f"{self.due_on.isoformat()}.{self.person_id}.{self.group.value}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One group of one person: its rule, the latest check, and the day it is due, None while it is not."""

    group: Group
    rule: Rule
    latest: Verification | None
    due_on: dt.date | None


def profiles(actor: Actor) -> QuerySet[Profile]:
    """The profiles of the communities whose estate the actor may see; the locked facts stay unread."""
    return Profile.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    ).defer("details_locked")


def profile_of(actor: Actor, person_id: int) -> Profile | None:
    return profiles(actor).filter(person_id=person_id).first()


def verifications(actor: Actor) -> QuerySet[Verification]:
    """The checks of the communities whose estate the actor may see."""
    return Verification.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    )


def rules_of(organisation_id: int) -> dict[Group, Rule]:
    """The intervals that hold for an organisation: its own where it has set them, else the defaults."""
    found = dict(DEFAULT_RULES)
    for row in VerificationRule.objects.filter(organisation_id=organisation_id):
        found[Group(row.group)] = Rule(DEFAULT_RULES[Group(row.group)].when, row.months, row.grace_days)
    return found


# Each group with the day of moving in or of the last change. Only open ties count, and only people who were not erased.
_FACTS = """
WITH tied AS (
  SELECT t.person_id, t.property_id, t.starts_on FROM occupancy_tie t
  WHERE t.organisation_id = %(organisation)s AND t.community_id = ANY(%(places)s) AND t.role = ANY(%(roles)s)
    AND t.starts_on <= %(today)s AND (t.ends_on IS NULL OR t.ends_on >= %(today)s)),
facts AS (
  SELECT p.id AS person_id, 'identity' AS grp,
    GREATEST(max(t.starts_on), (p.facts_changed_at AT TIME ZONE 'Asia/Shanghai')::date) AS changed_on
  FROM tied t JOIN people_person p ON p.id = t.person_id GROUP BY p.id
  UNION ALL SELECT person_id, 'payment', min(starts_on) FROM tied GROUP BY person_id
  UNION ALL
  SELECT person_id, 'parking', max(changed_on) FROM (
    SELECT t.person_id, t.starts_on AS changed_on FROM tied t JOIN properties_property s ON s.id = t.property_id
      WHERE s.kind = 'parking'
    UNION ALL
    SELECT t.person_id, GREATEST(t.starts_on, (v.registered_at AT TIME ZONE 'Asia/Shanghai')::date)
      FROM tied t JOIN properties_vehicle v ON v.property_id = t.property_id WHERE v.ended_on IS NULL
  ) parked GROUP BY person_id),
checked AS (
  SELECT DISTINCT ON (person_id, "group") person_id, "group" AS grp, verified_on FROM profiles_verification
  WHERE organisation_id = %(organisation)s AND community_id = ANY(%(places)s)
  ORDER BY person_id, "group", verified_on DESC),
dated AS (
  SELECT f.person_id, f.grp, f.changed_on, c.verified_on,
    CASE WHEN c.verified_on IS NULL OR c.verified_on < f.changed_on THEN f.changed_on + r.grace
         WHEN r.months > 0 THEN (c.verified_on + make_interval(months => r.months))::date END AS due_on
  FROM facts f
  JOIN unnest(%(groups)s::text[], %(months)s::int[], %(grace)s::int[]) AS r(grp, months, grace) ON r.grp = f.grp
  LEFT JOIN checked c ON c.person_id = f.person_id AND c.grp = f.grp),
due AS (
  SELECT d.*, p.name, p.community_id FROM dated d JOIN people_person p ON p.id = d.person_id
  WHERE d.due_on < %(today)s AND p.erased_at IS NULL AND (%(only)s = '' OR d.grp = %(only)s))
"""
_LIST = """
SELECT person_id, name, community_id, grp, changed_on, verified_on, due_on,
  (SELECT string_agg(h.code, '、' ORDER BY h.sort_key) FROM (
    SELECT DISTINCT s.code, s.sort_key FROM tied t JOIN properties_property s ON s.id = t.property_id
    WHERE t.person_id = due.person_id ORDER BY s.sort_key LIMIT 3) h)
FROM due WHERE (due_on, person_id, grp) > (%(after_day)s, %(after_person)s, %(after_group)s)
ORDER BY due_on, person_id, grp LIMIT %(limit)s
"""


def _facts(actor: Actor, places: Sequence[int], today: dt.date, only: str) -> dict[str, Any]:
    rules = {group: rule for group, rule in rules_of(actor.organisation_id).items() if rule.when is not When.LIVE}
    seen = set(actor.communities(Permission.ESTATE_VIEW))
    return {
        "organisation": actor.organisation_id, "places": [place for place in places if place in seen], "roles": list(PERSONAL),
        "today": today, "groups": [group.value for group in rules], "months": [rule.months for rule in rules.values()],
        "grace": [rule.grace_days for rule in rules.values()], "only": only if only in list(Group) else "",
    }  # fmt: skip


def overdue(
    actor: Actor, places: Sequence[int], today: dt.date, *, only: str = "", after: str = "", limit: int = SIZE
) -> list[Due]:
    """What should have been checked before ``today``, the longest overdue first; ``after`` is the last row's mark."""
    day, person, group = _mark(after)
    facts = _facts(actor, places, today, only) | {"after_day": day, "after_person": person, "after_group": group, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS + _LIST, facts)
        rows = cursor.fetchall()
    return [
        Due(person_id, name, place, Group(grp), changed, verified, due, homes or "")
        for person_id, name, place, grp, changed, verified, due, homes in rows
    ]


def _mark(text: str) -> tuple[dt.date, int, str]:
    """A mark somebody has altered is taken for none."""
    day, _dot, rest = text.partition(".")
    person, _dot, group = rest.partition(".")
    try:
        return dt.date.fromisoformat(day), int(person[:18]), group[:12]
    except ValueError:
        return dt.date(1, 1, 1), 0, ""


def overdue_counts(actor: Actor, places: Sequence[int], today: dt.date) -> dict[Group, int]:
    """How many people are overdue, by group."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS + "SELECT grp, count(*) FROM due GROUP BY grp", _facts(actor, places, today, ""))
        found = {Group(name): int(count) for name, count in cursor.fetchall()}
    return {group: found.get(group, 0) for group in CHECKED}


def standings(actor: Actor, person_ids: Iterable[int], today: dt.date) -> dict[int, list[Standing]]:
    """Every group of each person with its latest check; ``due_on`` only where it is overdue or falls due by the calendar."""
    ids = list(person_ids)
    latest: dict[tuple[int, Group], Verification] = {}
    for row in verifications(actor).filter(person_id__in=ids).order_by("verified_on", "pk"):
        latest[row.person_id, Group(row.group)] = row
    places = list(actor.communities(Permission.ESTATE_VIEW))
    with connection.cursor() as cursor:
        sql = _FACTS + "SELECT person_id, grp, due_on FROM dated WHERE person_id = ANY(%(ids)s)"
        cursor.execute(sql, _facts(actor, places, today, "") | {"ids": ids})
        due = {(person_id, Group(name)): day for person_id, name, day in cursor.fetchall()}
    rules = rules_of(actor.organisation_id)
    return {
        person_id: [Standing(group, rule, latest.get((person_id, group)), due.get((person_id, group))) for group, rule in rules.items()]
        for person_id in ids
    }
