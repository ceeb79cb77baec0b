"""The last weeks are sampled and compared with their slips, the last months' stubs are checked, and the firm's control points are
tested: one is overdue, one was not passed, and the latest sample is still to be finished."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.money.control.public import (
    ControlPoint,
    Draw,
    Mismatch,
    PointDraft,
    check,
    draw,
    month_stubs,
    note_test,
    register_control,
    settle,
    tick,
)

from ..scene import Act, Scene

WEEKS, STUB_MONTHS, POINT_MONTHS = 6, 6, 4
DIFFERS = 0.06
FIRST_PLACES = ("LX", "QH")
"""Where the whole firm's control points are registered and tested: once a firm."""
SHORT = "LX"
"""The place where a stub was missing when they were counted."""
LATE = "YS"
"""The place whose latest stubs nobody has checked yet."""
POINTS: tuple[tuple[str, str, str, str, Role, tuple[int, ...]], ...] = (
    ("receiving", "收款人名单", "只有登记在册的收银员能收款；离岗当天停用", "quarter", Role.FINANCE, (20,)),
    ("receiving", "收款二维码巡查", "前台只张贴公司商户码，每周巡查一次", "week", Role.CASHIER, (30, 23, 16, 9, 3)),
    ("handover", "交班现金", "每班点数交接，长短款当天说明并复核", "month", Role.CASHIER, (75, 45, 14)),
    ("handover", "次日缴存", "现金次日缴存银行，缴款单附银行回单", "month", Role.FINANCE, (70, 50)),
    ("documents", "收据领用与存根", "号码连续，作废写明原因，存根按月归档", "month", Role.FINANCE, (66, 36, 8)),
    ("rights", "系统权限清理", "每季核对角色与在岗名单，多余权限当天收回", "quarter", Role.FINANCE, (40,)),
    ("rights", "动态码", "财务与审批岗位都绑定动态码", "half", Role.FINANCE, (60,)),
    ("exceptions", "减免与作废复核", "减免、作废、退款都由第二人复核，抽 10 笔看依据", "quarter", Role.FINANCE, (25,)),
)
"""Kind, name, standard, frequency, owner, and how many days ago each was tested."""
FAILED = ("系统权限清理", 40)


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    calendar = scene.calendar
    if scene.place.prefix in FIRST_PLACES:
        yield from _points(scene, month)
    if not scene.place.desk or scene.started >= month:
        return
    for number in range(1, month.days + 1):
        monday = month.day(number)
        if monday.weekday() == 0 and dt.timedelta(0) <= calendar.today - monday <= dt.timedelta(weeks=WEEKS):
            yield Act(calendar.at(monday, 9, 30), partial(draw, scene.community.pk, monday - DAY, actor=scene.system))
            yield Act(calendar.at(monday + DAY, 15), partial(_compare, scene, monday))
            yield Act(calendar.at(monday + 3 * DAY, 16), partial(_close, scene))
    before = month.plus(-1)
    if before >= scene.started and calendar.month.index - before.index <= STUB_MONTHS:
        yield Act(calendar.at(month.day(6), 16), partial(_stubs, scene, before))


def _compare(scene: Scene, monday: dt.date) -> None:
    """All of the week but the last of the latest one."""
    row = Draw.objects.get(community=scene.community, week=monday - 7 * DAY)
    latest = scene.calendar.today - monday < dt.timedelta(days=7)
    drawn = list(row.items.select_related("payment").order_by("rank"))
    for item in drawn[:-1] if latest else drawn:
        if scene.dice("slip", monday, item.rank).random() < DIFFERS:
            check(item.pk, "differs", actor=scene[Role.FINANCE], slip_fen=None, reason="底单没有业主签字，已请收银员补签")
        else:
            check(item.pk, "agrees", actor=scene[Role.FINANCE], slip_fen=item.payment.amount_fen)


def _close(scene: Scene) -> None:
    """The lead looks into what was found; the latest of a place is left open."""
    rows = Mismatch.objects.filter(community=scene.community, closed_at__isnull=True).order_by("-pk")[1:]
    for row in rows:
        settle(row.pk, "已找到底单，业主补签，金额无误", actor=scene[Role.FINANCE_LEAD])


def _stubs(scene: Scene, month: Month) -> None:
    latest = month == scene.calendar.month.plus(-1)
    if latest and scene.place.prefix == LATE:
        return
    finance = scene[Role.FINANCE]
    receipts = month_stubs(finance, scene.community.pk, month).facts.receipts
    short = latest and scene.place.prefix == SHORT and receipts > 0
    tick(scene.community.pk, month, receipts - short, actor=finance, note="有一张存根没装订，正在找" if short else "")


def _points(scene: Scene, month: Month) -> Iterator[Act]:
    since = max(scene.calendar.month.plus(-POINT_MONTHS), scene.started)
    if month == since:
        yield Act(scene.calendar.at(since.first, 10), partial(_register, scene))
    for _kind, title, _standard, _every, _owner, days in POINTS:
        for back in days:
            day = scene.calendar.today - back * DAY
            if Month.of(day) == month and day > since.first:
                yield Act(scene.calendar.at(day, 14), partial(_test, scene, title, back))


def _register(scene: Scene) -> None:
    for kind, title, standard, every, owner, _days in POINTS:
        register_control(PointDraft(kind, title, standard, every, scene[owner].user_id), actor=scene[Role.FINANCE_LEAD])


def _test(scene: Scene, title: str, back: int) -> None:
    """By the auditor where there is one, or else the lead."""
    row = ControlPoint.objects.get(organisation_id=scene.community.organisation_id, title=title)
    tester = scene.crew.get(Role.AUDITOR) or scene[Role.FINANCE_LEAD]
    assert tester.may(Permission.CONTROL_TEST)
    passed = (title, back) != FAILED
    evidence = "抽看 5 份，都符合标准，清单在财务内控夹" if passed else "一名调岗收银员的收款权限晚停了 3 天，已停用"
    note_test(row.pk, scene.calendar.today - back * DAY, passed, evidence, actor=tester)
