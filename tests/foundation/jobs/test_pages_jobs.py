"""Long work on pages: seen, stopped, gone on with; scheduled work run by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.world import World, make_world
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock, jobs, schedule
from wuyefei.foundation.platform.models import AuditEntry, Job, ScheduledRun
from wuyefei.foundation.platform.schedule import register_scheduled, run_scheduled
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.actions import drafting
from wuyefei.money.billing.models import Run
from wuyefei.money.billing.public import RELEASE, Selection, start_draft

JANUARY = 25000 + 22388 + 30090 + 15000


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(dt.date(2026, 1, 2)):
        yield make_world()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every community counts as a large one."""
    monkeypatch.setattr(drafting, "LONG", 0)


def client_of(actor: Actor) -> Client:
    moment = clock.now() - dt.timedelta(hours=1)
    User.objects.filter(pk=actor.user_id).update(totp_confirmed_at=moment, password_changed_at=moment)
    user = User.objects.get(pk=actor.user_id)
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def test_a_large_run_is_drafted_by_the_worker_and_found_from_its_job(world: World, large: None) -> None:
    client = client_of(world["finance"])
    answer = client.post("/billing/runs/new", {"community": world.community.pk, "month": "2026-01"})
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("jobs:show", args=[job.pk]) and not Run.objects.exists()
    page = client.get(reverse("jobs:show", args=[job.pk])).content.decode()
    assert "桂语花园 2026-01" in page and "停止" in page and "等待" in page
    again = client.post("/billing/runs/new", {"community": world.community.pk, "month": "2026-01"})
    assert "正在算草稿" in again.content.decode() and Job.objects.count() == 1
    jobs.run_job(job.pk)
    job.refresh_from_db()
    run = Run.objects.get()
    assert (job.state, job.done, job.total) == ("done", 4, 4)
    assert (run.state, run.line_count, run.amount_fen) == ("draft", 4, JANUARY)
    page = client.get(reverse("jobs:show", args=[job.pk])).content.decode()
    assert f"/billing/runs/{run.pk}" in page and "已算出 4 行，合计 924.78 元；0 处算不出账单" in page
    assert client.post(f"/billing/runs/{run.pk}/recompute").headers["Location"] == reverse("jobs:show", args=[job.pk + 1])
    jobs.run_job(job.pk + 1)
    assert Run.objects.get().amount_fen == JANUARY
    assert run_checks(world.organisation.pk).holds


def test_a_job_is_stopped_and_gone_on_with_from_its_page(world: World, large: None) -> None:
    client = client_of(world["finance"])
    client.post("/billing/runs/new", {"community": world.community.pk, "month": "2026-01"})
    job = Job.objects.get()
    client.post(reverse("jobs:stop", args=[job.pk]))
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "stopped" and not Run.objects.exists()
    page = client.get(reverse("jobs:show", args=[job.pk])).content.decode()
    assert "已停止" in page and "继续" in page
    client.post(reverse("jobs:resume", args=[job.pk]))
    jobs.run_job(job.pk)
    assert Run.objects.get().line_count == 4
    refused = client.post(reverse("jobs:resume", args=[job.pk]), follow=True).content.decode()
    assert "只有已停止或未完成的任务可以继续" in refused


def test_who_sees_and_who_steers(world: World, large: None) -> None:
    job = start_draft(world.community.pk, Month.parse("2026-01"), actor=world["finance"], selection=Selection())
    assert job is not None
    for name in ("cashier", "outsider"):
        client = client_of(world[name])
        assert client.get(reverse("jobs:show", args=[job.pk])).status_code == 404
        assert client.post(reverse("jobs:stop", args=[job.pk])).status_code == 404
        assert "2026-01" not in client.get(reverse("jobs:list")).content.decode()
    assert Job.objects.get().stop_requested is False
    assert client_of(world["manager"]).post(reverse("jobs:stop", args=[job.pk])).status_code == 302
    assert Job.objects.get().state == "stopped"


def test_scheduled_work_is_seen_and_run_by_hand(world: World) -> None:
    run_scheduled(RELEASE)
    admin = client_of(world["admin"])
    page = admin.get(reverse("jobs:list")).content.decode()
    assert "结转到期的预收收入" in page and "每小时" in page and "处理 0 项" in page
    answer = admin.post(reverse("jobs:run", args=["release_income"]), follow=True).content.decode()
    assert "已运行，处理了 0 项" in answer and "admin甲" in answer
    assert AuditEntry.objects.filter(action="jobs.run").count() == 1
    assert admin.post(reverse("jobs:run", args=["nothing"])).status_code == 404
    assert client_of(world["manager"]).post(reverse("jobs:run", args=["release_income"])).status_code == 403


def test_scheduled_work_that_breaks_off_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_known", {})

    def work(organisation_id: int | None) -> int:
        raise ZeroDivisionError

    register_scheduled("wuyefei.broken", "坏的", "每天", work)
    with pytest.raises(ZeroDivisionError):
        run_scheduled("wuyefei.broken")
    row = ScheduledRun.objects.get()
    assert (row.failed, row.by_name, row.dealt_with) == (True, "", 0) and row.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_one_that_is_stopped_midway_leaves_the_draft_as_it_was(large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The progress is seen from outside while the transaction is open, and the stop is noticed there."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        job = start_draft(world.community.pk, Month.parse("2026-01"), actor=world["finance"], selection=Selection())
        assert job is not None
        jobs.run_job(job.pk)
        seen = []
        compute = drafting.draft_run

        def slow(*args: object, **kwargs: object) -> object:
            show = kwargs["progress"]

            def progress(done: int) -> None:
                show(done)  # type: ignore[operator]
                seen.append(done)
                spare = connections.create_connection("default")
                with spare.cursor() as cursor:
                    cursor.execute("UPDATE platform_job SET stop_requested = true WHERE id = %s", [second.pk])
                spare.close()
                show(done + 1)  # type: ignore[operator]

            return compute(*args, **(kwargs | {"progress": progress}))  # type: ignore[arg-type]

        second = start_draft(world.community.pk, Month.parse("2026-01"), actor=world["finance"], selection=Selection())
        assert second is not None
        monkeypatch.setattr(drafting, "draft_run", slow)
        jobs.run_job(second.pk)
        second.refresh_from_db()
        assert (second.state, second.done, seen) == ("stopped", 1, [0])
        assert Run.objects.get().line_count == 4
