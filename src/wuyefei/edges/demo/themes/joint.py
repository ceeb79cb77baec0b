"""At the old estate: a joint effort with the street office and the residents' committee, in the middle of its work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from wuyefei.collection.followup.public import open_cases
from wuyefei.collection.joint.public import (
    Effort,
    Household,
    Minutes,
    Opening,
    Went,
    Work,
    join,
    met,
    open_effort,
    plan_work,
    show,
    visited,
    work_done,
)
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.concessions.public import GivenUp

from ..scene import Act, Scene

JOINED, OPENED, SHOWN, VISITED, MET, MENDED = 5, 12, 11, 9, 6, 2
"""Households that are in, and days ago on which each thing was done; what falls on a Sunday is done the day before."""
LAMPS = "楼道灯换声控灯"
PARTNERS = "梧桐街道办事处、梧桐巷社区居民委员会"
WENT = (
    ("promised", "居委会和街道同来；说清了账单和电梯、楼道的账，答应月底前缴清", "月底前一次缴清，楼道灯本周修好"),
    ("disputes", "说一楼返水两年没修好，不愿意缴；街道记下返水问题", "先修返水，修好之后分两次缴"),
    ("not_home", "家中无人，居委会留了联系条", ""),
)  # fmt: skip
"""Outcome, what was said, what was agreed, household by household."""
SAID = "住户：返水和楼道灯拖得太久，修好愿意缴。街道：返水管列入老旧小区小修补助。居委会：可以帮忙通知常年不在家的两户。物业：两周内修完，账单逐户核对。"
AGREED = "返水两周内修好；修好后到会两户各分两次缴清；居委会联系不在家的住户"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    manager = scene.crew.get(Role.PROJECT_MANAGER)
    if scene.place.age != "old" or month != scene.calendar.month or month == scene.started or Role.COLLECTOR not in scene.crew:
        return
    if manager is None or not manager.may(Permission.JOINT_MANAGE, scene.community.pk):
        return
    for back, hour, deed in ((OPENED, 9, _open), (SHOWN, 15, _show), (VISITED, 15, _visit), (MET, 15, _meet), (MENDED, 16, _mended)):
        day = scene.calendar.today - DAY * back
        yield Act(scene.calendar.at(day - DAY if day.weekday() == 6 else day, hour, 10), partial(deed, scene))


def _effort(scene: Scene) -> Effort | None:
    return Effort.objects.filter(community_id=scene.community.pk, closed_on__isnull=True).order_by("pk").first()


def _households(effort: Effort) -> list[Household]:
    return list(Household.objects.filter(effort=effort, left_on__isnull=True).order_by("pk"))


def _open(scene: Scene) -> None:
    """Every other one of those who owe most; nobody to whom something was given up."""
    actor, year = scene[Role.PROJECT_MANAGER], clock.today().year
    off = GivenUp.objects.filter(community_id=scene.community.pk).values("receivable__payer_id")
    cases = list(open_cases(actor).filter(community_id=scene.community.pk).exclude(person_id__in=off).order_by("-owed_fen", "pk")[: JOINED * 2])[::2]
    if not cases:
        return
    basis = f"梧桐街办〔{year}〕18 号《老旧小区物业服务矛盾联合化解方案》"
    effort = open_effort(scene.community.pk, Opening("梧桐里欠费联合化解", "mediate", basis, PARTNERS), actor=actor)
    join(effort.pk, [case.pk for case in cases], actor=actor)
    plan_work(effort.pk, "3 幢一楼返水管改造", 18, 640_000, clock.today() + DAY * 24, actor=actor)
    plan_work(effort.pk, LAMPS, 144, 288_000, clock.today() + DAY * 8, actor=actor)
    plan_work(effort.pk, "单元门闭门器更换", 432, 216_000, clock.today() + DAY * 40, actor=actor)


def _show(scene: Scene) -> None:
    effort = _effort(scene)
    if effort is not None:
        show(effort.pk, "residents", "居委会民情专干", ("room", "surname", "reason", "periods"), actor=scene[Role.PROJECT_MANAGER])


def _visit(scene: Scene) -> None:
    effort = _effort(scene)
    owing = set(open_cases(scene[Role.PROJECT_MANAGER]).filter(community_id=scene.community.pk).values_list("pk", flat=True))
    here = [one for one in _households(effort) if one.case_id in owing] if effort else []
    for number, household in enumerate(here[: len(WENT)]):
        outcome, note, agreed = WENT[number]
        with clock.at(clock.now() + dt.timedelta(minutes=20 * number)):
            went = Went(household.pk, clock.now(), 3, ("street", "residents"), outcome, note, agreed)
            visited(household.effort_id, went, actor=scene[Role.PROJECT_MANAGER])


def _meet(scene: Scene) -> None:
    effort = _effort(scene)
    if effort is not None:
        present = tuple(one.pk for one in _households(effort)[:2])
        minutes = Minutes(clock.today(), "社区居民议事厅", ("street", "residents", "owners"), present, SAID, AGREED)
        met(effort.pk, minutes, actor=scene[Role.PROJECT_MANAGER])


def _mended(scene: Scene) -> None:
    effort = _effort(scene)
    row = Work.objects.filter(effort=effort, title=LAMPS).first() if effort else None
    if row is not None:
        work_done(row.pk, "六个单元 36 盏灯全部换好，照片贴在单元门口", actor=scene[Role.PROJECT_MANAGER])
