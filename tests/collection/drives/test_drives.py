"""A drive told day by day: opened, shared out, asked, paid, shown again, closed and evaluated. Exact figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.collection.followup.conftest import world as town  # noqa: F401 - the fixture
from tests.insight.arrears.conftest import JANUARY, approved, bill, paid
from tests.insight.arrears.test_pages_arrears import client, text
from tests.scenarios.month import first_finding
from tests.world import World, actor_of
from wuyefei.collection.drives.models import Drive, Household, Listed, Member, Passing
from wuyefei.collection.drives.public import (
    Board,
    Closing,
    DriveClosed,
    DriveOpen,
    Opening,
    board,
    close_drive,
    drives,
    evaluation,
    get_drive,
    list_due,
    mine,
    open_drives,
    pass_on,
    unpaid,
)
from wuyefei.collection.drives.queries.evaluating import late_taken
from wuyefei.collection.drives.rules import Days, Outlook, Tally
from wuyefei.collection.followup.models import Case
from wuyefei.collection.followup.public import Log, assign, log, reckon
from wuyefei.estate.properties.public import Building
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import Receivable, place_hold
from wuyefei.money.payments.public import ask_void
from wuyefei.relations.contacts.public import Channel, Contact, Draft, Purpose, record

pytestmark = pytest.mark.django_db
LAST = dt.date(2026, 3, 10)
WHOLE = 80000 + 22388 + 16343 + 60180
"""What is listed where 沈秋白 has paid 60.45 before."""


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


@pytest.fixture
def world(town: World) -> Iterator[World]:  # noqa: F811
    """陆小满 owes 800.00 and 沈秋白 447.76 in building 1, which 管家 keeps; 顾予安 601.80 in building 2, which nobody keeps."""
    town.actors["keeper"] = actor_of(town.organisation, "keeper", Role.HOUSEKEEPER, town.community)
    Building.objects.filter(name="1").update(housekeeper_id=town["keeper"].user_id)
    other = Building.objects.create(organisation=town.organisation, community=town.community, name="2", sort_key="2")
    type(town.flats["1-1-201"]).objects.filter(pk=town.flats["1-1-201"].pk).update(building=other)
    yield town


def opening(world: World, **more: object) -> Opening:
    facts: dict[str, object] = {
        "title": "一季度行动", "first": MARCH, "last": LAST, "aim": "amount", "places": (world.community.pk,),
        "people": (world["keeper"].user_id, world["collector"].user_id), "targets": {world.community.pk: 150000},
    }  # fmt: skip
    return Opening(**(facts | more))  # type: ignore[arg-type]


def opened(world: World, **more: object) -> Drive:
    return open_drives(opening(world, **more), actor=world["manager"])[0]


def seen(world: World, drive: Drive, on: dt.date) -> Board:
    return board(world["manager"], get_drive(world["manager"], drive.pk), on)


def of(found: Board, world: World, who: str) -> Tally:
    return next(line.tally for line in found.lines if line.member.user_id == world[who].user_id)


def test_a_list_is_drawn_up_from_facts_and_shared_by_building(world: World) -> None:
    drive = opened(world)
    rows = list(Household.objects.order_by("-owed_fen").values_list("person__name", "owed_fen", "user_id", "grade"))
    keeper, collector = world["keeper"].user_id, world["collector"].user_id
    assert rows == [("陆小满", 80000, keeper, "A"), ("顾予安", 60180, collector, "A"), ("沈秋白", 44776, keeper, "A")]
    assert Listed.objects.count() == 8 and dict(Member.objects.values_list("user_id", "target_fen")) == {keeper: 101194, collector: 48806}
    assert (case_of(world, "顾予安").owner_id, case_of(world, "陆小满").owner_id) == (collector, None)
    drive.refresh_from_db()
    assert len(drive.handovers) == 1 and drive.state_on(MARCH) == "running"
    assert [row.person.name for row in mine(world["keeper"]).order_by("-owed_fen")] == ["陆小满", "沈秋白"]
    assert not mine(world["cashier"]).exists() and not drives(world["outsider"]).exists()
    for change in (Household.objects.all(), Listed.objects.all(), Drive.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change.update(**({"starts_on": LAST} if change.model is Drive else {"owed_fen": 1}))
    with pytest.raises(DriveOpen):
        opened(world)
    assert Drive.objects.count() == 1


def test_nobody_is_on_it_who_must_not_be_asked(world: World) -> None:
    place_hold(bill(world, "1-1-102", JANUARY).pk, MARCH - DAY, None, kind="dispute", source_ref="工单 1", actor=world["finance"])
    for row in Receivable.objects.filter(payer=world.people["顾予安"]):
        place_hold(row.pk, MARCH - DAY, None, kind="instalment", source_ref="分期 1", actor=world["finance"])
    opened(world)
    assert list(Household.objects.order_by("-owed_fen").values_list("person__name", "owed_fen")) == [("陆小满", 80000), ("沈秋白", 22388)]


def lived(world: World) -> tuple[Drive, Tally]:
    """Both are called on the 4th; 顾予安 pays January on the 5th, 陆小满 a bill on the 6th, voided on the 7th. Returns the drive, and
    how it stood on the evening of the 4th."""
    with clock.at(at(dt.date(2026, 2, 20))):  # late money before the drive: 36 days on 223.88 are 4.03, so 60.45 of principal
        paid(world, "1-1-102", "沈秋白", JANUARY, 6448, "early")
    drive = opened(world)
    assert seen(world, drive, MARCH).whole == Tally(3, WHOLE, 0, 0, 0, 0, 0, 0, WHOLE)
    with clock.at(at(day(4), 18)):
        call = Draft(world.people["陆小满"].pk, Channel.PHONE, Purpose.REMINDER, clock.now(), world.flats["1-1-101"].pk)
        record(call, "promised", actor=world["keeper"])
        entry = Log("k", case_of(world, "顾予安").acts, Channel.PHONE, "promised", clock.now(), "forgot", "", promise_fen=30000, promise_on=day(6))
        log(case_of(world, "顾予安").pk, entry, actor=world["collector"])
        evening = seen(world, drive, day(4)).whole
    with clock.at(at(day(5))):
        paid(world, "1-1-201", "顾予安", JANUARY, 30090 + 737, "gu")  # 49 days of 0.05 % on 300.90 are 7.37
        reckon(world.community.pk, day(5))
    with clock.at(at(day(6))):
        payment = paid(world, "1-1-101", "陆小满", JANUARY, 25000 + 625, "lu")  # 50 days on 250.00 are 6.25
    with clock.at(at(day(7))):
        approved(world, ask_void(payment.pk, actor=world["cashier"], reason="收错房号"))
    return drive, evening


def _evaluated(world: World, drive: Drive) -> None:
    closed = close_drive(drive.pk, Closing("管家打的电话最有用", 12000, "加班餐"), actor=world["manager"])
    found = evaluation(world["manager"], get_drive(world["manager"], drive.pk), LAST)
    assert (found.end.whole.so_far_fen, found.end.whole.settled, found.end.outlook) == (60180, 1, None)
    assert (found.here.fen, found.here.days.count) == (60180, 8)
    assert (found.before.days, found.before.fen) == (Days(dt.date(2025, 12, 3), dt.date(2025, 12, 10)), 0)
    assert (found.ahead.days.count, found.ahead.fen, found.at_pace_fen) == (61, 6045, 793)
    assert [(way.code, way.contacts, way.homes, way.fen) for way in found.ways] == [("phone", 2, 1, 60180)]
    assert [(way.code, way.homes, way.fen) for way in found.paying] == [("desk", 1, 60180)]
    assert found.cost_share == Decimal("0.1994") and closed.state_on(LAST) == "closed"
    with pytest.raises(DriveClosed):
        close_drive(drive.pk, Closing("再来"), actor=world["manager"])
    assert first_finding(world) == ""


def test_a_drive_day_by_day(world: World) -> None:
    drive, evening = lived(world)
    with clock.at(at(day(8))):
        assert seen(world, drive, day(4)).whole == evening == Tally(3, WHOLE, 2, 2, 30000, 0, 0, 0, WHOLE)
        assert seen(world, drive, day(6)).whole == Tally(3, WHOLE, 2, 2, 0, 25000, 55090, 0, WHOLE - 55090)
        now = seen(world, drive, day(8))
        assert now.whole == Tally(3, WHOLE, 2, 2, 0, 0, 30090, 0, WHOLE - 30090)
        assert [fen for _on, fen in now.daily] == [0, 0, 30090, 25000, -25000, 0]
        # five whole days brought 300.90; three are not over: 60.18 a day; the slower half −25000, 0, 0, the faster 0, 25000, 30090
        assert now.outlook == Outlook(30090, 30090 + 18054, 30090 + 55090)
        assert (now.days_left, now.missing_fen, now.needed_fen) == (3, 119910, 39970)
        assert of(now, world, "collector") == Tally(1, 60180, 1, 1, 0, 0, 30090, 0, 30090)
        assert of(now, world, "keeper").so_far_fen == 0
    with clock.at(at(LAST)):
        for row in Receivable.objects.filter(payer=world.people["顾予安"], outstanding_fen__gt=0):
            paid(world, "1-1-201", "顾予安", row.period, row.outstanding_fen + 346, "gu2")  # 23 days on 300.90 are 3.46
        assert [row.person.name for row in unpaid(mine(world["collector"]))] == []
        _evaluated(world, drive)


def test_a_rate_asks_for_the_bills_of_the_quarter(world: World) -> None:
    """849.56 … of 1,849.56 due, nothing paid: 60 % need 1,109.74."""
    drive = opened(world, aim="rate", rate=Decimal("0.6"), targets={})
    drive.refresh_from_db()
    assert (drive.due_fen, drive.paid_fen, drive.target_fen) == (184956, 0, 110974)
    with clock.at(at(day(5))):
        paid(world, "1-1-201", "顾予安", JANUARY, 30090 + 737, "gu")
        found = seen(world, drive, day(5))
    assert (found.rate_now, found.whole.so_far_fen) == (Decimal("0.1627"), 30090)


def test_one_that_begins_later_is_listed_on_its_day_or_called_off(world: World) -> None:
    drive = opened(world, first=day(5))
    assert (drive.state_on(MARCH), Household.objects.count(), list_due(None)) == ("planned", 0, 0)
    with clock.at(at(day(5), 3)):
        assert (list_due(world.organisation.pk), list_due(None), Household.objects.count()) == (1, 0, 3)
    off = close_drive(drive.pk, Closing("提前结束"), actor=world["manager"])
    assert off.closed_on == MARCH
    later = opened(world, first=day(6))
    assert close_drive(later.pk, Closing("改到下个月"), actor=world["manager"]).state_on(MARCH) == "off"
    with clock.at(at(day(7))):
        assert list_due(None) == 0


def test_the_cases_go_back_to_whose_they_were(world: World) -> None:
    case = case_of(world, "顾予安")
    assign([case.pk], world["manager"].user_id, actor=world["manager"])
    drive = opened(world)
    assert case_of(world, "顾予安").owner_id == world["collector"].user_id
    close_drive(drive.pk, Closing("试一下"), actor=world["manager"])
    assert case_of(world, "顾予安").owner_id == world["manager"].user_id


def test_who_may_and_what_is_refused_changes_nothing(world: World) -> None:
    for actor in ("collector", "auditor"):
        with pytest.raises(Forbidden):
            open_drives(opening(world), actor=world[actor])
    with pytest.raises(NotFound):
        open_drives(opening(world), actor=world["outsider"])
    wrong = ({"title": " "}, {"aim": "all"}, {"places": ()}, {"people": ()}, {"targets": {}}, {"aim": "rate"}, {"aim": "rate", "rate": Decimal(2)}, {"last": MARCH - DAY})
    for change in wrong:
        with pytest.raises(Invalid):
            opened(world, **change)
    assert not Drive.objects.exists() and not AuditEntry.objects.filter(action__startswith="drives.").exists()
    drive = opened(world)
    for closing in (Closing(" "), Closing("好", -1)):
        with pytest.raises(Invalid):
            close_drive(drive.pk, closing, actor=world["manager"])
    with pytest.raises(Forbidden):
        close_drive(drive.pk, Closing("好"), actor=world["collector"])
    with pytest.raises(NotFound):
        close_drive(drive.pk, Closing("好"), actor=world["outsider"])
    assert Drive.objects.get().closed_on is None and late_taken(world.community.pk, Days(MARCH, MARCH), MARCH) == 0


def test_the_pages(world: World) -> None:
    manager, keeper = client(world, "manager"), client(world, "keeper")
    page = manager.get("/drives/new").content.decode()
    assert "2026 年第 1 季度季末行动" in page and 'value="2026-03-21"' in page and "1,849.56" in page
    typed = {
        "title": "一季度行动", "first": "2026-03-03", "last": "2026-03-10", "aim": "amount", f"fen_{world.community.pk}": "", "rate": "",
        "people": [world["keeper"].user_id, world["collector"].user_id], "hands_over": "on",
    }  # fmt: skip
    refused = manager.post("/drives/new", typed)
    assert refused.status_code == 422 and "请填这个小区要收回多少" in text(refused) and not Drive.objects.exists()
    made = manager.post("/drives/new", typed | {f"fen_{world.community.pk}": "1,500.00"})
    drive = Drive.objects.get()
    assert made["Location"] == f"/drives/{drive.pk}"
    own = keeper.get("/drives/mine").content.decode()
    assert "1-1-101" in own and "800.00" in own and "1-1-201" not in own and reverse("contacts:new", args=[world.people["陆小满"].pk]) in own
    assert keeper.get(f"/drives/{drive.pk}").status_code == 403
    with clock.at(at(day(5))):
        paid(world, "1-1-201", "顾予安", JANUARY, 30090 + 737, "gu")
        manager = client(world, "manager")
        shown = text(manager.get(f"/drives/{drive.pk}"))
        assert "300.90" in shown and "20.06%" in shown and "不满 3 个整天" in shown
        assert "300.90" not in text(manager.get(f"/drives/{drive.pk}?day=2026-03-04")).split("每天收回")[0]
        hint = text(manager.get(f"/followup/cases/{case_of(world, '顾予安').pk}"))
        assert "季末行动" in hint and "由collector甲负责" in hint
        desk = client(world, "collector")
        assert "由keeper甲负责" in text(desk.get("/followup/")) and "顾予安" in text(desk.get("/drives/mine"))
    manager = client(world, "manager")
    assert "一季度行动" in text(manager.get("/drives/?state=running")) and "没有符合筛选" in text(manager.get("/drives/?state=closed"))
    with clock.at(at(day(11))):
        manager = client(world, "manager")
        assert "季末行动待评估" in text(manager.get("/"))
        done = manager.post(f"/drives/{drive.pk}/close", {"lesson": "早点开始", "cost": "120", "cost_note": "加班餐"})
        assert done["Location"] == f"/drives/{drive.pk}/evaluation"
        paper = text(manager.get(f"/drives/{drive.pk}/evaluation"))
        assert "早点开始" in paper and "每收回 1 元花 0.3988 元" in paper and "上季度同样的日子" in paper
        for address in ("export", "evaluation/export"):
            assert manager.get(f"/drives/{drive.pk}/{address}").status_code == 200
    assert Case.objects.filter(owner__isnull=False).count() == 0
    assert Contact.objects.count() == 0


def test_a_list_is_passed_on_while_its_person_is_away(world: World) -> None:
    """管家 is away until the 5th: 催缴员 does the list, and works its cases; what comes in stays on 管家's line."""
    town_drive = opened(world)
    keeper, collector, manager = (world[name] for name in ("keeper", "collector", "manager"))
    own = set(mine(keeper).values_list("pk", flat=True))
    assert own and not own & set(mine(collector).values_list("pk", flat=True))
    with pytest.raises(Forbidden):
        pass_on(town_drive.pk, keeper.user_id, collector.user_id, day(5), "年假", actor=collector)
    for giver, taker, last in ((keeper, keeper, day(5)), (manager, collector, day(5)), (keeper, collector, day(11)), (keeper, collector, day(2))):
        with pytest.raises(Invalid):
            pass_on(town_drive.pk, giver.user_id, taker.user_id, last, "年假", actor=manager)
    made = pass_on(town_drive.pk, keeper.user_id, collector.user_id, day(5), "年假", actor=manager)
    assert not mine(keeper).exists() and own < set(mine(collector).values_list("pk", flat=True))
    for giver, taker in ((keeper, collector), (collector, keeper)):
        with pytest.raises(Invalid):
            pass_on(town_drive.pk, giver.user_id, taker.user_id, day(5), "病假", actor=manager)
    page = client(world, "manager")
    assert f"由 {collector.name} 办到 03-05" in text(page.get(f"/drives/{town_drive.pk}")) and "年假" in text(page.get(f"/drives/{town_drive.pk}/pass"))
    assert "代 " in text(client(world, "collector").get("/drives/mine"))
    lines = {one.member.user_id: one.tally.homes for one in board(manager, town_drive, MARCH).lines}
    assert lines[keeper.user_id] == len(own) and first_finding(world) == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        Passing.objects.filter(pk=made.pk).update(taker_id=manager.user_id)
    with clock.at(at(day(6))):
        assert own == set(mine(keeper).values_list("pk", flat=True))
        list_due(world.organisation.pk)
        assert Passing.objects.get().ended_at is not None and Passing.objects.get().ended_by_id is None
        form = {"giver": collector.user_id, "taker": keeper.user_id, "last": "2026-03-10", "reason": "病假"}
        page = client(world, "manager")
        assert "已转交" in text(page.post(f"/drives/{town_drive.pk}/pass", form, follow=True))
        assert page.post(f"/drives/{town_drive.pk}/pass", form).status_code == 422
        assert "已经还给" in text(page.post(f"/drives/passings/{Passing.objects.latest('pk').pk}/back", follow=True))
        assert "早已收回" in text(page.post(f"/drives/passings/{made.pk}/back", follow=True))
        pass_on(town_drive.pk, keeper.user_id, collector.user_id, day(9), "年假", actor=world["manager"])
        close_drive(town_drive.pk, Closing("有效"), actor=world["manager"])
        assert not Passing.objects.filter(ended_at__isnull=True).exists() and first_finding(world) == ""
