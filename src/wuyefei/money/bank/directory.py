"""Everybody of a community as a bank's line may name them, and what they owe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from wuyefei.estate.occupancy.public import bulk_payer_ties, payer_spans
from wuyefei.estate.people.public import people
from wuyefei.estate.properties.public import properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import Span
from wuyefei.money.billing.public import open_bills_each

from .models import Habit
from .rules.matching import Directory, Due


def directory_of(actor: Actor, community_id: int, today: dt.date) -> Directory:
    """Who pays for what on ``today``, flats before what hangs on them; with the habits confirmed before."""
    found = Directory()
    ties = bulk_payer_ties(community_id)
    persons = _persons(actor, community_id)
    rows = properties(actor).filter(community_id=community_id, ended_on__isnull=True)
    for property_id, code in rows.order_by("attached_to_id", "id").values_list("id", "code"):
        for person_id, _span in payer_spans(ties.get(property_id, []), Span(today, today)):
            if person_id in persons:
                found.add(property_id, code, person_id, *persons[person_id])
    habits = Habit.objects.filter(community_id=community_id, times__gt=0).order_by("-times", "id")
    for mark, property_id, payer_id in habits.values_list("payer_mark", "property_id", "payer_id"):
        if property_id in found.payers:
            found.by_habit.setdefault(mark, []).append((property_id, payer_id))
    return found


def _persons(actor: Actor, community_id: int) -> dict[int, tuple[str, str]]:
    rows = people(actor).filter(community_id=community_id, erased_at__isnull=True)
    return {pk: (name, mark) for pk, name, mark in rows.values_list("id", "name", "bank_mark")}


def dues_of(actor: Actor, days: Mapping[int, dt.date]) -> dict[int, list[Due]]:
    """What each payer owes as of their own day, oldest first."""
    return {
        payer_id: [Due(bill.id, bill.property_id, bill.total_fen) for bill in bills]
        for payer_id, bills in open_bills_each(actor, days).items()
    }
