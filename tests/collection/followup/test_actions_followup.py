"""Cases from the books, what people do in them, and what each turn of events does to a case."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.insight.arrears.conftest import paid
from tests.scenarios.month import first_finding
from tests.world import World, actor_of
from wuyefei.collection.followup.actions import reckoning
from wuyefei.collection.followup.actions.reckoning import KIND, reckon_all
from wuyefei.collection.followup.models import Act, Case, Promise
from wuyefei.collection.followup.public import (
    CaseClosed,
    CaseMoved,
    ForbiddenWords,
    Log,
    assign,
    end_lane,
    grant_lane,
    log,
    open_cases,
    reckon,
    save_script,
    set_next,
    workable,
)
from wuyefei.estate.occupancy.public import transfer
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.schedule import run_scheduled
from wuyefei.insight.arrears.columns import load_cells
from wuyefei.money.billing.public import Receivable, place_hold
from wuyefei.relations.contacts.public import Channel, Contact, Refusal, StepRefused, add_ground

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
CALL = Log("key-1", 0, Channel.PHONE, "reached", at(MARCH))


def said(world: World, name: str, entry: Log) -> Case:
    """Log in the case of somebody as of now; the case afterwards."""
    case = case_of(world, name)
    log(case.pk, replace(entry, seen=case.acts, at=clock.now()), actor=world["collector"])
    return case_of(world, name)


def step(case: Case) -> tuple[str, dt.date, str]:
    return case.next_kind, case.next_on, case.next_channel


def test_cases_follow_from_the_books(world: World) -> None:
    case = case_of(world, "陆小满")
    assert (case.owed_fen, case.periods, case.running, case.oldest_due_on) == (80000, 2, 2, dt.date(2026, 1, 15))
    assert (case.grade, case.rung, case.property_id) == ("A", "ask", world.flats["1-1-101"].pk)
    assert step(case) == ("contact", MARCH, "phone")
    assert Case.objects.count() == 3


def test_reckoning_twice_changes_nothing(world: World) -> None:
    before = list(Case.objects.order_by("pk").values_list())
    assert run_scheduled(KIND, organisation_id=world.organisation.pk) == 3
    assert list(Case.objects.order_by("pk").values_list()) == before


def test_whoever_has_paid_is_gone_at_once(world: World) -> None:
    for month in (JANUARY, FEBRUARY):
        paid(world, "1-1-102", "沈秋白", month, 23000, f"p{month}")
    names = set(open_cases(world["collector"]).values_list("person__name", flat=True))
    assert names == {"陆小满", "顾予安"}
    case = case_of(world, "沈秋白")
    reckon(world.community.pk, MARCH)
    case.refresh_from_db()
    assert case.closed_on == MARCH
    with pytest.raises(CaseClosed):
        log(case.pk, CALL, actor=world["collector"])
    assert not Act.objects.exists() and not Contact.objects.exists()


def test_a_part_payment_leaves_the_rest_at_its_own_step(world: World) -> None:
    """The older month is paid: the younger one is asked about before anybody goes there."""
    with clock.at(at(dt.date(2026, 2, 6))):
        reckon(world.community.pk, dt.date(2026, 2, 6))
        assert said(world, "沈秋白", CALL).rung == "routine"  # one period, not large: no visit
    paid(world, "1-1-102", "沈秋白", JANUARY, 23000, "part")
    reckon(world.community.pk, MARCH)
    case = case_of(world, "沈秋白")
    assert (case.periods, case.oldest_due_on, case.rung, case.grade) == (1, dt.date(2026, 2, 15), "ask", "B")


def test_a_call_is_logged_once_however_often_it_is_sent(world: World) -> None:
    case = case_of(world, "陆小满")
    first = log(case.pk, CALL, actor=world["collector"])
    again = log(case.pk, CALL, actor=world["collector"])
    assert (first.again, again.again, first.act.pk) == (False, True, again.act.pk)
    assert Act.objects.count() == Contact.objects.count() == 1
    case.refresh_from_db()
    assert (case.acts, case.owner_id, step(case)) == (1, world["collector"].user_id, ("contact", dt.date(2026, 3, 10), "visit"))


def test_a_key_of_somebody_else_is_not_found(world: World) -> None:
    log(case_of(world, "陆小满").pk, CALL, actor=world["collector"])
    with pytest.raises(NotFound):
        log(case_of(world, "顾予安").pk, CALL, actor=world["collector"])


def test_two_collectors_at_one_case(world: World) -> None:
    """The second is told what the first has done, and nothing is saved; having seen it, they may log."""
    other = actor_of(world.organisation, "second", Role.COLLECTOR)
    case = case_of(world, "陆小满")
    log(case.pk, CALL, actor=world["collector"])
    with pytest.raises(CaseMoved) as moved:
        log(case.pk, replace(CALL, client_key="key-2", outcome="no_answer"), actor=other)
    assert moved.value.text == "collector甲 在 03-03 10:30 刚记过这一户：已说明。没有保存你的记录；看过以后可以再存一次。"
    assert Act.objects.count() == Contact.objects.count() == 1
    log(case.pk, replace(CALL, client_key="key-2", outcome="no_answer", seen=1), actor=other)
    assert list(Act.objects.order_by("number").values_list("number", "outcome")) == [(1, "reached"), (2, "no_answer")]


def promise(fen: int = 40000, day: dt.date = dt.date(2026, 3, 20)) -> Log:
    return replace(CALL, outcome="promised", promise_fen=fen, promise_on=day, reason="forgot")


def test_a_promise_kept(world: World) -> None:
    case = said(world, "陆小满", promise())
    assert (case.reason, step(case)) == ("forgot", ("promise_ask", dt.date(2026, 3, 13), "phone"))
    with clock.at(at(dt.date(2026, 3, 5))):
        paid(world, "1-1-101", "陆小满", JANUARY, 20000, "one")
        reckon(world.community.pk, dt.date(2026, 3, 5))
        assert Promise.objects.get().state == "open"
        paid(world, "1-1-101", "陆小满", FEBRUARY, 20000, "two")
        reckon(world.community.pk, dt.date(2026, 3, 5))
    row = Promise.objects.get()
    assert (row.state, row.settled_on) == ("kept", dt.date(2026, 3, 5))


def test_a_promise_broken_comes_first_the_next_day(world: World) -> None:
    said(world, "陆小满", promise(day=dt.date(2026, 3, 6)))
    with clock.at(at(dt.date(2026, 3, 6), 23)):
        reckon(world.community.pk, dt.date(2026, 3, 6))
        assert Promise.objects.get().state == "open"
    later = dt.date(2026, 3, 7)
    with clock.at(at(later)):
        reckon(world.community.pk, later)
        case = case_of(world, "陆小满")
        assert (step(case), case.next_rank) == (("promise_broken", later, "phone"), 0)
        assert min((row for rows in workable(world["collector"], later) for row in rows), key=lambda row: row.next_rank).pk == case.pk
    with pytest.raises(IntegrityError, match="settled promise"), transaction.atomic():
        Promise.objects.update(state="kept")


def test_a_new_promise_takes_the_place_of_the_old(world: World) -> None:
    said(world, "陆小满", promise())
    said(world, "陆小满", replace(promise(20000), client_key="key-2"))
    assert list(Promise.objects.order_by("pk").values_list("state", "amount_fen")) == [("replaced", 40000), ("open", 20000)]


@pytest.mark.parametrize(("fen", "day"), [(None, MARCH), (40000, None), (40000, dt.date(2026, 3, 2)), (90000, MARCH), (0, MARCH)])
def test_a_promise_that_makes_no_sense_changes_nothing(world: World, fen: int | None, day: dt.date | None) -> None:
    case = case_of(world, "陆小满")
    with pytest.raises(Invalid):
        log(case.pk, replace(promise(), promise_fen=fen, promise_on=day), actor=world["collector"])
    case.refresh_from_db()
    assert (case.acts, case.owner_id) == (0, None)
    assert not Act.objects.exists() and not Promise.objects.exists() and not Contact.objects.exists()


def hold(world: World, kind: str, until: dt.date | None) -> None:
    for row in Receivable.objects.filter(payer=world.people["陆小满"]):
        place_hold(row.pk, MARCH, until, kind=kind, source_ref=f"{kind} {row.pk}", actor=world["finance"])
    reckon(world.community.pk, MARCH)


def test_a_dispute_silences_the_case_and_its_end_wakes_it(world: World) -> None:
    hold(world, "dispute", dt.date(2026, 3, 5))
    assert step(case_of(world, "陆小满")) == ("dispute", MARCH, "")
    assert "陆小满" not in {row.person.name for rows in workable(world["collector"], MARCH) for row in rows}
    with pytest.raises(StepRefused):
        set_next(case_of(world, "陆小满").pk, Channel.PHONE, at(MARCH, 15), actor=world["collector"])
    with clock.at(at(dt.date(2026, 3, 6))):
        reckon(world.community.pk, dt.date(2026, 3, 6))
        assert step(case_of(world, "陆小满")) == ("contact", dt.date(2026, 3, 6), "phone")


def test_a_bill_in_dispute_leaves_the_others(world: World) -> None:
    row = Receivable.objects.get(property=world.flats["1-1-101"], period=JANUARY)
    place_hold(row.pk, MARCH, None, kind="dispute", source_ref="工单 1", actor=world["finance"])
    reckon(world.community.pk, MARCH)
    case = case_of(world, "陆小满")
    assert (case.owed_fen, case.next_kind) == (55000, "contact")
    log(case.pk, CALL, actor=world["collector"])
    contact = Contact.objects.get()
    assert row.pk not in contact.receivable_ids and contact.breach == ""


@pytest.mark.parametrize("kind", ["instalment", "deferral"])
def test_what_was_put_off_waits(world: World, kind: str) -> None:
    hold(world, kind, dt.date(2026, 4, 15))
    assert step(case_of(world, "陆小满")) == ("arranged", dt.date(2026, 4, 16), "")


@pytest.mark.parametrize(("ground", "then"), [("deceased", "heirs"), ("bankrupt", "claim")])
def test_death_and_bankruptcy(world: World, ground: str, then: str) -> None:
    add_ground(world.community.pk, ground, "证明 1", person_id=world.people["陆小满"].pk, actor=world["manager"])
    reckon(world.community.pk, MARCH)
    assert step(case_of(world, "陆小满")) == (then, MARCH, "")


def test_the_debt_stays_with_whoever_owed_it(world: World) -> None:
    """The flat is sold: the case is still about the seller, and the buyer has none."""
    transfer(world.flats["1-1-101"].pk, [world.people["顾予安"].pk], dt.date(2026, 3, 1), actor=world["manager"])
    reckon(world.community.pk, MARCH)
    assert case_of(world, "陆小满").owed_fen == 80000 and case_of(world, "顾予安").owed_fen == 60180


def test_a_wrong_number_turns_to_another_way(world: World) -> None:
    type(world.people["陆小满"]).objects.filter(pk=world.people["陆小满"].pk).update(mobile_mark="mark-1")
    case = said(world, "陆小满", replace(CALL, outcome="wrong_number"))
    assert case.next_channel not in ("phone", "sms")


def test_not_answered_is_tried_another_day(world: World) -> None:
    case = said(world, "沈秋白", replace(CALL, outcome="no_answer", next_at=at(MARCH, 18)))
    assert case.next_kind == "contact" and case.next_on == dt.date(2026, 3, 4)
    assert Refusal.objects.get().code == "too_often"  # the second call of a day is turned away, the log stands
    assert Act.objects.count() == 1


def test_the_next_contact_in_one_step(world: World) -> None:
    case = said(world, "沈秋白", replace(CALL, next_at=at(dt.date(2026, 3, 6), 18)))
    assert step(case) == ("planned", dt.date(2026, 3, 6), "phone")
    with clock.at(at(dt.date(2026, 3, 6), 18)):
        said(world, "沈秋白", replace(CALL, client_key="key-2"))
    assert list(Contact.objects.order_by("pk").values_list("state", flat=True)) == ["done", "done"]


def test_a_planned_contact_is_replaced_not_doubled(world: World) -> None:
    case = case_of(world, "沈秋白")
    set_next(case.pk, Channel.PHONE, at(dt.date(2026, 3, 5), 18), actor=world["collector"])
    set_next(case.pk, Channel.VISIT, at(dt.date(2026, 3, 6), 15), actor=world["collector"])
    assert step(case_of(world, "沈秋白")) == ("planned", dt.date(2026, 3, 6), "visit")
    assert list(Contact.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "planned"]
    with pytest.raises(StepRefused):
        set_next(case.pk, Channel.PHONE, at(dt.date(2026, 3, 7), 21, 30), actor=world["collector"])
    assert step(case_of(world, "沈秋白")) == ("planned", dt.date(2026, 3, 6), "visit")


def test_assignment(world: World) -> None:
    ids = list(Case.objects.values_list("pk", flat=True))
    collector = world["collector"]
    assert assign(ids, collector.user_id, actor=world["manager"]) == 3
    assert assign(ids, collector.user_id, actor=world["manager"]) == 0
    with pytest.raises(Invalid):
        assign(ids, world["cashier"].user_id, actor=world["manager"])
    with pytest.raises(Forbidden):
        assign(ids, collector.user_id, actor=collector)
    with pytest.raises(NotFound):
        assign(ids, collector.user_id, actor=world["outsider"])
    assert set(Case.objects.values_list("owner_id", flat=True)) == {collector.user_id}


def test_the_green_lane(world: World) -> None:
    case = case_of(world, "陆小满")
    with pytest.raises(Forbidden):
        grant_lane(case.pk, "住院", actor=world["collector"])
    grant_lane(case.pk, "老业主，暂时困难", actor=world["manager"])
    assert case_of(world, "陆小满").grade == "C"
    end_lane(case.pk, actor=world["manager"])
    assert case_of(world, "陆小满").grade == "A"


def test_scripts_pass_the_linter_or_are_not_kept(world: World) -> None:
    good = ("{称呼}您好，谢谢您。", "{房号}一共 {金额} 元。", "您看什么时候方便？")
    assert save_script("friendly", good, actor=world["manager"]).number == 1
    assert save_script("friendly", good, actor=world["manager"]).number == 2
    with pytest.raises(ForbiddenWords, match="停水"):
        save_script("friendly", (good[0], good[1], "再不缴就停水。"), actor=world["manager"])
    with pytest.raises(ForbiddenWords):
        save_script("law", (good[0], good[1], "将上报征信。"), actor=world["manager"])
    with pytest.raises(Forbidden):
        save_script("friendly", good, actor=world["collector"])
    assert save_script("friendly", good, actor=world["manager"]).number == 3


def test_the_columns_of_the_ledger(world: World) -> None:
    said(world, "陆小满", promise())
    home = world.flats["1-1-101"].pk
    texts = [cell.text for cell in load_cells(world["collector"], [home], MARCH)[home] if cell]
    assert texts[-5:] == ["A 级", "上门与书面通知", "2026-03-20 400.00", "2026-03-03 忘了", "承诺前问一句 2026-03-13"]
    hold(world, "deferral", dt.date(2026, 4, 15))
    assert [cell.text for cell in load_cells(world["collector"], [home], MARCH)[home] if cell][-1] == "缓缴"
    assert not [cell for cell in load_cells(world["cashier"], [home], MARCH)[home] if cell]


def test_the_books_hold_afterwards(world: World) -> None:
    said(world, "陆小满", promise())
    assert first_finding(world) == ""


def test_a_night_that_broke_off_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = world.community.pk
    second = Community.objects.create(organisation=world.organisation, name="桂语二期", sort_key="guiyuerqi", receipt_prefix="G2").pk
    seen: list[int] = []

    def once_broken(place: int, today: dt.date) -> int:
        seen.append(place)
        if len(seen) == 2:
            raise RuntimeError("killed")
        return reckon(place, today)

    monkeypatch.setattr(reckoning, "reckon", once_broken)
    with pytest.raises(RuntimeError):
        reckon_all(world.organisation.pk)
    assert reckon_all(world.organisation.pk) == 3
    assert seen == [first, second, second]
    assert reckon_all(world.organisation.pk) == 3 and seen[3:] == [first, second]
