"""Long work: started by an action, run by ``wuyefei worker``, with progress, stop and resume (product row L2).

A room registers a function for a kind of work; the function is given a ``Task`` and calls ``task.advance`` after each
batch, inside the batch's transaction, so that progress and resume point are never ahead of or behind the work.
States: waiting → running → done | failed | stopped; failed and stopped may go on with ``resume``.
A killed worker leaves its job running; any worker finds it by its missing heartbeat and takes it up again. Where the
database goes away under a job nobody can be told: the job stays running and is found as one that no worker has.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django.db import connection, connections, transaction
from django.db.models import Q, QuerySet
from procrastinate.jobs import Status as JobStatus

from wuyefei.foundation.kernel.errors import DomainError, NotFound

from . import outbox
from .audit import plain
from .clock import now
from .models import Job

if TYPE_CHECKING:
    from procrastinate import App

    from wuyefei.foundation.access.actor import Actor

log = logging.getLogger("wuyefei.jobs")
LOCK_CLASS = 0x77790010
TASK = "wuyefei.run_job"
ROUNDS = "wuyefei.rounds"
OPEN = (Job.State.WAITING, Job.State.RUNNING)


class Stopped(Exception):
    """Raised by ``Task.advance`` where somebody has asked the job to stop; what is done stays done."""


class Task:
    """What a work function is given: its arguments, where it left off, and the way to say how far it is."""

    def __init__(self, job: Job) -> None:
        self.job_id = job.pk
        self.organisation_id, self.community_id, self.made_by_id = job.organisation_id, job.community_id, job.made_by_id
        self.arguments: dict[str, Any] = dict(job.arguments)
        self.resume: dict[str, Any] = dict(job.resume)
        self.done, self.total = job.done, job.total

    def advance(
        self, done: int, *, total: int | None = None, message: str | None = None, resume: dict[str, Any] | None = None
    ) -> None:
        """Save how far the work is; ``resume`` is where to go on from. Raises ``Stopped`` when asked to stop."""
        facts: dict[str, Any] = {"done": done}
        self.done = done
        if total is not None:
            facts["total"] = self.total = total
        if message is not None:
            facts["message"] = message[:400]
        if resume is not None:
            facts["resume"] = self.resume = plain(resume)
        Job.objects.filter(pk=self.job_id).update(**facts)

    def check_stop(self) -> None:
        """Call between batches, outside their transaction: raises ``Stopped`` where somebody has asked for it."""
        if Job.objects.filter(pk=self.job_id, stop_requested=True).exists():
            raise Stopped


Work = Callable[[Task], dict[str, Any] | None]


@dataclass(frozen=True)
class Known:
    """How work of a kind is done, what people call it, which right shows, stops and resumes it (empty: any right in its
    place), the page of its result, and its result in words."""

    work: Work
    title: str = ""
    permission: str = ""
    address: Callable[[Job], str] | None = None
    describe: Callable[[Job], str] | None = None


_works: dict[str, Known] = {}


def register_work(
    kind: str, work: Work, *, title: str = "", permission: str = "", address: Callable[[Job], str] | None = None,
    describe: Callable[[Job], str] | None = None,
) -> None:  # fmt: skip
    """Say how work of ``kind`` is done; called in ``AppConfig.ready``. The same kind again replaces it."""
    _works[kind] = Known(work, title, permission, address, describe)


def known(kind: str) -> Known | None:
    """What is known of a kind; None for work that this version no longer does."""
    return _works.get(kind)


@contextmanager
def outside(task: Task) -> Iterator[Callable[[int, int, str], None]]:
    """For work that is one transaction: progress written by a connection of its own, so that others see it before the
    commit. Each call raises ``Stopped`` where somebody has asked the job to stop."""
    spare = connections.create_connection("default")

    def show(done: int, total: int, message: str = "") -> None:
        with spare.cursor() as cursor:
            cursor.execute(
                "UPDATE platform_job SET done = %s, total = %s, message = %s WHERE id = %s RETURNING stop_requested",
                [done, total, message[:400], task.job_id],
            )
            row = cursor.fetchone()
        if row and row[0]:
            raise Stopped

    try:
        yield show
    finally:
        spare.close()


@transaction.atomic
def start(
    kind: str, *, actor: Actor, label: str, community_id: int | None = None, total: int = 0, **arguments: Any
) -> Job:
    """Queue work in the running transaction; a rolled-back transaction queues nothing. The caller checks permission."""
    if kind not in _works:
        raise DomainError("unknown_work", "没有这种后台任务：{kind}", kind=kind)
    job = Job.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, kind=kind, label=label[:160], total=total,
        arguments=plain(arguments), made_by_id=actor.user_id, made_by_name=actor.name, made_at=now(),
    )  # fmt: skip
    _queue(job)
    return job


@cache
def _queue_app() -> App:
    """The queue by way of Django's own connection: what is queued shares the fate of the running transaction."""
    from procrastinate import App
    from procrastinate.contrib.django.django_connector import DjangoConnector

    return App(connector=DjangoConnector())


def _queue(job: Job) -> None:
    _queue_app().configure_task(TASK).defer(job_id=job.pk)


def queue_task(name: str, **arguments: Any) -> None:
    """Ask the worker for one of its tasks by name, in the running transaction. ``arguments`` are kept with it until it is
    done, in clear: whatever is secret is sealed first."""
    _queue_app().configure_task(name).defer(**arguments)


def jobs(actor: Actor) -> QuerySet[Job]:
    """The jobs one may steer, the latest first: those they started, and those of their places whose kind they may do."""
    mine = Q(made_by_id=actor.user_id)
    for name, kind in _works.items():
        places = actor.communities(kind.permission) if kind.permission else actor.seen
        mine |= Q(kind=name, community_id__in=places)
    return Job.objects.filter(mine, organisation_id=actor.organisation_id).order_by("-id")


def _locked(job_id: int, actor: Actor) -> Job:
    job = jobs(actor).select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound()
    return job


@transaction.atomic
def stop(job_id: int, *, actor: Actor) -> Job:
    """Ask a job to stop after the batch it is at; one that has not begun stops at once."""
    job = _locked(job_id, actor)
    if job.state not in OPEN:
        raise DomainError("job_ended", "这项任务已经结束。")
    job.stop_requested = True
    if job.state == Job.State.WAITING:
        job.state, job.finished_at = Job.State.STOPPED, now()
    job.save(update_fields=["stop_requested", "state", "finished_at"])
    return job


@transaction.atomic
def resume(job_id: int, *, actor: Actor) -> Job:
    """Go on with a stopped or failed job from its resume point."""
    job = _locked(job_id, actor)
    if job.state not in (Job.State.STOPPED, Job.State.FAILED):
        raise DomainError("job_not_ended", "只有已停止或未完成的任务可以继续。")
    job.state, job.stop_requested, job.finished_at = Job.State.WAITING, False, None
    job.save(update_fields=["state", "stop_requested", "finished_at"])
    _queue(job)
    return job


@contextmanager
def _alone(job_id: int) -> Iterator[bool]:
    """One runner a job, by a lock that dies with the connection of its holder."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, job_id % 2**31])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, job_id % 2**31])


def run_job(job_id: int) -> None:
    """Run a queued job, or go on with one whose worker died. Repeating it after its end does nothing."""
    with _alone(job_id) as held:
        if not held:
            return
        job = Job.objects.get(pk=job_id)
        if job.state not in OPEN:
            return
        job.state, job.attempts, job.started_at = Job.State.RUNNING, job.attempts + 1, job.started_at or now()
        job.save(update_fields=["state", "attempts", "started_at"])
        try:
            if job.stop_requested:
                raise Stopped
            kind = _works.get(job.kind)
            if kind is None:
                raise DomainError("unknown_work", "没有这种后台任务：{kind}", kind=job.kind)
            result = kind.work(Task(job))
        except Stopped:
            _finish(job_id, Job.State.STOPPED)
        except DomainError as error:
            _finish(job_id, Job.State.FAILED, message=error.text)
        except Exception:
            if not connection.is_usable():
                log.warning("job %s (%s) lost its database and will be taken up again", job_id, job.kind)
                raise
            log.exception("job %s (%s) broke off", job_id, job.kind)
            _finish(job_id, Job.State.FAILED, message="程序出错，已记入日志；已完成的部分保留，可以继续。")
            raise
        else:
            _finish(job_id, Job.State.DONE, result=plain(result))


def _finish(job_id: int, state: str, **facts: Any) -> None:
    if "message" in facts:
        facts["message"] = facts["message"][:400]
    Job.objects.filter(pk=job_id).update(state=state, finished_at=now(), **facts)


def retry_stalled(seconds: float = 30) -> int:
    """Queue again what dead workers left behind: jobs whose worker has not been heard of for ``seconds``, and open jobs
    that no worker has. Work that comes by the clock is forgotten: it comes again."""
    manager = _queue_app().job_manager
    again = 0
    for job in list(async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=seconds)):
        if job.queueing_lock:  # the next of its kind may be waiting, and there must not be two
            async_to_sync(manager.finish_job)(job, status=JobStatus.FAILED, delete_job=True)
            continue
        async_to_sync(manager.retry_job)(job)
        log.warning("queued %s %s again: its worker is gone", job.task_name, job.id)
        again += 1
    return again + _adopt()


def _adopt() -> int:
    """Queue open jobs that are neither waiting in the queue nor being run: their worker outlived the database, or came
    while a dead one's session still held the lock."""
    lost = Job.objects.raw(
        """SELECT j.* FROM platform_job j
           WHERE j.state IN ('waiting', 'running')
             AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs q WHERE q.task_name = %s AND q.status IN ('todo', 'doing')
                             AND (q.args->>'job_id')::bigint = j.id)
             AND NOT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                             WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
                             AND l.classid = %s AND l.objid = j.id %% 2147483648)
           ORDER BY j.id""",
        [TASK, LOCK_CLASS],
    )
    count = 0
    for job in lost:
        _queue(job)
        log.warning("queued job %s again: no worker has it", job.pk)
        count += 1
    return count


def rounds(organisation_id: int | None) -> int:
    """Deliver events and take up what dead workers left, for everybody; returns how many of both."""
    return outbox.deliver() + retry_stalled()
