"""Misses found night by night, escalated, answered, explained and closed; the page and its workbook."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import Error, transaction

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.collection.followup.conftest import world as world
from tests.insight.arrears.test_pages_arrears import client, sheet_of, text
from tests.world import World
from wuyefei.collection.followup.models import Case
from wuyefei.collection.followup.public import Log, log
from wuyefei.collection.minimums.models import Answer, Miss, Watched
from wuyefei.collection.minimums.public import MissSettled, answer, watch_all, watch_now
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.relations.contacts.public import Channel, set_wish

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def called(world: World, name: str, on: dt.date, outcome: str = "reached") -> None:
    case = case_of(world, name)
    with clock.at(at(on)):
        log(case.pk, Log(f"k-{case.pk}-{on}", case.acts, Channel.PHONE, outcome, at(on)), actor=world["collector"])


def night(world: World, on: dt.date) -> int:
    with clock.at(at(on, 3, 20)):
        return watch_all(world.organisation.pk)


def be(world: World, name: str, grade: str) -> Case:
    Case.objects.filter(pk=case_of(world, name).pk).update(grade=grade)
    return case_of(world, name)


def open_of(world: World, name: str) -> Miss:
    return Miss.objects.get(case=case_of(world, name), closed_on__isnull=True)


def test_a_miss_is_found_escalated_and_answered(world: World) -> None:
    """Opened on 3 March with two running periods: A, four contacts in thirty days from the 3rd; asked for on 2 April."""
    called(world, "陆小满", MARCH + DAY)
    assert night(world, MARCH) == night(world, MARCH + 29 * DAY) == 0 and Watched.objects.count() == 3
    found = MARCH + 30 * DAY
    assert night(world, found) == 3 and night(world, found) == 3 and Miss.objects.count() == 3
    few, none = open_of(world, "陆小满"), open_of(world, "沈秋白")
    assert (few.why, few.least, few.days, few.done, few.first_on) == ("few", 4, 30, 1, found) and none.why == "none"
    night(world, found + 2 * DAY)
    assert not Miss.objects.filter(escalated_on__isnull=False).exists()
    with clock.at(at(found + 2 * DAY)):
        with pytest.raises(Invalid):
            answer(few.pk, " ", actor=world["collector"])
        answer(few.pk, "本人出差到月底", actor=world["collector"])
    night(world, found + 3 * DAY)
    assert open_of(world, "沈秋白").escalated_on == found + 3 * DAY and open_of(world, "陆小满").escalated_on is None
    with clock.at(at(found + 3 * DAY)):
        home = text(client(world, "manager").get("/"))
        assert "督办：请处理漏联系" in home and "2 户没有达到最低联系次数 · 桂语花园" in home
        assert "督办：请处理漏联系" not in text(client(world, "collector").get("/"))
        with pytest.raises(Forbidden):
            answer(none.pk, "忘了", actor=world["collector"])
        answer(none.pk, "已改派，本周补", actor=world["manager"])
    night(world, found + 9 * DAY)
    assert open_of(world, "陆小满").escalated_on == found + 9 * DAY  # seven days after the answer
    assert Answer.objects.count() == 2 == AuditEntry.objects.filter(action="minimums.answer").count()


def test_a_miss_is_made_up_for(world: World) -> None:
    be(world, "陆小满", "S")
    night(world, MARCH)
    assert night(world, MARCH + 7 * DAY) == 1 and open_of(world, "陆小满").why == "none"
    for turn in (7, 9):
        called(world, "陆小满", MARCH + turn * DAY)
        be(world, "陆小满", "S")
    assert night(world, MARCH + 10 * DAY) == 0
    row = Miss.objects.get()
    assert (row.ending, row.closed_on) == ("met", MARCH + 10 * DAY)
    with pytest.raises(Error, match="frozen"), transaction.atomic():
        Miss.objects.update(first_on=MARCH)


def test_what_the_law_does_not_allow_is_not_asked_for(world: World) -> None:
    """S asks for two in seven days; who has refused WeChat and SMS may be called, and whose number is wrong not even that."""
    be(world, "陆小满", "S")
    night(world, MARCH)
    for way in ("phone", "wechat", "sms"):
        set_wish(world.people["陆小满"].pk, way, "refused", "来电", actor=world["manager"])
    assert night(world, MARCH + 7 * DAY) == 1
    row = open_of(world, "陆小满")
    assert (row.why, row.allowed, row.done) == ("law", 0, 0)
    night(world, MARCH + 20 * DAY)
    assert open_of(world, "陆小满").escalated_on is None
    with clock.at(at(MARCH + 20 * DAY)), pytest.raises(MissSettled):
        answer(row.pk, "法律", actor=world["manager"])
    assert not Answer.objects.exists()


def test_a_hold_explains_and_the_days_begin_anew(world: World) -> None:
    case = be(world, "陆小满", "S")
    Case.objects.filter(pk=case.pk).update(next_kind="dispute")
    night(world, MARCH)
    assert night(world, MARCH + 7 * DAY) == 1 and open_of(world, "陆小满").why == "hold"
    Case.objects.filter(pk=case.pk).update(next_kind="contact")
    assert night(world, MARCH + 8 * DAY) == 0 and Miss.objects.get().ending == "anew"
    assert night(world, MARCH + 13 * DAY) == 0 and night(world, MARCH + 14 * DAY) == 1


def test_a_new_grade_is_asked_for_from_that_day(world: World) -> None:
    night(world, MARCH)
    be(world, "沈秋白", "S")
    assert night(world, MARCH + 20 * DAY) == 0 and night(world, MARCH + 26 * DAY) == 0
    assert night(world, MARCH + 27 * DAY) == 1
    Case.objects.filter(person=world.people["沈秋白"]).update(closed_on=MARCH + 27 * DAY)
    night(world, MARCH + 28 * DAY)
    assert Miss.objects.get(case__person=world.people["沈秋白"]).ending == "closed"


def test_the_page(world: World) -> None:
    be(world, "陆小满", "S")
    night(world, MARCH)
    with clock.at(at(MARCH + 7 * DAY)):
        page, boss = client(world, "collector"), client(world, "manager")
        assert boss.post("/minimums/run", {"community": world.community.pk}).status_code == 302
        shown = text(page.get("/minimums/"))
        assert "待补联系 1" in shown and "7 天内没有联系过，应联系 2 次" in shown and "0 / 2" in shown and "每 30 天至少 4 次" in shown
        case, row = case_of(world, "陆小满"), Miss.objects.get()
        assert "没有联系过 · 7 天内没有联系过" in text(page.get(f"/followup/cases/{case.pk}"))
        assert "没有符合筛选的" in text(page.get("/minimums/", {"q": "没有这户"})) and page.post("/minimums/run", {"community": world.community.pk}).status_code == 403
        page.post(f"/minimums/{row.pk}/answer", {"reason": "住院", "state": "open"})
        shown = text(page.get("/minimums/"))
        assert "已说明 1" in shown and "住院 · collector甲" in shown
        rows = sheet_of(boss.get("/minimums/export").content)
        assert rows[1][1:9] == ["1-1-101", "陆小满", 800.0, "S", 7.0, 2.0, 0.0, "7 天内没有联系过，应联系 2 次"]
        with pytest.raises(NotFound):
            watch_now(world.other_community.pk, actor=world["manager"])
    assert client(world, "outsider").post(f"/minimums/{row.pk}/answer", {"reason": "x"}).status_code in (403, 404)
