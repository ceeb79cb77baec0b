"""What owners find on their phones: published quarters, and a question of theirs that waits for an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.db.models import Count, Q, Sum

from wuyefei.estate.people.public import reveal
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.money import allocate
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import Payment
from wuyefei.relations.accounts.public import demo_owner, places
from wuyefei.relations.governance.public import PARTS, Entry, add_file, ask_publish, new_statement, save_draft
from wuyefei.relations.notices.public import Target
from wuyefei.relations.service.public import complain

from .. import dial
from ..scene import Act, Scene

PURPOSE = "演示登录"
QUARTERS = 2
PUBLISHED_AFTER = 12
"""Days after the end of a quarter on which its statement is published."""
SPENT_PERCENT = 96
SERVICES = "电梯半月保养 6 次；消防设施月检 3 次；公共区域日常保洁；绿化修剪 2 次；更换楼道灯 18 盏。"
VOUCHER = "公共电表季末读数照片"
ASKED = ("3 号电梯关门有异响，请安排检查。", "地下车库入口的灯这几天晚上不亮。")


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    now = scene.calendar.month
    if month == now:
        yield Act(scene.calendar.at(scene.calendar.today, 11, 50), partial(_ask, scene))
    back = (now.number - 1) % 3 + 1
    ends = [now.plus(-back - 3 * number) for number in range(QUARTERS)]
    for end in ends:
        if month == end.plus(1) and end.plus(-2) >= scene.started:
            yield Act(scene.calendar.at(month.first + DAY * PUBLISHED_AFTER, 16), partial(_publish, scene, end))


def _pair(scene: Scene) -> tuple[Actor, Actor] | None:
    """Who makes a statement here, and another who approves it."""
    place = scene.community.pk
    makers = [actor for actor in scene.crew.values() if actor.may(Permission.DISCLOSURE_EDIT, place)]
    checkers = [actor for actor in scene.crew.values() if actor.may(Permission.DISCLOSURE_APPROVE, place)]
    return next(((one, two) for one in makers for two in checkers if one.user_id != two.user_id), None)


def _publish(scene: Scene, end: Month) -> None:
    """The quarter that ends with the month, from what came in and how it was spent."""
    pair, first = _pair(scene), end.plus(-2).first
    came = _came_in(scene, first, end.plus(1).first)
    if pair is None or not came:
        return
    maker, checker = pair
    spent = came * SPENT_PERCENT // 100
    shares = allocate(spent, [part.percent for part in PARTS])
    ads = 4200_00 + scene.dice("openness", end).randrange(12) * 150_00
    entries = [
        Entry(False, True, "物业服务费、车位费", came, "本季度实收"),
        *(Entry(False, False, part.name, fen, part.note) for part, fen in zip(PARTS, shares, strict=True)),
        Entry(True, True, "电梯广告、场地租用", ads, "合同已在公告栏公示"),
        Entry(True, False, "补充楼道灯更换", ads // 3, "业主委员会决定"),
    ]
    row = new_statement(scene.community.pk, first, actor=maker)
    save_draft(row.pk, entries, PARTS, SERVICES, actor=maker)
    add_file(row.pk, VOUCHER, dial.picture("04218"), checked=True, actor=maker)
    decide(ask_publish(row.pk, actor=maker).pk, approved=True, actor=checker)


def _came_in(scene: Scene, first: dt.date, after: dt.date) -> int:
    rows = Payment.objects.filter(community_id=scene.community.pk, value_date__gte=first, value_date__lt=after, voided_at__isnull=True)
    return rows.exclude(kind__in=("opening", "offset")).aggregate(sum=Sum("amount_fen"))["sum"] or 0


def _ask(scene: Scene) -> None:
    """One who owes and one who has paid everything ask something; those that had a notice before others."""
    if Role.PROJECT_MANAGER not in scene.crew:
        return
    rows = (
        Receivable.objects.filter(community_id=scene.community.pk, reversed_at__isnull=True, payer__kind="individual")
        .exclude(payer__mobile_mark="").values("payer_id")
        .annotate(open=Count("pk", filter=Q(outstanding_fen__gt=0)), whole=Count("pk"))
    )  # fmt: skip
    told = set(Target.objects.filter(community_id=scene.community.pk).values_list("person_id", flat=True))
    owing = [row["payer_id"] for row in rows if 1 <= row["open"] <= 5 and row["whole"] > row["open"]]
    clear = [row["payer_id"] for row in rows if not row["open"] and row["whole"] > 2]
    for group, words in zip((owing, clear), ASKED, strict=True):
        for person_id in sorted(group, key=lambda one: (one not in told, one))[:1]:
            owner = demo_owner(reveal(person_id, "mobile", PURPOSE, actor=scene.system))
            home = next((place for place in places(owner) if place.person_id == person_id), None)
            if home is not None:
                complain(owner, home, words)
