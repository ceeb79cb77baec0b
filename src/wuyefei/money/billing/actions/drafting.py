"""Drafting a large community by the worker: seen, stopped, and begun again after a crash (product row L2)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from wuyefei.estate.contracts.public import ContractLine
from wuyefei.foundation.access.actor import Actor, get_community, load_actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import jobs
from wuyefei.foundation.platform.models import Job

from .locks import lock_community
from .runs import Selection, check_month, draft_run, open_run

WORK = "billing.draft"
LONG = 3_000
"""Communities with more contract lines than this are drafted by the worker, not in the request."""


class AlreadyDrafting(DomainError):
    code = "already_drafting"
    message = "这个小区正在算草稿，请等它完成，或在「后台任务」里停止它。"


@transaction.atomic
def start_draft(community_id: int, month: Month, *, actor: Actor, selection: Selection) -> Job | None:
    """Hand a large community to the worker; None for one that is small enough to be drafted now.

    Raises what ``draft_run`` raises, and ``AlreadyDrafting``.
    """
    check_month(community_id, month, actor)
    lines = ContractLine.objects.filter(community_id=community_id).count()
    if lines <= LONG:
        return None
    lock_community(community_id)
    if Job.objects.filter(kind=WORK, community_id=community_id, state__in=jobs.OPEN).exists():
        raise AlreadyDrafting()
    open_run(community_id, month)
    place = get_community(actor, community_id, Permission.BILLING_DRAFT)
    return jobs.start(
        WORK, actor=actor, label=f"{place.name} {month}", community_id=community_id, total=lines, month=str(month), **selection.as_json()
    )  # fmt: skip


def work(task: jobs.Task) -> dict[str, Any]:
    """The worker's part, with the rights that its maker has now. One transaction: a killed or stopped one leaves the
    draft that stood before, and begins again."""
    user = User.objects.select_related("organisation").get(pk=task.made_by_id or 0)
    chosen = Selection(tuple(task.arguments.get("properties", [])), tuple(task.arguments.get("items", [])))
    month, total = Month.parse(task.arguments["month"]), task.total
    assert task.community_id is not None
    with jobs.outside(task) as show:
        result = draft_run(
            task.community_id, month, actor=load_actor(user), selection=chosen, progress=lambda done: show(done, max(total, done), "")
        )
        task.check_stop()
    task.advance(total, total=total)
    run = result.run.pk if result.run else None
    return {"run": run, "lines": result.line_count, "amount_fen": result.amount_fen, "gaps": len(result.gaps)}
