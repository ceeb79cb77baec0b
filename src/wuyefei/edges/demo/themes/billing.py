"""The first of a month: income is released, the month billed, and a second person publishes it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.billing.public import confirm_run, draft_run, release_income

from ..scene import Act, Scene


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    first = scene.calendar.at(month.first, 8)
    yield Act(first, partial(release_income, scene.community.pk, month, actor=scene[Role.FINANCE]))
    if scene.bills_in(month):
        yield Act(first, partial(_publish, scene, month))


def _publish(scene: Scene, month: Month) -> None:
    result = draft_run(scene.community.pk, month, actor=scene[Role.FINANCE])
    if result.run is not None:
        request = confirm_run(result.run.pk, actor=scene[Role.FINANCE])
        decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
