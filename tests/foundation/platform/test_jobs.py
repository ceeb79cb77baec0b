"""Jobs: progress, stop, resume, failure, who sees them; and delivery of events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.world import World, make_world
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, jobs, outbox
from wuyefei.foundation.platform.models import Job, OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_registers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_works", {})
    monkeypatch.setattr(outbox, "_subscribers", {"thing.done": {}, "thing.else": {}})


@pytest.fixture
def world() -> World:
    return make_world()


def queued() -> list[int]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return [row.args["job_id"] for row in ProcrastinateJob.objects.filter(task_name=jobs.TASK).order_by("id")]


def count_to(total: int, *, stop_at: int = 0, actor: Any = None) -> jobs.Work:
    def work(task: jobs.Task) -> dict[str, Any]:
        for step in range(task.resume.get("next", 0), total):
            task.check_stop()
            task.advance(step + 1, total=total, message=f"第 {step + 1} 步", resume={"next": step + 1})
            if step + 1 == stop_at and not task.arguments.get("again"):
                jobs.stop(task.job_id, actor=actor)
        return {"counted": task.done}

    return work


def started(world: World, **arguments: Any) -> Job:
    return jobs.start(
        "test.count", actor=world["finance"], label="数数", community_id=world.community.pk, total=5, **arguments
    )


def test_a_job_runs_once_and_says_what_it_did(world: World) -> None:
    jobs.register_work("test.count", count_to(5))
    job = started(world)
    assert queued() == [job.pk] and (job.state, job.made_by_name) == ("waiting", "finance甲")
    jobs.run_job(job.pk)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.message, job.attempts) == ("done", 5, 5, "第 5 步", 1)
    assert job.result == {"counted": 5} and job.finished_at is not None and job.per_second


def test_a_stopped_job_goes_on_where_it_was(world: World) -> None:
    jobs.register_work("test.count", count_to(5, stop_at=3, actor=world["finance"]))
    job = started(world)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.resume) == ("stopped", 3, {"next": 3})
    with pytest.raises(DomainError):
        jobs.stop(job.pk, actor=world["finance"])
    jobs.resume(job.pk, actor=world["manager"])
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts, queued()) == ("done", 5, 2, [job.pk, job.pk])
    with pytest.raises(DomainError):
        jobs.resume(job.pk, actor=world["finance"])


def test_one_that_has_not_begun_stops_at_once(world: World) -> None:
    jobs.register_work("test.count", count_to(5))
    job = started(world)
    assert jobs.stop(job.pk, actor=world["finance"]).state == "stopped"
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts) == ("stopped", 0, 0)


@pytest.mark.parametrize(("error", "message"), [(DomainError("no", "没有这一页。"), "没有这一页。"), (ZeroDivisionError(), "程序出错")])
def test_a_failure_is_told_and_may_go_on(world: World, error: Exception, message: str) -> None:
    def work(task: jobs.Task) -> None:
        raise error

    jobs.register_work("test.count", work)
    job = started(world)
    if isinstance(error, DomainError):
        jobs.run_job(job.pk)
    else:
        with pytest.raises(ZeroDivisionError):
            jobs.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed" and job.message.startswith(message)
    jobs.register_work("test.count", count_to(5))
    jobs.resume(job.pk, actor=world["finance"])
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 5)


def in_queue(**facts: Any) -> list[tuple[int, str]]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(**facts).order_by("id").values_list("id", "status"))


def leave_behind(job_id: int, status: str = "doing") -> None:
    """What a dead worker leaves in the queue; as good as deleted where ``status`` is ``failed``."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s, worker_id = NULL WHERE args->>'job_id' = %s", [status, str(job_id)])


def test_what_a_dead_worker_left_is_queued_again_once(world: World) -> None:
    jobs.register_work("test.count", count_to(5))
    job = started(world)
    assert jobs.retry_stalled() == 0, "it waits in the queue"
    leave_behind(job.pk)
    Job.objects.filter(pk=job.pk).update(state="running")
    assert (jobs.retry_stalled(), jobs.retry_stalled(), queued()) == (1, 0, [job.pk])


def test_a_job_that_no_worker_has_is_queued_again(world: World) -> None:
    """Its worker lost the database under it and gave up on it, or came before the dead one's lock was gone."""
    jobs.register_work("test.count", count_to(5))
    job = started(world)
    Job.objects.filter(pk=job.pk).update(state="running")
    leave_behind(job.pk, "failed")
    with jobs._alone(job.pk):
        assert jobs.retry_stalled() == 0, "somebody is at it"
    assert (jobs.retry_stalled(), jobs.retry_stalled()) == (1, 0)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    leave_behind(job.pk, "failed")
    assert (job.state, job.done, jobs.retry_stalled()) == ("done", 5, 0)


def test_work_by_the_clock_left_behind_is_forgotten(world: World) -> None:
    """The next of its kind may wait already; two may not, and a worker that cannot start helps nobody."""
    with connection.cursor() as cursor:
        for status in ("doing", "todo"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status, attempts, priority, abort_requested)"
                " VALUES ('default', %s, %s, '{}', %s::procrastinate_job_status, 0, 0, false)", [jobs.ROUNDS, jobs.ROUNDS, status]
            )  # fmt: skip
    assert jobs.retry_stalled() == 0
    assert [status for _, status in in_queue(task_name=jobs.ROUNDS)] == ["todo"]


def test_a_job_that_loses_its_database_is_not_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(task: jobs.Task) -> None:
        monkeypatch.setattr(type(connection._connections["default"]), "is_usable", lambda self: False)  # type: ignore[attr-defined]
        raise OperationalError("server closed the connection unexpectedly")

    jobs.register_work("test.count", work)
    job = started(world)
    with pytest.raises(OperationalError):
        jobs.run_job(job.pk)
    monkeypatch.undo()
    job.refresh_from_db()
    assert (job.state, job.message) == ("running", "")


def test_jobs_are_seen_in_their_places_only(world: World) -> None:
    jobs.register_work("test.count", count_to(5))
    job = started(world)
    assert list(jobs.jobs(world["manager"])) == [job] and list(jobs.jobs(world["outsider"])) == []
    for act in (jobs.stop, jobs.resume):
        with pytest.raises(NotFound):
            act(job.pk, actor=world["outsider"])
    with pytest.raises(DomainError):
        jobs.start("test.unknown", actor=world["finance"], label="")


@pytest.fixture
def events(world: World) -> Iterator[list[int]]:
    for number in range(3):
        audit.publish(world["finance"], "thing.done", number=number)
    audit.publish(world["finance"], "thing.else")
    OutboxEvent.objects.exclude(kind__startswith="thing.").delete()
    yield []


def test_events_are_handed_over_once_and_in_order(events: list[int]) -> None:
    outbox.subscribe("thing.done", "test", lambda event: events.append(event.data["number"]))
    outbox.subscribe("thing.done", "test", lambda event: events.append(event.data["number"]))
    assert (outbox.deliver(), outbox.deliver()) == (4, 0)
    assert events == [0, 1, 2]


def test_an_event_that_fails_waits_and_holds_nobody_up(events: list[int]) -> None:
    def picky(event: OutboxEvent) -> None:
        if event.data["number"] == 1 and events.count(1) == 0:
            events.append(1)
            OutboxEvent.objects.filter(pk=event.pk).update(kind="spoilt")
            raise ValueError
        events.append(event.data["number"])

    outbox.subscribe("thing.done", "test", picky)
    assert outbox.deliver() == 3
    assert OutboxEvent.objects.get(handled_at__isnull=True).kind == "thing.done", "what it wrote is taken back"
    assert outbox.deliver() == 1
    assert events == [0, 1, 2, 1]
