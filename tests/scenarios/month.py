"""Steps that scenarios share."""

from __future__ import annotations

from tests.world import World
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Run, confirm_run, draft_run


def publish(world: World, month: str) -> Run:
    """Draft, confirm and publish a month by two people."""
    result = draft_run(world.community.pk, Month.parse(month), actor=world["finance"])
    assert result.run is not None
    request = confirm_run(result.run.pk, actor=world["finance"])
    decide(request.pk, approved=True, actor=world["lead"])
    return Run.objects.get(pk=result.run.pk)


def first_finding(world: World) -> str:
    """``check table row`` of the first row that does not hold, or an empty text."""
    finding = run_checks(world.organisation.pk).first
    return f"{finding.check} {finding.table} {finding.row_id}" if finding else ""
