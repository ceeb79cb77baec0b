"""Who is followed up: classes worked out month by month, cases of the last weeks, calls, promises kept and broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from wuyefei.collection.followup.public import (
    Case,
    Log,
    assign,
    attach,
    draft_now,
    grant_lane,
    log,
    open_cases,
    overdue_bills,
    reckon,
    save_script,
)
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.insight.risk.public import reckon as reckon_classes
from wuyefei.relations.contacts.public import Channel

from .. import voice
from ..scene import Act, Scene

LOOKED_BACK, EACH_DAY = 14, 3
TOLD = (
    ("promised", "forgot", "忘了，答应这几天缴"), ("no_answer", "", ""), ("reached", "service", "说电梯常停，已记下转管家"),
    ("promised", "hardship", "这个月手头紧，发工资就缴"), ("reached", "away", "人在外地，请家里人办"), ("claims_paid", "", "说已经转账，请发回单核对"),
    ("no_answer", "", ""), ("hardship", "hardship", "刚换工作，想分三个月缴"),
)  # fmt: skip
WARMER = (
    "{称呼}您好，我是{企业}的{同事}，上次您反映的事我们在跟，谢谢您。",
    "{房号}有 {期数} 期一共 {金额} 元还没有缴，最早一期到期 {天数} 天。",
    "您看这周方便缴吗？有困难的话，我帮您申请分期。",
)


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    last = min(month.last, today)
    yield Act(at(last, 2, 20), partial(reckon_classes, scene.community.pk, last))
    if month != scene.calendar.month or Role.COLLECTOR not in scene.crew:
        return
    for back in range(LOOKED_BACK, -1, -1):
        day = today - DAY * back
        yield Act(at(day, 2, 40), partial(reckon, scene.community.pk, day))
        if back and day.weekday() < 6:
            for number in range(EACH_DAY):
                yield Act(at(day, 10 + 3 * number, 15), partial(_call, scene, back * EACH_DAY + number))
    yield Act(at(today, 9), partial(_shared, scene))


def _call(scene: Scene, number: int) -> None:
    """The collector takes the next one of the day."""
    actor, today = scene[Role.COLLECTOR], clock.today()
    case = open_cases(actor).filter(community_id=scene.community.pk, next_on__lte=today, next_channel="phone").order_by("next_rank", "-owed_fen", "-pk").first()
    if case is None:
        return
    outcome, reason, note = TOLD[number % len(TOLD)]
    owed = promisable(case, actor) if outcome == "promised" else 0
    if outcome == "promised" and not owed:
        outcome = "reached"
    entry = Log(
        f"demo-{scene.community.pk}-{number}", case.acts, Channel.PHONE, outcome, clock.now(), reason, note,
        promise_fen=owed or None, promise_on=today + dt.timedelta(days=3 + number % 9) if owed else None,
    )  # fmt: skip
    act = log(case.pk, entry, actor=actor).act
    if outcome == "claims_paid":
        attach(act.pk, voice.note(), actor=actor)


def promisable(case: Case, actor: Actor) -> int:
    """What is still owed of what the case says: a part may have been paid since this morning."""
    asked, _disputed = overdue_bills(actor, case.person_id, clock.today())
    return min(case.owed_fen, sum(bill.total_fen for bill in asked))


def _shared(scene: Scene) -> None:
    """The manager gives some cases to the collector, grants a green lane, writes a warmer script and drafts the day."""
    manager, collector = scene.crew.get(Role.PROJECT_MANAGER), scene[Role.COLLECTOR]
    if manager is None or not manager.may(Permission.FOLLOW_MANAGE, scene.community.pk):
        return
    rows = list(Case.objects.filter(community_id=scene.community.pk, closed_on__isnull=True).order_by("next_rank", "-owed_fen", "-pk")[:12])
    if len(rows) > 3:
        assign([row.pk for row in rows[:8]], collector.user_id, actor=manager)
        grant_lane(rows[-1].pk, "多年准时缴费，家人住院，暂时周转", actor=manager)
    if Permission.FOLLOW_MANAGE in manager.wide:
        save_script("value", WARMER, actor=manager)
    draft_now(scene.community.pk, actor=manager)
