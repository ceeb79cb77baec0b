"""What is done to the books, by one process left alone or by many that are killed: the same acts in the same words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.money.intake.books import xlsx
from tests.world import World, charge, flat, make_world, own, person
from wuyefei.edges.demo import make
from wuyefei.edges.demo.digest import books
from wuyefei.estate.contracts.public import Contract
from wuyefei.estate.tariffs.public import Tariff
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import CHINA, Month
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.models import Job
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.actions import drafting
from wuyefei.money.billing.public import Run, RunLine, Selection
from wuyefei.money.intake import actions as intake
from wuyefei.money.intake.public import Choices, ImportFile

from .doom import Counter

MOMENT = dt.datetime(2026, 11, 24, 12, tzinfo=CHINA)
MONTH = Month(2026, 1)
PLACE, NEW_PLACE = "桂语花园", "测试新城"
CHOICES = Choices(dt.date(2026, 11, 1))


def found(flats: int) -> None:
    """桂语花园 with ``flats`` more flats of different areas."""
    settled(flats)


def settled(flats: int) -> World:
    """The same, with its people at hand."""
    world = make_world()
    for number in range(flats):
        home = flat(world.community, f"2-{number // 40 + 1}-{number % 40 + 101}", f"{60 + number % 90}.{number % 10}0")
        own(home, person(world.community, f"测试{number:05d}"))
        charge(Contract.objects.get(), home, Tariff.objects.get(name="住宅物业费"))
    return world


def watch(counter: Counter, put: Callable[[Any, str, Any], None]) -> None:
    """Count in the works in which death may come; ``put`` sets an attribute."""
    works = dict(jobs._works)
    for kind in (drafting.WORK, intake.WORK):
        works[kind] = dataclasses.replace(works[kind], work=counter.within(works[kind].work))
    put(jobs, "_works", works)
    put(approvals, "decide", counter.within(approvals.decide))
    put(make, "make_demo", counter.within(make.make_demo))
    put(drafting, "LONG", -1)
    put(intake, "LONG", -1)


def by(username: str) -> Actor:
    return load_actor(User.objects.select_related("organisation").get(username=username))


def queue_draft() -> int:
    """Ask the worker for the draft, however small the community."""
    place = Community.objects.get(name=PLACE)
    job = drafting.start_draft(place.pk, MONTH, actor=by("finance"), selection=Selection())
    assert job is not None
    return job.pk


def workbook(rows: int) -> bytes:
    head = ["楼号", "单元", "房号", "建筑面积", "业主姓名", "手机号", "单价", "期初欠费", "欠费起", "欠费止", "期初预收", "车位号"]
    lines: list[list[Any]] = [head]
    for number in range(rows):
        owes, holds = number % 3 == 0, number % 4 == 1
        lines.append([
            str(number // 200 + 1), "1", str(number % 200 + 101), 60 + number % 90, f"测试{number:05d}", f"1990000{number:04d}", 2.5,
            100 + number if owes else None, "2026-04-01" if owes else None, "2026-09-30" if owes else None, 300 if holds else None,
            f"B-{number:04d}" if number % 5 == 0 else None,
        ])  # fmt: skip
    return xlsx({"房屋": lines})


def queue_import(rows: int) -> int:
    """Give the worker a workbook for a community that is not there yet."""
    actor = by("lead")
    row = intake.keep_upload("a.xlsx", workbook(rows), NEW_PLACE, actor=actor)
    intake.preview(row.pk, CHOICES, actor=actor)
    intake.start(row.pk, CHOICES, actor=actor)
    return ImportFile.objects.get(pk=row.pk).job_id or 0


def order_demo(properties: int, months: int) -> None:
    """Begin a demo company, so that every build goes on with the same day."""
    make._begin(properties, months)


def job(job_id: int) -> dict[str, Any]:
    row = Job.objects.get(pk=job_id)
    return {"state": row.state, "done": row.done, "total": row.total, "attempts": row.attempts, "message": row.message}


def run() -> dict[str, Any]:
    """The run of the month as a person finds it: its state, how many lines it says and has, the request that is open."""
    row = Run.objects.exclude(state=Run.State.DISCARDED).get()
    asked = Request.objects.filter(subject_id=row.pk, state=Request.State.OPEN).first()
    return {
        "id": row.pk, "state": row.state, "lines": row.line_count, "amount_fen": row.amount_fen, "request": asked.pk if asked else None,
        "there": RunLine.objects.filter(run=row).count(), "open_jobs": Job.objects.filter(state__in=["waiting", "running"]).count(),
    }  # fmt: skip


def sign_in(username: str) -> str:
    """A session of theirs, both factors passed: the cookie's value."""
    user = User.objects.get(username=username)
    moment = clock.now() - dt.timedelta(hours=1)
    User.objects.filter(pk=user.pk).update(totp_confirmed_at=moment, password_changed_at=moment)
    user.refresh_from_db()
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return session.session_key or ""


def look() -> dict[str, Any]:
    """The digest of the books, the first finding of ``verify``, and the uploads that were applied."""
    found = [run_checks(one.pk).first for one in Organisation.objects.order_by("pk")]
    return {
        "books": books(), "findings": [f"{one.check} {one.table} {one.row_id}" for one in found if one is not None],
        "runs": Run.objects.filter(state=Run.State.PUBLISHED).count(), "applied": ImportFile.objects.filter(state="applied").count(),
    }  # fmt: skip
