"""Killed outright at a random point — the worker, the web server, the database — and gone on with: the same books as
those of an undisturbed company, nothing twice, nothing half, and ``verify`` holds."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock, jobs
from wuyefei.money.billing.public import Run, confirm_run

from . import company
from .doom import Counter, Doom
from .ground import Ground, Site

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]
FIRST = pytest.param(0, marks=pytest.mark.wide)
LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 11)]
MOST = 8
"""Attempts after which going on counts as failed."""


class Undisturbed:
    """The acts carried out in this process and taken back: what the books then said, and what each act cost."""

    def __init__(self, *acts: Callable[[], Any]) -> None:
        self.counts: list[int] = []
        self.seconds: list[float] = []
        with transaction.atomic(), clock.at(company.MOMENT):
            for act in acts:
                counter = Counter(Path("/nonexistent"))
                with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(counter.counted):
                    company.watch(counter, patch.setattr)
                    act()
                self.counts.append(counter.count)
                self.seconds.append(counter.seconds)
            self.look = company.look()
            transaction.set_rollback(True)

    def doom(self, dice: random.Random, victim: str, act: int, *, timed: bool) -> Doom:
        """A death somewhere within an act: by its statements, or by the clock."""
        if timed:
            return Doom(victim, after=dice.uniform(0.0, self.seconds[act]))
        return Doom(victim, at=dice.randint(1, self.counts[act]))


def ended_well(ground: Ground, reference: Undisturbed, *, returned: bool = False) -> None:
    look = ground.call("look")
    assert look["findings"] == []
    found, wanted = look["books"], reference.look["books"]
    if returned:  # the request that was turned down is a fact too
        assert found.pop("requests") != wanted.pop("requests")
    assert found == wanted
    assert (look["runs"], look["applied"]) == (reference.look["runs"], reference.look["applied"])
    assert ground.run("verify") == 0, ground.words()


def worked(ground: Ground, job_id: int) -> int:
    """Workers are started one after another until the job is done; how many it took."""
    for attempt in range(1, MOST):
        ground.worker()
        job = ground.call("job", job_id=job_id)
        if job["state"] == "done":
            return attempt
        assert job["state"] in ("waiting", "running"), job
    raise AssertionError(f"not done: {job} {ground.words()}")


def published(ground: Ground, site: Site, finance: str, lead: str) -> list[str]:
    """What two people do until the run is out: confirm, publish; where its lines were lost, return and draft again.
    Returns their steps."""
    steps: list[str] = []
    while len(steps) < MOST:
        run = ground.call("run")
        if run["state"] == "published":
            return steps
        if run["state"] == "confirmed":
            steps.append("publish" if run["there"] else "return")
            act = "approve" if run["there"] else "return"
            site.post(f"/approvals/{run['request']}/{act}", lead, note="草稿丢失")
        elif run["there"]:
            steps.append("confirm")
            site.post(f"/billing/runs/{run['id']}/pass", finance)
            site.post(f"/billing/runs/{run['id']}/confirm", finance, lines=run["lines"], amount_fen=run["amount_fen"])
        else:
            steps.append("draft")
            if not run["open_jobs"]:
                site.post(f"/billing/runs/{run['id']}/recompute", finance)
            ground.worker()
    raise AssertionError(f"{steps} {ground.words()}")


def billed_by_one() -> Undisturbed:
    def publish() -> None:
        approvals.decide(Request.objects.get().pk, approved=True, actor=company.by("lead"))

    confirm = lambda: confirm_run(Run.objects.get().pk, actor=company.by("finance"))  # noqa: E731
    return Undisturbed(lambda: company.found(FLATS), lambda: jobs.run_job(company.queue_draft()), confirm, publish)


FLATS = 400 if os.environ.get("WUYEFEI_TEST_LONG") else 20
ROWS = 600 if os.environ.get("WUYEFEI_TEST_LONG") else 30
HOMES, MONTHS = (120, 4) if os.environ.get("WUYEFEI_TEST_LONG") else (24, 1)


@pytest.mark.parametrize("seed", [FIRST, *LONG])
def test_a_billing_run(ground: Ground, seed: int) -> None:
    """The worker or the database dies in the draft, then the web server or the database while it publishes."""
    dice, timed = random.Random(seed), seed % 2 == 1
    reference = billed_by_one()
    ground.call("found", flats=FLATS)
    job_id = ground.call("queue_draft")
    ground.order(reference.doom(dice, ["self", "database"][seed % 2], 1, timed=timed))
    attempts = worked(ground, job_id)
    assert ground.spared() or attempts > 1
    finance, lead = (ground.call("sign_in", username=name) for name in ("finance", "lead"))
    with ground.site() as site:
        victim = ["database", "self", "server"][seed % 3]
        ground.order(reference.doom(dice, victim, 3, timed=timed))
        steps = published(ground, site, finance, lead)
        struck = not ground.spared()
    assert struck or timed
    assert steps[:2] == ["confirm", "publish"] and steps[-1] == "publish", steps
    # the process that answers outlives its server for a moment, and may end what it is at
    assert timed or victim == "server" or steps.count("publish") > 1, steps
    ended_well(ground, reference, returned="return" in steps)


@pytest.mark.parametrize("seed", [FIRST, *LONG])
def test_an_import(ground: Ground, seed: int) -> None:
    dice, timed = random.Random(100 + seed), seed % 2 == 1
    bring = lambda: jobs.run_job(company.queue_import(ROWS))  # noqa: E731
    reference = Undisturbed(lambda: company.found(0), bring)
    ground.call("found", flats=0)
    job_id = ground.call("queue_import", rows=ROWS)
    ground.order(reference.doom(dice, ["self", "database"][seed % 2], 1, timed=timed))
    attempts = worked(ground, job_id)
    assert ground.spared() or attempts > 1
    ended_well(ground, reference)


@pytest.mark.parametrize("seed", LONG)
def test_a_demo_build(ground: Ground, seed: int, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    dice, timed = random.Random(200 + seed), seed % 2 == 1
    reference = Undisturbed(lambda: company.make.make_demo(properties=HOMES, months=MONTHS))
    ground.call("order_demo", properties=HOMES, months=MONTHS)
    ground.order(reference.doom(dice, ["self", "database"][seed % 2], 0, timed=timed))
    codes = built(ground)
    assert ground.spared() or len(codes) > 1
    ended_well(ground, reference)


def built(ground: Ground, **told: int) -> list[int]:
    """The command is given again until the company stands; its exit codes."""
    codes = [ground.run("demo", "--no-serve", **told)]
    while codes[-1] and len(codes) < MOST:
        codes.append(ground.run("demo", "--no-serve", **told))
    assert codes[-1] == 0, (codes, ground.words())
    return codes


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.long), *LONG])
def test_a_demo_build_by_two(ground: Ground, seed: int, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """One of two processes at the build dies, or the database. Where it is the second, the first does what is left."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    dice, victim = random.Random(300 + seed), ["beside", "first", "database"][seed % 3]
    reference = Undisturbed(lambda: company.make.make_demo(properties=HOMES, months=MONTHS))
    ground.call("order_demo", properties=HOMES, months=MONTHS)
    ground.order(Doom(victim, at=dice.randint(1, reference.counts[0] // (8 if victim == "beside" else 3))))
    codes = built(ground, large=0)
    assert not ground.spared()
    assert len(codes) == 1 if victim == "beside" else len(codes) > 1
    ended_well(ground, reference)
