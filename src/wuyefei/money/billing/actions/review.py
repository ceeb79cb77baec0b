"""A reviewer's acts on a draft: pass many lines at once, and confirm what was looked at."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit

from .. import review
from ..models import Run, RunLine
from .runs import PUBLISH_KIND, confirm_run, locked_run


class Unreviewed(DomainError):
    code = "unreviewed"
    message = "还有 {count} 条异常待核对，核对完才能确认。"


class FiguresMoved(DomainError):
    code = "figures_moved"
    message = "账单行刚有变动，现在是 {lines} 行 {amount} 元。请看过最新的数再确认。"


@transaction.atomic
def pass_lines(run_id: int, chosen: review.LineFilter, *, actor: Actor) -> int:
    """Note every unreviewed outlier that matches the filter as looked at; returns how many."""
    run = locked_run(run_id, actor, state=Run.State.DRAFT, verb="修改")
    actor.require(Permission.BILLING_DRAFT, run.community_id)
    rows = review.lines(run, chosen).filter(review.OUTLIER, struck=False, reviewed_by_id__isnull=True)
    ids = list(rows.values_list("pk", flat=True))
    count = RunLine.objects.filter(pk__in=ids).update(reviewed_by_id=actor.user_id)
    audit.record(actor, "billing.pass_many", run, after={"lines": count, "filter": chosen.__dict__})
    return count


@transaction.atomic
def confirm_reviewed(run_id: int, *, lines: int, amount_fen: int, actor: Actor) -> Request:
    """Confirm the run as the reviewer saw it: every outlier looked at, the same number of lines and the same sum.

    Raises ``Unreviewed``, ``FiguresMoved``.
    """
    run = locked_run(run_id, actor, state=Run.State.DRAFT, verb="确认")
    actor.require(Permission.BILLING_CONFIRM, run.community_id)
    found = review.figures(run)
    if found.unreviewed:
        raise Unreviewed(count=found.unreviewed)
    if (found.lines, found.amount_fen) != (lines, amount_fen):
        raise FiguresMoved(lines=found.lines, amount=yuan_text(found.amount_fen))
    return confirm_run(run_id, actor=actor)


@transaction.atomic
def withdraw_run(run_id: int, *, actor: Actor) -> None:
    """The person who confirmed takes the run back before anybody published it."""
    # the request is locked before its run, as by whoever decides on it
    request = Request.objects.filter(kind=PUBLISH_KIND, subject_id=run_id, state=Request.State.OPEN).first()
    if request is not None:
        approvals.cancel(request.pk, actor=actor)
    else:
        locked_run(run_id, actor, state=Run.State.CONFIRMED, verb="撤回")
