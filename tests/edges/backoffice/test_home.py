"""今日: figures by right, each exact, and equal to the measure of the same name."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.edges.backoffice.conftest import SignIn, pay, publish
from tests.world import World
from wuyefei.edges.backoffice.queries import home
from wuyefei.foundation.approvals import queries as approvals
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import rates
from wuyefei.money.billing.public import Receivable, ask_adjustment, draft_run
from wuyefei.money.payments.public import ask_void


def test_rates_are_the_measure(world: World) -> None:
    publish(world, "2026-02")
    bill = Receivable.objects.get(property=world.flats["1-1-102"], period="2026-02-01")
    from wuyefei.foundation.approvals.actions import decide

    asked = ask_adjustment(bill.pk, -1000, reason="电梯停运三天", actor=world["finance"])
    decide(asked.pk, approved=True, actor=world["lead"])
    for month in ("2026-01", "2026-02"):
        ours = home.month_rates(world["lead"], Month.parse(month))[world.community.pk]
        theirs = rates(world["lead"], clock.today(), period=Month.parse(month))[-1]
        assert (ours.receivable_fen, ours.received_fen) == (theirs.due_fen, theirs.paid_fen)
    # January: 250.00 + 223.88 + 300.90 + 150.00, of which 196.25 principal was paid
    january = home.month_rates(world["lead"], Month.parse("2026-01"))[world.community.pk]
    assert (january.receivable_fen, january.received_fen, january.percent) == (92478, 19625, Decimal("21.2"))


def test_what_waits_is_counted_as_it_is_listed(world: World) -> None:
    bill = Receivable.objects.get(property=world.flats["1-1-102"], period="2026-01-01", amount_fen=22388)
    ask_adjustment(bill.pk, -1000, reason="电梯停运三天", actor=world["finance"])
    for name in ("lead", "finance", "cashier", "admin", "outsider"):
        actor = world[name]
        listed = approvals.requests(actor).filter(approvals.may_decide(actor)).count()
        assert approvals.waiting(actor) == listed == (name == "lead"), name


def test_all_but_a_fen_is_not_everything() -> None:
    assert home.Rate(1_000_000, 999_999).percent == Decimal("99.9")
    assert home.Rate(1_000_000, 1_000_000).percent == Decimal("100.0")
    assert home.Rate().percent is None


def test_overdue_and_taken(world: World) -> None:
    assert home.overdue(world["lead"], clock.today()) == home.Overdue(92478 - 19625, 4)
    first = home.most_overdue(world["lead"], clock.today())[0]
    assert (first.code, first.principal_fen, first.days) == ("1-1-201", 30090, 36)
    assert home.taken_on(world["lead"], dt.date(2026, 2, 14)) == home.Taken(20000, 1)
    assert home.taken_on(world["lead"], dt.date(2026, 2, 13)) == home.Taken(0, 0)
    assert home.overdue(world["outsider"], clock.today()) == home.Overdue(0, 0)


def test_the_cashier_sees_the_desk_and_no_administration(world: World, enter: SignIn) -> None:
    text = enter(world["cashier"]).get("/").content.decode()
    assert "进行中" in text and "在用账号" not in text and "今日改动" not in text
    assert "核验" not in text


def test_the_administrator_sees_people_and_no_money(world: World, enter: SignIn) -> None:
    text = enter(world["admin"]).get("/").content.decode()
    assert "在用账号" in text and "应收" not in text and "今日收款" not in text


def test_what_waits_is_for_the_checker_not_the_maker(world: World, enter: SignIn) -> None:
    payment = pay(world, 1000)
    ask_void(payment.pk, actor=world["cashier"], reason="收错房号")
    (waiting,) = home.waiting_for(world["lead"])
    assert waiting.label == "作废收款" and waiting.request.amount_fen == 1000
    assert home.waiting_for(world["cashier"]) == [] == home.waiting_for(world["outsider"])
    assert "复核：作废收款" in enter(world["lead"]).get("/").content.decode()
    assert "没有等你处理的事" in enter(world["cashier"]).get("/").content.decode()


def test_a_request_links_to_its_page_only_for_who_may_open_it(world: World, enter: SignIn) -> None:
    bill = Receivable.objects.filter(property=world.flats["1-1-201"]).latest("due_on")
    ask_adjustment(bill.pk, -1000, reason="电梯停运三天", actor=world["finance"])
    lead, admin = (enter(world[who]).get("/approvals/").content.decode() for who in ("lead", "admin"))
    assert "电梯停运三天" in lead and "电梯停运三天" in admin
    assert ">查看</a>" in lead and ">查看</a>" not in admin


def test_an_open_draft_waits_for_who_bills(world: World, enter: SignIn) -> None:
    assert draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"]).run is not None
    assert "2 月出账待确认" in enter(world["manager"]).get("/").content.decode()
    assert "出账待确认" not in enter(world["cashier"]).get("/").content.decode()


def test_the_figures_lead_to_the_ledger_and_the_analysis(world: World, enter: SignIn) -> None:
    text = enter(world["lead"]).get("/").content.decode()
    assert 'href="/arrears/"' in text and 'href="/analysis/"' in text
    assert 'href="/analysis/"' not in enter(world["cashier"]).get("/").content.decode()


@pytest.mark.parametrize("role", ["cashier", "finance", "lead", "manager", "auditor", "admin", "collector", "outsider"])
def test_everyone_has_a_home(world: World, enter: SignIn, role: str) -> None:
    assert enter(world[role]).get("/").status_code == 200
