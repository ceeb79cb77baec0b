"""The rounds of the place: every month's sheet of them, and today's on the phone, one with something wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from wuyefei.estate.properties.public import buildings
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.relations.service.public import Inspection, Result, Round, Sort, inspect, take_sheet, tickets

from ..scene import Act, Scene

WEEK = 7
INSIDE = (("大堂与楼道", "保洁", "9:10"), ("电梯机房", "设施设备", "9:40"), ("消火栓与通道", "消防", "10:10"))
"""What is looked at in every building once a week."""
COMMON = (("南门岗", "秩序", "20:30"), ("中心花园", "绿化", "8:20"), ("地下车库", "设施设备", "14:30"))
WRONG = {"电梯机房": "机房温度偏高，已开排风并报维保", "大堂与楼道": "三层楼道灯不亮，已换", "地下车库": "一号坡道排水沟堵，已清", "消火栓与通道": "五层通道堆放纸箱，已请住户清走"}
WALKERS = ("阮知秋", "方小棠", "葛大川")
ONE_IN = 23
"""So many looks for one that finds something."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    manager, today = scene.crew.get(Role.PROJECT_MANAGER), scene.calendar.today
    if manager is None or not manager.may(Permission.SERVICE_HANDLE, scene.community.pk):
        return
    last = min(month.last, today - DAY)
    if last >= month.first:
        yield Act(scene.calendar.at(last, 22, 40), partial(_sheet, scene, month.first, last))
    if month == scene.calendar.month:
        yield Act(scene.calendar.at(today, 9, 50), partial(_today, scene))


def _sheet(scene: Scene, first: dt.date, last: dt.date) -> None:
    """The month's looks as they were ticked on paper: every building and every common point once a week."""
    names = [row.name for row in buildings(scene[Role.PROJECT_MANAGER]).filter(community=scene.community).order_by("sort_key")]
    spots = [*((name, *one) for name in names for one in INSIDE), *(("", *one) for one in COMMON)]
    rows = []
    for number in range((last - first).days + 1):
        day = first + DAY * number
        for turn, (building, point, sort, time) in enumerate(spots):
            if (day.toordinal() + turn) % WEEK:
                continue
            wrong = point in WRONG and (day.toordinal() // WEEK + turn * 5) % ONE_IN == 0
            rows.append({
                "日期": str(day), "时间": time, "楼栋": building, "点位": point, "类别": sort, "巡检人": WALKERS[turn % len(WALKERS)],
                "结果": "有问题" if wrong else "正常", "情况": WRONG[point] if wrong else "",
            })  # fmt: skip
    if rows:
        refused, _written, _known = take_sheet(scene.community.pk, rows, actor=scene[Role.PROJECT_MANAGER])
        assert not refused, refused[0]


def _today(scene: Scene) -> None:
    """This morning's, by hand; what is wrong goes to the work order that asks for it, where there is one."""
    manager, now = scene[Role.PROJECT_MANAGER], clock.now().replace(second=0, microsecond=0)
    house = buildings(manager).filter(community=scene.community).order_by("sort_key").first()
    spot = house.pk if house else None
    order = tickets(manager).filter(community=scene.community, kind="complaint", closed_at__isnull=True).order_by("-pk").first()
    looks = (
        Round(spot, "大堂与楼道", Sort.CLEANING, now, manager.name, Result.FINE),
        Round(spot, "门禁", Sort.ORDER, now, manager.name, Result.WRONG, "读卡头松动，已贴提示，约师傅下午来"),
    )  # fmt: skip
    for one in looks:
        if not Inspection.objects.filter(community=scene.community, point=one.point, at=one.at).exists():
            inspect(scene.community.pk, one, ticket_id=order.pk if order and one.result is Result.WRONG else None, actor=manager)
