"""The habits of payers, worked out every night from their own payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, Q

from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.platform import clock
from wuyefei.money.payments.public import Payment

from ..models import Habit
from ..rules.timing import LOOK_BACK, Paid, habit_of

RECKON = "wuyefei.pay-habits"
CHUNK = 2000
BY_THEMSELF = frozenset({Payment.Kind.DESK, Payment.Kind.ONLINE})
"""Payments whose moment is the payer's own; one booked from a bank's file has a day only."""


def reckon_habits(organisation_id: int | None = None) -> int:
    """Work out the habits of those who have paid since the last time, at first of everybody; returns how many persons."""
    rows = Organisation.objects.order_by("pk")
    ids = rows.values_list("pk", flat=True) if organisation_id is None else [organisation_id]
    return sum(_of_organisation(one) for one in ids)


def _of_organisation(organisation_id: int) -> int:
    now, done = clock.now(), 0
    last = Habit.objects.filter(organisation_id=organisation_id).aggregate(last=Max("reckoned_at"))["last"]
    chunk: list[Habit] = []
    for person_id, community_id, paid in _histories(organisation_id, now, last):
        chunk.append(_row(organisation_id, community_id, person_id, paid, now))
        if len(chunk) == CHUNK:
            done += _keep(chunk)
            chunk = []
    return done + _keep(chunk)


def _histories(organisation_id: int, now: dt.datetime, last: dt.datetime | None) -> Iterator[tuple[int, int, list[Paid]]]:
    """Person, community and their payments of the last two years, of those with one booked since ``last``."""
    mine = Payment.objects.filter(organisation_id=organisation_id, kind__in=Payment.TAKEN, voided_at__isnull=True)
    rows = mine.filter(value_date__gte=now.astimezone(CHINA).date() - LOOK_BACK)
    if last is not None:
        rows = rows.filter(payer_id__in=mine.filter(booked_at__gte=last - DAY).values("payer_id"))
    settled = Min("allocations__receivable__due_on", filter=Q(allocations__reverses__isnull=True, allocations__reversed_by__isnull=True))
    facts = rows.annotate(due=settled).order_by("payer_id", "pk").values_list("payer_id", "community_id", "value_date", "booked_at", "kind", "due")
    for (person_id, community_id), some in groupby(facts.iterator(chunk_size=10 * CHUNK), key=lambda row: row[:2]):
        yield person_id, community_id, [_paid(row) for row in some]


def _paid(row: tuple[Any, ...]) -> Paid:
    _person, _community, on, booked_at, kind, due = row
    hour = booked_at.astimezone(CHINA).hour if kind in BY_THEMSELF else None
    return Paid(on, hour, (on - due).days if due else None)


def _row(organisation_id: int, community_id: int, person_id: int, paid: Iterable[Paid], now: dt.datetime) -> Habit:
    found = habit_of(paid, now.astimezone(CHINA).date())
    return Habit(
        organisation_id=organisation_id, community_id=community_id, person_id=person_id, pattern=found.pattern.value, seen=found.seen,
        hits=found.hits, first_day=found.days[0], last_day=found.days[1], day=found.day, hour=-1 if found.hour is None else found.hour,
        timed=found.timed, hour_hits=found.hour_hits, reckoned_at=now,
    )  # fmt: skip


@transaction.atomic
def _keep(rows: list[Habit]) -> int:
    told = ["pattern", "seen", "hits", "first_day", "last_day", "day", "hour", "timed", "hour_hits", "reckoned_at"]
    Habit.objects.bulk_create(rows, update_conflicts=True, unique_fields=["person"], update_fields=told)
    return len(rows)
