"""A batch: begun, stopped, gone on with, and its households, from the open bills in two statements."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Max

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.models import Job

from ..models import Batch, Target
from ..queries import batches, get_batch
from .at_once import households, open_bills, plan_ordinary
from .means import means_of

SEND_JOB = "notices.send"


class NothingToSend(DomainError):
    code = "nothing_to_send"
    message = "{community} 没有 {due} 到期而未缴的账单。"


class NotReady(DomainError):
    code = "notices_not_ready"
    message = "还没有可用的通知方式：至少要有一个已启用的渠道和它已批准的模板。"


class BatchRunning(DomainError):
    code = "batch_running"
    message = "这一批正在发送。"


@transaction.atomic
def start_batch(community_id: int, due_on: dt.date, *, actor: Actor, step: str = "bill", smart: bool = False) -> Batch:
    """Begin telling every household of a community that owes on ``due_on``; a batch there already goes on with what is
    missing. ``smart``: each at the time that suits its payer, else as soon as may be. Raises ``NothingToSend`` and
    ``NotReady``."""
    place = get_community(actor, community_id, Permission.NOTICE_SEND)
    if not means_of(actor.organisation_id, step).channels:
        raise NotReady()
    batch, made = Batch.objects.select_for_update().get_or_create(
        community=place, step=step, due_on=due_on,
        defaults={"organisation_id": place.organisation_id, "made_by_id": actor.user_id, "made_at": clock.now(), "smart": smart},
    )  # fmt: skip
    if not made and has_open_job(batch):
        raise BatchRunning()
    if add_targets(batch) == 0 and made:
        raise NothingToSend(community=place.name, due=due_on)
    begin(batch, actor=actor)
    audit.record(actor, "notice.batch", batch, after={"due_on": due_on, "step": step})
    return batch


def has_open_job(batch: Batch) -> bool:
    return batch.job_id is not None and Job.objects.filter(pk=batch.job_id, state__in=jobs.OPEN).exists()


def begin(batch: Batch, *, actor: Actor) -> None:
    """Queue the work of a batch in the running transaction."""
    total = Target.objects.filter(batch=batch).count()
    job = jobs.start(SEND_JOB, actor=actor, label=f"{batch}", community_id=batch.community_id, total=total, batch=batch.pk)
    batch.job_id, batch.state = job.pk, Batch.State.SENDING
    batch.save(update_fields=["job_id", "state"])


@transaction.atomic
def stop_batch(batch_id: int, *, actor: Actor) -> Batch:
    """Stop after the message under way; what is queued stays queued."""
    batch = _locked(batch_id, actor)
    if has_open_job(batch) and batch.job_id is not None:
        jobs.stop(batch.job_id, actor=actor)
    batch.state = Batch.State.STOPPED
    batch.save(update_fields=["state"])
    audit.record(actor, "notice.stop", batch)
    return batch


@transaction.atomic
def resume_batch(batch_id: int, *, actor: Actor) -> Batch:
    """Go on from where it stopped; bills published meanwhile are added."""
    batch = _locked(batch_id, actor)
    if has_open_job(batch):
        raise BatchRunning()
    add_targets(batch)
    begin(batch, actor=actor)
    audit.record(actor, "notice.resume", batch)
    return batch


def _locked(batch_id: int, actor: Actor) -> Batch:
    found = get_batch(actor, batch_id)
    actor.require(Permission.NOTICE_SEND, found.community_id)
    return batches(actor).select_for_update(of=("self",)).get(pk=batch_id)


def add_targets(batch: Batch) -> int:
    """Every household with something open on the batch's due date, the ordinary ones with their message queued; those there
    already stay."""
    batch.seen_id = open_bills(batch).aggregate(last=Max("pk"))["last"] or 0
    batch.save(update_fields=["seen_id"])
    planned, (sql, params) = plan_ordinary(batch), households(batch)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO notices_target (organisation_id, community_id, batch_id, property_id, person_id, receivable_ids,
                  amount_fen, bundle, state, channel, reason, tried)
                SELECT %s, %s, %s, found.property_id, found.payer_id, found.ids, found.fen, '', 'waiting', '', '', '{{}}'
                FROM ({sql}) AS found (property_id, payer_id, ids, fen)
                WHERE NOT EXISTS (SELECT 1 FROM notices_target o
                  WHERE o.batch_id = %s AND o.property_id = found.property_id AND o.person_id = found.payer_id)
                ORDER BY found.property_id, found.payer_id
                ON CONFLICT DO NOTHING""",  # noqa: S608 - the statement is Django's own
            [batch.organisation_id, batch.community_id, batch.pk, *params, batch.pk],
        )
        return planned + cursor.rowcount
