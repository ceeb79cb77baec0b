"""Owners answer with one tap; small groups, anonymous households and complaints of a keeper are kept from the wrong eyes."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from tests.money.cashdesk.test_pages import client_of
from tests.relations.owners import LU, SHEN, TODAY, Town, owner, phone, place
from wuyefei.estate.properties.public import Building
from wuyefei.foundation.access.models import User
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.relations.service.public import answer, close, complain, withdraw
from wuyefei.relations.surveys import queries
from wuyefei.relations.surveys.models import Answer, Wave
from wuyefei.relations.surveys.public import (
    Said,
    answer_wave,
    answers,
    asked,
    handle,
    open_due_waves,
    open_wave,
    rate_ticket,
)
from wuyefei.relations.surveys.rules import AlreadyAnswered, NotToHandle, TooLate, WaveThere

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)


def closed_ticket(town: Town) -> str:
    made = complain(owner(town, LU), place(town, LU, "1-1-101"), "门禁坏了")
    answer(made.pk, "修好了", actor=town.world["manager"])
    close(made.pk, "upheld", actor=town.world["manager"])
    return made.token


def given(town: Town, *scores: int, keeper: User | None = None, quarter: dt.date = FIRST) -> None:
    """Answers of other homes to the community's wave of a quarter."""
    world = town.world
    wave, _made = Wave.objects.get_or_create(
        community=world.community, quarter=quarter,
        defaults={"organisation": world.organisation, "opens_on": quarter, "closes_on": quarter, "made_by_id": world["manager"].user_id, "made_at": clock.now()},
    )  # fmt: skip
    for score in scores:
        Answer.objects.create(
            organisation=world.organisation, community=world.community, kind="wave", wave=wave, mark=f"{wave.pk}-{Answer.objects.count()}",
            score=score, quarter=quarter, at=clock.now(), keeper=keeper,
        )  # fmt: skip


def test_a_closed_work_order_is_rated_with_one_tap(town: Town) -> None:
    token = closed_ticket(town)
    client, path = phone(town, LU), f"/h5/p/{place(town, LU, '1-1-101').token}/requests/{token}"
    page = client.get(path).content.decode()
    assert "这件事办得怎么样" in page and page.count('name="score"') == 5
    assert client.post(f"{path}/rate", {"score": "9"}).status_code == 422 and not Answer.objects.exists()
    assert client.post(f"{path}/rate", {"score": "2", "text": "等了三天"}).headers["Location"] == path
    row = Answer.objects.get()
    assert (row.score, row.text, row.call, row.quarter) == (2, "等了三天", True, FIRST)
    assert "您评了 2 分" in client.get(path).content.decode()
    client.post(f"{path}/rate", {"score": "5"})
    assert Answer.objects.get().score == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(pk=row.pk).update(score=5)
    assert phone(town, SHEN).post(f"{path}/rate", {"score": "1"}).status_code == 404


def test_what_cannot_be_rated(town: Town) -> None:
    me, home = owner(town, LU), place(town, LU, "1-1-101")
    taken_back = withdraw(me, home, complain(me, home, "算了").token)
    waiting = complain(me, home, "还没办")
    late = closed_ticket(town)
    for token in (taken_back.token, waiting.token):
        with pytest.raises(TooLate):
            rate_ticket(me, home, token, Said(5))
    with clock.at(TODAY + dt.timedelta(days=31)), pytest.raises(TooLate):
        rate_ticket(me, home, late, Said(5))
    with pytest.raises(NotFound):
        rate_ticket(owner(town, SHEN), place(town, SHEN, "1-1-102"), late, Said(5))
    assert not Answer.objects.exists()


def test_a_wave_is_answered_once_a_household_and_may_be_anonymous(town: Town) -> None:
    world = town.world
    client, token = phone(town, LU), place(town, LU, "1-1-101").token
    assert "您满意吗" not in client.get(f"/h5/p/{token}").content.decode()
    wave = open_wave(world.community.pk, actor=world["manager"])
    assert (wave.quarter, wave.closes_on) == (FIRST, TODAY + dt.timedelta(days=29))
    with pytest.raises(WaveThere):
        open_wave(world.community.pk, actor=world["manager"])
    assert "您满意吗" in client.get(f"/h5/p/{token}").content.decode()
    sent = {"score": "1", "anonymous": "1", "text": "保洁少", "about_keeper": "1"}
    assert client.post(f"/h5/p/{token}/survey", sent).status_code == 302
    row = Answer.objects.get()
    assert (row.property_id, row.person_id, row.account_id, row.call) == (None, None, None, False)
    assert row.at.astimezone(CHINA).time() == dt.time() and len(row.mark) == 40
    assert "已经收到，谢谢您" in client.get(f"/h5/p/{token}/survey").content.decode()
    assert "您满意吗" not in client.get(f"/h5/p/{token}").content.decode()
    with pytest.raises(AlreadyAnswered):
        answer_wave(owner(town, LU), place(town, LU, "1-1-101"), Said(5))
    with clock.at(wave.closes_on + dt.timedelta(days=1)):
        assert asked(place(town, SHEN, "1-1-102")) is None
        with pytest.raises(TooLate):
            answer_wave(owner(town, SHEN), place(town, SHEN, "1-1-102"), Said(5))


def test_waves_begin_by_themselves_in_the_last_month(town: Town) -> None:
    assert open_due_waves(None) == 0
    with clock.at(dt.date(2026, 3, 1)):
        assert open_due_waves(town.world.organisation.pk) == 1
        assert open_due_waves(town.world.organisation.pk) == 0
    assert Wave.objects.get().community == town.world.community


def test_a_complaint_of_the_keeper_goes_past_the_keeper(town: Town) -> None:
    """The manager sees it and calls back; whoever it is about neither sees nor handles it, whatever their rights."""
    world = town.world
    Building.objects.filter(community=world.community).update(housekeeper_id=world["manager"].user_id)
    row = rate_ticket(owner(town, LU), place(town, LU, "1-1-101"), closed_ticket(town), Said(4, "管家不回消息", about_keeper=True))
    assert row.keeper_id == world["manager"].user_id
    assert not answers(world["manager"]).exists()
    with pytest.raises(NotFound):
        handle(row.pk, "谈过", actor=world["manager"])
    Building.objects.filter(community=world.community).update(housekeeper_id=world["collector"].user_id)
    other = rate_ticket(owner(town, LU), place(town, LU, "1-1-101"), closed_ticket(town), Said(1, "不满意"))
    assert handle(other.pk, "电话里道了歉，周五上门看", actor=world["manager"]).handled_by_id == world["manager"].user_id
    with pytest.raises(NotToHandle):
        handle(other.pk, "再谈", actor=world["manager"])
    with pytest.raises(Forbidden):
        open_wave(world.community.pk, actor=world["collector"])
    with pytest.raises(NotFound):
        handle(other.pk, "谈过", actor=world["outsider"])


def test_results_hide_small_groups_and_what_gives_them_away(town: Town) -> None:
    world = town.world
    one, two = (User.objects.get(pk=world[name].user_id) for name in ("collector", "manager"))
    given(town, 5, 4, 4, 2, 5, keeper=one)
    given(town, 1, 1, keeper=two)
    found = queries.results(world["lead"], FIRST, [world.community])
    assert found.wave is not None and (found.wave.count, found.wave.satisfied.hits, str(found.wave.mean)) == (7, 4, "3.14")
    assert [line.wave is None for line in found.keepers if line.name] == [True, True]
    given(town, 1, 2, 3, keeper=two)
    found = queries.results(world["lead"], FIRST, [world.community])
    assert {line.name: line.wave.count for line in found.keepers if line.name and line.wave} == {one.name: 5, two.name: 5}
    assert queries.results(world["outsider"], FIRST, [world.community]).communities == []
    assert queries.results(world["lead"], dt.date(2025, 10, 1), [world.community]).wave is None


def test_pages_and_the_workbook(town: Town) -> None:
    world = town.world
    given(town, 5, 5, 4, 4, 1)
    lead, manager = client_of(world, "lead"), client_of(world, "manager")
    page = lead.get("/surveys/").content.decode()
    assert "80.0%" in page and "37.6%–96.4%" in page and "少于 5 份，不显示" in page
    assert lead.get("/surveys/?community=999999").status_code == 404
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(lead.get("/surveys/export?q=2026Q1").content))
    assert sheets.get_sheet_by_index(0).to_python()[1][7:] == [5.0, 3.0, "80.0", "37.6", "96.4", "3.80"]
    rated = rate_ticket(owner(town, LU), place(town, LU, "1-1-101"), closed_ticket(town), Said(1, "没人来"))
    assert "没人来" in manager.get("/surveys/answers").content.decode()
    assert client_of(world, "cashier").get("/surveys/answers").status_code == 403
    assert manager.post(f"/surveys/answers/{rated.pk}/handle", {"note": "已上门"}).status_code == 302
    assert "没人来" not in manager.get("/surveys/answers").content.decode()
    assert "已上门" in manager.get("/surveys/answers?view=low").content.decode()
    assert manager.get("/surveys/answers?view=all").content.decode().count("匿名") >= 5
    assert manager.post("/surveys/open", {"community": world.community.pk}).status_code == 302
