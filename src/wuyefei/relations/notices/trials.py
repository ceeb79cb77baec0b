"""What a comparison of the plain and the smart bill has come to: who was told, read it and paid on time, by half."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Adjustment, Receivable
from wuyefei.money.payments.public import Allocation

from .models import Batch, Message, Target, Trial
from .rules.trial import PLAIN, SMART, Rate, Verdict, arm_of, verdict
from .telling import opened_until


@dataclass(frozen=True)
class Half:
    """One half: of those ``told`` whose bill has fallen due, how many read it and paid on time."""

    told: int
    read: Rate
    on_time: Rate


@dataclass(frozen=True)
class Result:
    """``waiting``: people told whose bill is not due yet. ``verdict`` is on the trial's own measure."""

    plain: Half
    smart: Half
    waiting: int
    verdict: Verdict


def result_of(trial: Trial) -> Result:
    """The comparison as it stands; every person counts once, with their first bill in it. For callers that may see it."""
    batches = Batch.objects.filter(step="bill", community_id__in=trial.community_ids, organisation_id=trial.organisation_id, made_at__gte=trial.made_at)
    if trial.ended_at is not None:
        batches = batches.filter(made_at__lt=trial.ended_at)
    counts = {arm: {"told": 0, "read": 0, "on_time": 0} for arm in (PLAIN, SMART)}
    seen: set[int] = set()
    today, waiting = clock.today(), 0
    for batch in batches.order_by("due_on", "pk"):
        told = _told(batch, seen)
        seen |= told.keys()
        if batch.due_on >= today:
            waiting += len(told)
            continue
        read, late = _read(batch, told), _late(batch, told)
        for person_id in told:
            half = counts[arm_of(trial.seed, person_id)]
            half["told"] += 1
            half["read"] += person_id in read
            half["on_time"] += person_id not in late
    plain, smart = (_half(counts[arm]) for arm in (PLAIN, SMART))
    both = (plain.on_time, smart.on_time) if trial.measure == Trial.Measure.ON_TIME else (plain.read, smart.read)
    return Result(plain, smart, waiting, verdict(*both, trial.needed))


def _half(found: dict[str, int]) -> Half:
    return Half(found["told"], Rate(found["read"], found["told"]), Rate(found["on_time"], found["told"]))


def _told(batch: Batch, seen: Collection[int]) -> dict[int, list[int]]:
    """Person → bills, of those to whom something went out by the due date and who were in no earlier batch."""
    gone = Message.objects.filter(batch=batch, sent_at__isnull=False).exclude(state=Message.State.DROPPED)
    ids = {pk for row in gone.values_list("target_ids", flat=True) for pk in row}
    found: dict[int, list[int]] = {}
    for person_id, bills in Target.objects.filter(batch=batch, pk__in=ids).values_list("person_id", "receivable_ids"):
        if person_id not in seen:
            found.setdefault(person_id, []).extend(bills)
    return found


def _read(batch: Batch, told: dict[int, list[int]]) -> set[int]:
    """Who read it: as the carrier says, or by opening the phone pages after it and by the due date."""
    facts: dict[int, dt.date] = {}
    rows = Target.objects.filter(batch=batch, person_id__in=told.keys()).values_list("pk", "person_id")
    whose = dict(rows)
    read: set[int] = set()
    for state, sent_at, ids in Message.objects.filter(batch=batch, sent_at__isnull=False).values_list("state", "sent_at", "target_ids"):
        for person_id in {whose[pk] for pk in ids if pk in whose}:
            assert sent_at is not None
            on = sent_at.astimezone(CHINA).date()
            facts[person_id] = min(on, facts.get(person_id, on))
            if state == Message.State.READ:
                read.add(person_id)
    opened = opened_until(list(told), batch.due_on)
    return read | {person_id for person_id, on in opened.items() if person_id in facts and on >= facts[person_id]}


def _late(batch: Batch, told: dict[int, list[int]]) -> set[int]:
    """Who had not paid all of it by the due date."""
    ids = [pk for bills in told.values() for pk in bills]
    paid = dict(
        Allocation.objects.filter(receivable_id__in=ids, part=Allocation.Part.PRINCIPAL, value_date__lte=batch.due_on)
        .values("receivable_id").annotate(sum=Sum("amount_fen")).values_list("receivable_id", "sum")
    )  # fmt: skip
    changed = dict(Adjustment.objects.filter(receivable_id__in=ids).values("receivable_id").annotate(sum=Sum("amount_fen")).values_list("receivable_id", "sum"))
    due = dict(Receivable.objects.filter(pk__in=ids).values_list("pk", "amount_fen"))
    open_ = {pk for pk in ids if due[pk] + changed.get(pk, 0) > paid.get(pk, 0)}
    return {person_id for person_id, bills in told.items() if open_.intersection(bills)}
