"""The work of a batch: plan, send, and where messages did not arrive, the next channel."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max

from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock, jobs
from wuyefei.money.billing.public import Receivable

from ..models import Batch, Lead, Message, Target
from ..queries import coverage, manner_of
from ..rules.ladder import LEAD_DAYS, LEAD_MOST, WAIT, announce_on
from .choosing import plan_waiting
from .means import means_of
from .planning import BatchRunning, NothingToSend, NotReady, begin, has_open_job, start_batch
from .sending import alone, lost_ones, send_queued

CHUNK = 1000


def work(task: jobs.Task) -> dict[str, Any]:
    """The job of a batch: until nothing can be sent now."""
    batch = Batch.objects.get(pk=task.arguments["batch"])
    actor = service_actor(batch.organisation_id, SYSTEM)
    with alone(batch.pk) as held:
        if not held:
            return {"other": True}
        lost_ones(batch)
        while True:
            task.check_stop()
            planned = plan_waiting(batch, lambda done: task.check_stop())
            sent = send_queued(batch, actor, task)
            moved = fall_back(batch)
            if not (planned or sent or moved):
                break
        finish(batch)
    found = coverage(batch)
    return {"reached": found.reached, "households": found.households, "unreached": found.unreached}


def fall_back(batch: Batch) -> int:
    """Households whose message did not arrive wait for their next channel again; returns how many.

    Paper is left out once the goal is reached: whoever is still missing then stands in the worklist.
    """
    now, moved = clock.now(), 0
    failed = Message.objects.filter(batch=batch, state__in=(Message.State.BOUNCED, Message.State.DROPPED))
    silent = Message.objects.filter(batch=batch, state__in=(Message.State.SENT, Message.State.UNSURE), sent_at__lte=now - WAIT)
    for message in [*failed.iterator(CHUNK), *silent.iterator(CHUNK)]:
        with transaction.atomic():
            rows = list(
                Target.objects.select_for_update()
                .filter(pk__in=message.target_ids, channel=message.channel, state__in=(Target.State.WAITING, Target.State.SENT))
            )  # fmt: skip
            for row in rows:
                row.tried, row.channel, row.bundle, row.state = [*row.tried, message.channel], "", "", Target.State.WAITING
                row.reason = "bounced" if message.state == Message.State.BOUNCED else "silent"
            Target.objects.bulk_update(rows, ["tried", "channel", "bundle", "state", "reason"])
            moved += len(rows)
    return moved


def finish(batch: Batch) -> None:
    """A batch whose every household is reached, unreached or left out is done."""
    open_ = Target.objects.filter(batch=batch, state__in=(Target.State.WAITING, Target.State.SENT)).exists()
    if not open_:
        Batch.objects.filter(pk=batch.pk).exclude(state=Batch.State.STOPPED).update(state=Batch.State.DONE, finished_at=clock.now())


def due_batches(organisation_id: int, today: dt.date) -> list[tuple[int, dt.date]]:
    """(community, due date) whose bills are to be announced today and have no batch yet, or have bills it has not seen.

    A due date is announced from the day that its contracts' lead says; the earliest of them decides. A contract without a
    lead of its own: with smart timing from the widest, for then each payer's day is chosen within it.
    """
    usual = LEAD_MOST if manner_of(organisation_id).timing else LEAD_DAYS
    leads = dict(Lead.objects.filter(organisation_id=organisation_id).values_list("contract_id", "days"))
    rows = (
        Receivable.objects.filter(
            organisation_id=organisation_id, due_on__gt=today, due_on__lte=today + dt.timedelta(days=LEAD_MOST), outstanding_fen__gt=0,
            reversed_at__isnull=True,
        ).order_by().values("community_id", "due_on", "contract_id").annotate(last=Max("pk"))
        .values_list("community_id", "due_on", "contract_id", "last")
    )  # fmt: skip
    batches = Batch.objects.filter(organisation_id=organisation_id, step="bill", due_on__gt=today)
    known = {(community_id, due_on): seen for community_id, due_on, seen in batches.exclude(state=Batch.State.STOPPED).values_list("community_id", "due_on", "seen_id")}
    stopped = set(batches.filter(state=Batch.State.STOPPED).values_list("community_id", "due_on"))
    found = set()
    for community_id, due_on, contract_id, last in rows:
        lead = leads.get(contract_id, usual) if contract_id is not None else LEAD_DAYS
        if lead and announce_on(due_on, lead) <= today and (community_id, due_on) not in stopped and last > known.get((community_id, due_on), 0):
            found.add((community_id, due_on))
    return sorted(found)


def rounds() -> int:
    """Every few minutes: start the batches whose day has come, and go on with those that wait for an hour, a receipt or
    another channel. Returns how many jobs were queued."""
    queued, now = 0, clock.now()
    today = now.astimezone(CHINA).date()
    for organisation in Organisation.objects.order_by("pk"):
        if not means_of(organisation.pk, "bill").channels:
            continue
        actor = service_actor(organisation.pk, SYSTEM)
        for community_id, due_on in due_batches(organisation.pk, today):
            try:
                start_batch(community_id, due_on, actor=actor, smart=manner_of(organisation.pk).timing)
                queued += 1
            except (NothingToSend, NotReady, BatchRunning):
                continue
        for batch in Batch.objects.filter(organisation_id=organisation.pk, state=Batch.State.SENDING):
            if not has_open_job(batch) and _something_to_do(batch, now):
                with transaction.atomic():
                    begin(batch, actor=actor)
                queued += 1
    return queued


def _something_to_do(batch: Batch, now: dt.datetime) -> bool:
    messages = Message.objects.filter(batch=batch)
    return (
        messages.filter(state=Message.State.QUEUED, not_before__lte=now).exclude(channel="letter").exists()
        or messages.filter(state=Message.State.SENDING).exists()
        or messages.filter(state__in=(Message.State.SENT, Message.State.UNSURE), sent_at__lte=now - WAIT).exists()
        or Target.objects.filter(batch=batch, state=Target.State.WAITING, channel="").exists()
        or not Target.objects.filter(batch=batch, state__in=(Target.State.WAITING, Target.State.SENT)).exists()
    )


