"""The proof of a firm's books as long work: asked for on a page, run by the worker, its outcome kept with the job."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import packed
from wuyefei.foundation.platform import audit, jobs
from wuyefei.foundation.platform.models import Job
from wuyefei.foundation.shell.verify import Outcome, checks, run_checks

KIND = "verify"
KEPT = 50
"""So many findings of a check are kept; all are counted."""


def proofs(actor: Actor) -> QuerySet[Job]:
    """The proofs of the whole organisation, the latest first; for those who may prove all of it."""
    actor.require_wide(Permission.VERIFY)
    return Job.objects.filter(organisation_id=actor.organisation_id, kind=KIND).order_by("-id")


@transaction.atomic
def ask_proof(*, actor: Actor) -> Job:
    """Queue a proof; where one is under way already, that one."""
    actor.require_wide(Permission.VERIFY)
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    under_way = proofs(actor).filter(state__in=jobs.OPEN).first()
    if under_way is not None:
        return under_way
    job = jobs.start(KIND, actor=actor, label="全企业账目", total=len(checks()))
    audit.record(actor, "books.verify", job)
    return job


def work(task: jobs.Task) -> dict[str, Any]:
    """The job: one check after the other. One that was broken off begins anew: half a proof is none."""
    started, outcomes = time.perf_counter(), []
    assert task.organisation_id is not None
    wanted = checks()
    for number, check in enumerate(wanted):
        task.check_stop()
        task.advance(number, total=len(wanted))
        outcomes += run_checks(task.organisation_id, only=[check.name], kept=KEPT).checks
    task.advance(len(wanted))
    return {
        "seconds": f"{time.perf_counter() - started:.2f}", "examined": sum(one.examined for one in outcomes),
        "found": sum(one.found for one in outcomes), "checks": [_kept(one) for one in outcomes],
    }  # fmt: skip


def _kept(outcome: Outcome) -> dict[str, Any]:
    findings = [{"table": one.table, "row_id": one.row_id, "what": packed(one.what)} for one in outcome.findings]
    return {"label": outcome.label, "examined": outcome.examined, "found": outcome.found, "findings": findings}
