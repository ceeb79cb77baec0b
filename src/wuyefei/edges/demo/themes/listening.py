"""What payers say against a bill and what was done about it; what others charge; the cadence of a place in versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

from wuyefei.collection.followup.public import DEFAULT, Case, Step, drop, reckon, release, save_policy
from wuyefei.collection.objections.public import Kind, Remedy, Talked, add_comparable, object_
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.relations.service.public import answer

from .. import cast
from ..scene import Act, Scene

TALKS: tuple[tuple[int, Kind, Remedy, str, str, str, str], ...] = (
    (46, Kind.SERVICE, Remedy.RECORD, "说楼道两周没拖，垃圾桶旁有异味", "换了我也不舒服，谢谢您告诉我们", "出示保洁记录：上月有三天人手不足，已补齐", "每周二、五加拖一次，拍照给您"),
    (46, Kind.PRICE, Remedy.COMPARE, "觉得比旁边小区贵", "每一块钱都该花得明白", "两处服务等级和电梯数不同，给看了可比小区价格和支出构成", "看完同意缴，要一份构成表"),
    (45, Kind.AWAY, Remedy.RECORD, "一年住不到两个月，不想全缴", "空着还要缴，心里不平衡能理解", "公共部位的保洁、秩序、设备不因一户空置而停；给看了服务记录", "同意分两次缴清"),
    (45, Kind.HARDSHIP, Remedy.NONE, "这个月要给孩子缴学费", "先顾孩子是应该的", "说明了分期的办法，不需要材料也能先约日子", "约了发工资那天缴"),
    (44, Kind.SERVICE, Remedy.RECORD, "说保安晚上睡岗", "夜里安全最要紧", "给看了巡更打点记录，核实有一晚漏打，已处理", "认可处理，先缴一季"),
    (12, Kind.PRICE, Remedy.COMPARE, "去年涨的价没听说", "没通知到是我们的不对", "给看了表决公示和会议纪要", "要和家里商量"),
    (8, Kind.CONTRACT, Remedy.NONE, "合同里没看到违约金", "条款确实不好找", "翻到第十七条，逐句念给他听", "自己再看一遍"),
    (3, Kind.AWAY, Remedy.RECORD, "房子在装修没人住", "装修期间两头花钱不容易", "说明装修期间照常服务，给看了出入登记", "下周缴"),
    (1, Kind.SERVICE, Remedy.ORDER, "电梯里的灯一直闪，报修两次没人管", "老人坐电梯害怕，是该急", "马上报工程，查两次报修为什么没人接", "修好给您回话，再谈缴费"),
    (1, Kind.HARDSHIP, Remedy.INSTALMENT, "爱人住院，一次拿不出来", "家里有事我们一起想办法", "可以分六期，违约金看情况减", "明天带材料来前台"),
    (0, Kind.POLICY, Remedy.ORDER, "说公共收益应该抵物业费", "大家的收益大家关心，问得对", "公共收益怎么用由业主共同决定，给看了上季公示", "要书面答复"),
)  # fmt: skip
"""Days ago, the kind, the remedy, and the four steps in words."""
NEARBY = ((Decimal("2.70"), "云栖苑", "小区公示栏照片"), (Decimal("3.05"), "滨江名邸", "住建局服务费公示"), (Decimal("2.55"), "枫林小筑", "业主群里的缴费单"))
ANSWERED = "已派工程师傅今天下午上门，换整组灯管并查线路；修好当晚给您回话。"
CADENCE_FROM, CADENCE_LATER = 60, 7


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    manager = scene.crew.get(Role.PROJECT_MANAGER)
    if Role.COLLECTOR not in scene.crew or manager is None or not manager.may(Permission.FOLLOW_MANAGE, scene.community.pk) or not scene.place.desk:
        return
    if month == scene.started:
        return
    first = scene.place.prefix == cast.GROUP.places[0].prefix
    turn = sum(map(ord, scene.place.prefix)) % SHARED
    for number, (back, *_) in enumerate(TALKS):
        day = today - DAY * back
        if Month.of(day) == month and (first or number % SHARED == turn):
            if back > LOOKED_BACK:
                yield Act(at(day, 2, 40), partial(reckon, scene.community.pk, day))
            yield Act(at(day, 14, number), partial(_talk, scene, number))
    for back, deed in (*(((CADENCE_FROM, _cadence), (0, _coming)) if first else ()), (50, _nearby), (0, _work)):
        if Month.of(today - DAY * back) == month:
            yield Act(at(today - DAY * back, 16, 30), partial(deed, scene))


LOOKED_BACK, SHARED = 14, 4
"""Within these days the cases are worked out every day anyway; of the talks a place but the first has one in four."""


def _talk(scene: Scene, number: int) -> None:
    """The collector talks one of the open cases through; what opened a work order is answered by the manager."""
    back, kind, remedy, heard, felt, clarified, agreed = TALKS[number]
    cases = list(Case.objects.filter(community_id=scene.community.pk, closed_on__isnull=True, opened_on__lte=clock.today()).order_by("owed_fen", "pk")[:40])
    if not cases:
        return
    case = cases[scene.dice("talk", number).randrange(len(cases))]
    key = f"demo-talk-{scene.community.pk}-{number}"
    talked = Talked(key, kind, heard, felt, clarified, agreed, remedy, months=6 if remedy == Remedy.INSTALMENT else None)
    made = object_(case.pk, talked, actor=scene[Role.COLLECTOR])
    if kind == Kind.SERVICE and made.ticket_id is not None:
        answer(made.ticket_id, ANSWERED, actor=scene[Role.PROJECT_MANAGER])


def _nearby(scene: Scene) -> None:
    for price, name, source in NEARBY:
        add_comparable(scene.community.pk, name, price, source, clock.today() - dt.timedelta(days=20), actor=scene[Role.PROJECT_MANAGER])


def _cadence(scene: Scene) -> None:
    """What counts as large is set to the place's own bills."""
    policy = replace(DEFAULT, large_fen=300_000)
    save_policy(scene.community.pk, "household", policy, clock.today(), "本小区单期金额小，3,000 元以上就按大额跟", actor=scene[Role.PROJECT_MANAGER])


def _coming(scene: Scene) -> None:
    """A cadence that holds from next week on."""
    policy = replace(DEFAULT, large_fen=250_000, many=3)
    since = clock.today() + dt.timedelta(days=CADENCE_LATER)
    save_policy(scene.community.pk, "household", policy, since, "年底集中催缴前，两期改三期再上门，先打电话", actor=scene[Role.PROJECT_MANAGER])


def _work(scene: Scene) -> None:
    """Of the day's drafts some go out and one is left for another day."""
    drafts = list(Step.objects.filter(community_id=scene.community.pk, state="draft").order_by("rank", "pk").values_list("pk", flat=True))
    if len(drafts) > 3:
        release(drafts[:3], actor=scene[Role.PROJECT_MANAGER])
        drop(drafts[3:4], "昨晚刚来过电话，约了明天", actor=scene[Role.PROJECT_MANAGER])
