"""What owners say of the service: the quarters' waves, and work orders rated after they were closed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.db.models import Count

from wuyefei.estate.people.public import reveal
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.accounts.public import Owner, Place, demo_owner, places
from wuyefei.relations.service.public import answer, close, complain
from wuyefei.relations.surveys.public import Said, answer_wave, answers, handle, open_wave, rate_ticket

from ..scene import Act, Scene

PURPOSE = "演示登录"
QUARTERS = 2
WAVE_ANSWERS, TICKETS = 16, 7
SCORES = (5, 5, 4, 4, 4, 5, 3, 4, 5, 2, 4, 5, 3, 4, 1, 5)
WORDS = {
    1: "楼道灯坏了两周没人修", 2: "车库的积水每次下雨都有", 3: "保洁还行，绿化少了点", 5: "师傅来得快，态度也好",
}  # fmt: skip
ASKED = ("单元门禁刷卡没反应", "楼道灯不亮", "电梯按键失灵", "地库漏水", "快递柜门打不开", "垃圾桶满了没清", "楼上装修太早开工")
ANSWERED = "已派师傅处理，当天修好。"
CALLED = "电话里道了歉，已安排本周内修好，修好后再回话。"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    now, at, today = scene.calendar.month, scene.calendar.at, scene.calendar.today
    manager = scene.crew.get(Role.PROJECT_MANAGER)
    if manager is None or not manager.may(Permission.SURVEY_WORK, scene.community.pk) or not scene.place.desk:
        return
    last = now.plus(-(now.number % 3) or -3)
    for number in range(QUARTERS):
        held = last.plus(-3 * number)
        if month == held and held.plus(-2) >= scene.started:
            yield Act(at(held.first + DAY * 4, 9), partial(_wave, scene, number))
    if month == now and scene.started < now:
        yield Act(at(today, 9, 40), partial(_tickets, scene))


def _owners(scene: Scene, many: int, skip: int = 0) -> list[tuple[Owner, Place]]:
    """Owners with a mobile, and a place of theirs here."""
    rows = Receivable.objects.filter(community_id=scene.community.pk, reversed_at__isnull=True, payer__kind="individual")
    ids = rows.exclude(payer__mobile_mark="").values("payer_id").annotate(n=Count("pk")).order_by("payer_id").values_list("payer_id", flat=True)
    found = []
    for person_id in ids[skip : skip + many]:
        owner = demo_owner(reveal(person_id, "mobile", PURPOSE, actor=scene.system))
        home = next((place for place in places(owner) if place.person_id == person_id), None)
        if home is not None:
            found.append((owner, home))
    return found


def _wave(scene: Scene, number: int) -> None:
    """The manager opens it; a part of the owners answers at once, some of them without a name."""
    open_wave(scene.community.pk, actor=scene[Role.PROJECT_MANAGER])
    for turn, (owner, home) in enumerate(_owners(scene, WAVE_ANSWERS)):
        score = SCORES[(turn + 3 * number) % len(SCORES)]
        answer_wave(owner, home, Said(score, WORDS.get(score, ""), anonymous=turn % 4 == 3))


def _tickets(scene: Scene) -> None:
    """Work orders asked, answered, closed and rated; one of the low ones is called back, the others wait."""
    manager = scene[Role.PROJECT_MANAGER]
    for turn, (owner, home) in enumerate(_owners(scene, TICKETS, WAVE_ANSWERS)):
        made = complain(owner, home, ASKED[turn % len(ASKED)])
        answer(made.pk, ANSWERED, actor=manager)
        close(made.pk, "upheld", actor=manager)
        score = (5, 4, 5, 2, 4, 1, 3)[turn % TICKETS]
        if turn != TICKETS - 1:
            rate_ticket(owner, home, made.token, Said(score, WORDS.get(score, ""), about_keeper=score == 1))
    waiting = answers(manager).filter(call=True, handled_at__isnull=True, community_id=scene.community.pk).order_by("pk").first()
    if waiting is not None:
        handle(waiting.pk, CALLED, actor=manager)
