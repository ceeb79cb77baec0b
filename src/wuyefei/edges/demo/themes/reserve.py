"""The bad-debt reserve is run on the twelfth after each of the last quarters and approved two days later; of the latest, one place
waits for its second person and another for its large debts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.reserve.public import Quarter, Run, Single, assess, draft_run, submit

from ..scene import Act, Scene

QUARTERS = 5
"""How many of the latest quarters are run."""
WAITS, UNFINISHED = "WT", "QH"
SHARES = (100, 50, 70)
"""Per cent of a large debt that is thought lost, by dice."""
GROUNDS = ("商铺停业，联系不上", "欠费纠纷诉讼中，有房产可执行", "已答应分期，前两期按时")
PLANS = ("查被执行人名单，准备起诉", "等判决后申请执行", "按月跟进分期，断一期即起诉")


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    calendar = scene.calendar
    if month.number % 3 != 1 or calendar.month.index - month.index >= 3 * QUARTERS or month.plus(-3) < scene.started:
        return
    quarter = Quarter.of(month.plus(-1).first)
    yield Act(calendar.at(month.day(12), 10), partial(_draft, scene, quarter))
    yield Act(calendar.at(month.day(14), 15), partial(_finish, scene, quarter))


def _draft(scene: Scene, quarter: Quarter) -> None:
    draft_run(scene.community.pk, quarter, actor=scene[Role.FINANCE])


def _finish(scene: Scene, quarter: Quarter) -> None:
    run = Run.objects.get(community=scene.community, as_of=quarter.last, state=Run.State.DRAFT)
    latest = quarter.plus(1) == Quarter.of(scene.calendar.today)
    if latest and scene.place.prefix == UNFINISHED:
        return
    for single in Single.objects.filter(run=run).order_by("pk"):
        turn = scene.dice("reserve", single.payer_id).randrange(len(SHARES))
        assess(run.pk, single.pk, single.outstanding_fen * SHARES[turn] // 100, GROUNDS[turn], PLANS[turn], actor=scene[Role.FINANCE])
    request = submit(run.pk, actor=scene[Role.FINANCE])
    if not (latest and scene.place.prefix == WAITS):
        decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
