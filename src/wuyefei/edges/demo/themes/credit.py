"""Owners' credit: rated month by month; today objections open and answered, free services, one who opted out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wuyefei.estate.occupancy.public import ties_of_person
from wuyefei.estate.people.public import reveal
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.insight.credit.public import (
    Rating,
    assign,
    decide,
    give_free,
    note_choice,
    object_for,
    object_own,
    ratings,
    reckon,
)
from wuyefei.relations.accounts.public import demo_owner, places

from ..scene import Act, Scene

PURPOSE = "演示登录"
FREE = ("空调滤网清洗", "门锁上油", "水龙头检修")
SAID = ("六月那笔是银行转账，两天后才到账，不应算晚缴。", "去年住院三个月，请看看能不能不算。", "催了这么多次，有几次是打错了电话。")
ANSWERS = (("", "逐笔核对过：六月的款是到期后 11 天到账，按规则算晚缴。已告知可以办银行代扣。"), ("better", "核对了出院小结，那三期按有困难看，更正一级。"))


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    last = min(month.last, today)
    yield Act(at(last, 2, 30), partial(reckon, scene.community.pk, last))
    if month == scene.calendar.month:
        yield Act(at(today - DAY if today.day > 1 else today, 10, 40), partial(_answered, scene))
        yield Act(at(today, 11, 20), partial(_asked, scene))


def _rated(scene: Scene, letters: str) -> list[Rating]:
    rows = ratings(scene.system).filter(community_id=scene.community.pk, letter__in=list(letters), out=False)
    return list(rows.select_related("person").order_by("-points", "person__pinyin", "pk"))


def _answered(scene: Scene) -> None:
    """Two objections that a person has answered, the services given so far, one owner who does not want to be rated."""
    place = scene.community.pk
    worker = next((one for one in scene.crew.values() if one.may(Permission.CREDIT_WORK, place)), None)
    reviewer = next((one for one in scene.crew.values() if one.may(Permission.CREDIT_REVIEW, place)), None)
    if worker is None or reviewer is None:
        return
    for row, (way, answer), said in zip(_rated(scene, "CD"), ANSWERS, SAID, strict=False):
        review = object_for(row.person_id, said, actor=worker)
        assign(review.pk, reviewer.user_id, actor=reviewer)
        decide(review.pk, chr(ord(row.letter) - 1) if way else "", answer, actor=reviewer)
    for row, what in zip(_rated(scene, "AB"), FREE, strict=False):
        home = next((tie.property_id for tie in ties_of_person(scene.system, row.person_id) if tie.ends_on is None), None)
        if home is not None:
            give_free(row.person_id, home, what, actor=worker)
    if len(_rated(scene, "B")) > 3:
        note_choice(_rated(scene, "B")[-1].person_id, True, "本人到前台填写的申请", actor=worker)


def _asked(scene: Scene) -> None:
    """An owner objects on the phone; it waits for a person to be named."""
    for row in _rated(scene, "CB")[-12:]:
        if not row.person.mobile_mark:
            continue
        owner = demo_owner(reveal(row.person_id, "mobile", PURPOSE, actor=scene.system))
        home = next((one for one in places(owner) if one.person_id == row.person_id and one.own), None)
        if home is not None:
            object_own(owner, home, SAID[2])
            return
