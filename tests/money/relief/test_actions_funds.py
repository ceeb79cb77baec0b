"""A care fund from its first gift to a household helped and taken back; a subsidy passed on; what is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from tests.estate.metering.test_pages_metering import client_of
from tests.scenarios.together import DAY, at_once
from tests.world import World, actor_of, make_world, pay
from wuyefei.edges.portal.queries.openness import published_funds
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.billing.public import Receivable, charge_once
from wuyefei.money.concessions.public import (
    MeasureOrder,
    MeasureTerms,
    NotAgreed,
    Seat,
    SeatTaken,
    ask_measure,
)
from wuyefei.money.invoices.public import invoiceable, open_allocations
from wuyefei.money.ledger.public import Account, balances
from wuyefei.money.payments.public import OpenChanged, Payment, PaymentOrder, TenderError, ask_void
from wuyefei.money.relief.models import Money
from wuyefei.money.relief.notice import notice
from wuyefei.money.relief.public import (
    Aid,
    Fund,
    FundKind,
    FundOrder,
    How,
    ask_care,
    ask_money,
    ask_pass,
    ask_undo,
    ask_undo_money,
    assess,
    balance_of,
    claim_line,
    open_fund,
    paid_words,
)
from wuyefei.money.relief.rules.aid import NotEnough, NothingToPay, WrongState

D = dt.date
TODAY = D(2026, 6, 1)
FILE = "交易日期,收入,对方户名,摘要,流水号\n2026-06-01,800.00,示例商会,捐赠,R-1\n2026-06-01,200.00,桂语物业,捐款箱,R-2\n2026-06-01,500.00,示例街道,补贴,R-3\n"


def build() -> World:
    """Bills of 300.00 at 1-1-101, 200.00 at 1-1-102 and 80.50 at 1-1-201."""
    made = make_world()
    made.actors["keeper"] = actor_of(made.organisation, "keeper", Role.HOUSEKEEPER)
    made.actors["group"] = actor_of(made.organisation, "group", Role.GROUP_MANAGER)
    for code, name, fen in (("1-1-101", "陆小满", 30_000), ("1-1-102", "沈秋白", 20_000), ("1-1-201", "顾予安", 8_050)):
        charge_once(made.flats[code].pk, made.people[name].pk, made.service, fen, actor=made["cashier"], community_id=made.community.pk, memo="临时")
    return made


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(TODAY):
        yield build()


def bill(world: World, code: str = "1-1-101") -> Receivable:
    return Receivable.objects.get(property__code=code)


def booked(world: World, account: Account) -> int:
    return balances(world["lead"], [world.community]).get((world.community.pk, account), 0)


def sound(world: World) -> None:
    assert run_checks(world.organisation.pk).holds


def care_fund(world: World, fen: int = 50_000) -> Fund:
    fund = open_fund(FundOrder(world.community.pk, FundKind.CARE, "邻里关爱基金"), actor=world["lead"])
    row = ask_money(fund.pk, "firm", "", fen, "第 3 号批文", actor=world["finance"])
    decide(row.request_id or 0, approved=True, actor=world["lead"])
    return fund


def ask(world: World, fund: Fund, fen: int, code: str = "1-1-101", actor: Actor | None = None) -> Aid:
    return ask_care(fund.pk, [bill(world, code).pk], fen, "停工", consented=True, actor=actor or world["collector"])


def agree(world: World, aid: Aid) -> None:
    assess(aid.pk, Seat.PROJECT, agreed=True, note="", actor=world["manager"])
    assess(aid.pk, Seat.SERVICE, agreed=True, note="", actor=world["keeper"])


def lines(world: World) -> list[BankLine]:
    import_statement(world.community.pk, "3300", "6月.csv", FILE.encode(), actor=world["finance"])
    return list(BankLine.objects.order_by("number"))


def subsidy(world: World) -> Fund:
    terms = MeasureTerms(Span(D(2026, 5, 1), D(2026, 6, 30)), 0, 10, ())
    row = ask_measure(MeasureOrder("示例补贴政策", "文件", terms, (world.community.pk,)), actor=world["lead"])
    decide(row.request_id or 0, approved=True, actor=world["group"])
    return open_fund(FundOrder(world.community.pk, FundKind.SUBSIDY, "稳岗补贴", row.pk, "示例街道办"), actor=world["lead"])


def test_given_and_given_out_and_taken_back(world: World) -> None:
    fund = care_fund(world)
    gift, banked, _other = lines(world)
    claim_line(gift.pk, fund.pk, "bank", "body", actor=world["finance"])
    cash = ask_money(fund.pk, "cash", "person", 25_000, "清点单 1", actor=world["manager"])
    assert balance_of(fund.pk) == 130_000
    decide(cash.request_id or 0, approved=True, actor=world["lead"])
    claim_line(banked.pk, fund.pk, "banked", "", actor=world["finance"])
    assert balance_of(fund.pk) == 155_000 and booked(world, Account.FUND) == -155_000
    assert (booked(world, Account.FUND_CASH), booked(world, Account.DONATION), booked(world, Account.BANK)) == (5_000, 50_000, 150_000)
    aid = ask(world, fund, 25_000)
    with pytest.raises(NotAgreed):
        decide(aid.request_id or 0, approved=True, actor=world["lead"])
    agree(world, aid)
    decide(aid.request_id or 0, approved=True, actor=world["lead"])
    assert bill(world).outstanding_fen == 5_000 and balance_of(fund.pk) == 130_000 and booked(world, Account.FUND) == -130_000
    payment = Payment.objects.get()
    assert (payment.kind, payment.amount_fen, payment.receipt_id) == ("care", 25_000, None)
    made, (left,) = invoiceable(open_allocations([payment.pk]))
    assert made == [] and (left.amount_fen, left.why.value) == (25_000, "fund")
    assert paid_words([payment.pk]) == {payment.pk: "由小区关爱基金代缴，不用归还"}
    sound(world)
    [(shown, year)] = published_funds(world.community.pk, TODAY)
    assert shown == fund and year.came == {"物业公司": 50_000, "单位": 80_000, "业主和个人": 25_000} and (year.out_fen, year.households) == (25_000, 1)
    assert notice(fund, 2026, TODAY)[:4] == b"%PDF"
    with pytest.raises(DomainError) as refused:
        ask_void(payment.pk, actor=world["cashier"], reason="错")
    assert refused.value.code == "payment_of_fund"
    decide(ask_undo(aid.pk, "弄错了人", actor=world["finance"]).pk, approved=True, actor=world["lead"])
    assert bill(world).outstanding_fen == 30_000 and balance_of(fund.pk) == 155_000 and booked(world, Account.FUND) == -155_000
    with pytest.raises(WrongState):
        ask_undo(aid.pk, "再来", actor=world["finance"])
    sound(world)
    money = Money.objects.get(line=gift)
    decide(ask_undo_money(money.pk, "不是捐款", actor=world["finance"]).pk, approved=True, actor=world["lead"])
    assert BankLine.objects.get(pk=gift.pk).state == "waiting" and balance_of(fund.pk) == 75_000
    counted = ask_undo_money(cash.pk, "点错了", actor=world["finance"])
    with pytest.raises(Invalid):
        decide(counted.pk, approved=True, actor=world["lead"])
    sound(world)


def test_a_subsidy_reaches_the_bills_of_its_policy(world: World) -> None:
    fund = subsidy(world)
    assert [bill(world, code).outstanding_fen for code in ("1-1-101", "1-1-102", "1-1-201")] == [27_000, 18_000, 7_245]
    with pytest.raises(NotEnough):
        ask_pass(fund.pk, How.EACH, 10_000, "首批", actor=world["finance"])
    with pytest.raises(Invalid):
        ask_money(fund.pk, "firm", "", 100, "批文", actor=world["finance"])
    claim_line(lines(world)[2].pk, fund.pk, "bank", "state", actor=world["finance"])
    aid = ask_pass(fund.pk, How.EACH, 10_000, "首批", actor=world["lead"])
    assert (aid.total_fen, aid.households) == (27_245, 3)
    with pytest.raises(SamePerson):
        decide(aid.request_id or 0, approved=True, actor=world["lead"])
    decide(aid.request_id or 0, approved=True, actor=world["group"])
    assert [bill(world, code).outstanding_fen for code in ("1-1-101", "1-1-102", "1-1-201")] == [17_000, 8_000, 0]
    assert balance_of(fund.pk) == 22_755 and booked(world, Account.SUBSIDY) == -22_755
    assert set(paid_words(list(Payment.objects.values_list("pk", flat=True))).values()) == {"示例街道办「稳岗补贴」补贴转付，已抵这笔费用"}
    with pytest.raises(NothingToPay):
        ask_pass(fund.pk, How.EACH, 5_000, "二批", actor=world["finance"])
    decide(ask_undo(aid.pk, "重算", actor=world["finance"]).pk, approved=True, actor=world["lead"])
    again = ask_pass(fund.pk, How.SPREAD, 50_000, "重算", actor=world["finance"])
    assert sorted(again.bills.values_list("amount_fen", flat=True)) == [6_934, 17_226, 25_840] and again.total_fen == 50_000
    pay(PaymentOrder(bill(world).property_id, bill(world).payer_id, (bill(world).pk,), {"cash": 2_000}, "k1"), actor=world["cashier"])
    with pytest.raises(OpenChanged):
        decide(again.request_id or 0, approved=True, actor=world["lead"])
    assert balance_of(fund.pk) == 50_000 and Payment.objects.filter(kind="subsidy", voided_at=None).count() == 0
    sound(world)


def test_refused_and_nothing_changed(world: World) -> None:
    fund = care_fund(world, 25_000)
    for who, error in (("outsider", NotFound), ("cashier", NotFound), ("auditor", Forbidden)):
        with pytest.raises(error):
            ask(world, fund, 100, actor=world[who])
    with pytest.raises(Invalid):
        ask_care(fund.pk, [bill(world).pk], 100, "停工", consented=False, actor=world["collector"])
    with pytest.raises(Invalid):
        ask(world, fund, 30_001)
    with pytest.raises(NotEnough):
        ask(world, fund, 25_001)
    aid = ask(world, fund, 20_000)
    with pytest.raises(NotEnough):
        ask(world, fund, 5_001, "1-1-102")
    with pytest.raises(SeatTaken):
        assess(aid.pk, Seat.SERVICE, agreed=True, note="", actor=actor_as(world, aid))
    with pytest.raises(DomainError) as second:
        open_fund(FundOrder(world.community.pk, FundKind.CARE, "又一个"), actor=world["lead"])
    assert second.value.code == "fund_exists"
    with pytest.raises(TenderError):
        pay(PaymentOrder(bill(world).property_id, bill(world).payer_id, (bill(world).pk,), {"care": 30_000}, "k9"), actor=world["cashier"])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE relief_aid SET total_fen = 1 WHERE id = %s", [aid.pk])
    decide(aid.request_id or 0, approved=False, actor=world["lead"], note="不够条件")
    assert Aid.objects.get().state == "refused" and not Payment.objects.exists() and balance_of(fund.pk) == 25_000
    sound(world)


def actor_as(world: World, aid: Aid) -> Actor:
    """Whoever asked, had they the seat of a housekeeper too."""
    return dataclasses.replace(world["keeper"], user_id=aid.made_by_id)


def test_the_pages(world: World) -> None:
    lead, finance = client_of(world["lead"]), client_of(world["finance"])
    answer = lead.post("/relief/funds/new", {"kind": "care", "community": world.community.pk, "name": "邻里关爱基金"})
    fund = Fund.objects.get()
    assert answer["Location"] == f"/relief/funds/{fund.pk}" and lead.post("/relief/funds/new", {"kind": "subsidy"}).status_code == 422
    sent = {"way": "firm", "giver": "person", "amount": "500.00", "paper": "批文"}
    assert finance.post(f"/relief/funds/{fund.pk}/money", sent | {"amount": "x"}).status_code == 422
    finance.post(f"/relief/funds/{fund.pk}/money", sent)
    decide(Money.objects.get().request_id or 0, approved=True, actor=world["lead"])
    assert "500.00" in finance.get(f"/relief/funds/{fund.pk}").content.decode() and "500.00" in finance.get("/relief/funds").content.decode()
    home, row = world.flats["1-1-101"].pk, bill(world).pk
    assert f"/relief/aids/new/{home}" in finance.get(f"/properties/{home}/").content.decode()
    assert "300.00" in finance.get(f"/relief/aids/new/{home}").content.decode()
    asked = {"bill": [row], "amount": "100.00", "reason": "停工"}
    assert finance.post(f"/relief/aids/new/{home}", asked).status_code == 422
    answer = finance.post(f"/relief/aids/new/{home}", asked | {"consented": "on"})
    aid = Aid.objects.get()
    assert answer["Location"] == f"/relief/aids/{aid.pk}"
    client_of(world["manager"]).post(f"/relief/aids/{aid.pk}/assess", {"seat": "project", "agreed": "yes"})
    assert aid.opinions.count() == 1 and "同意" in finance.get(f"/relief/aids/{aid.pk}").content.decode()
    assert "1-1-101" in finance.get("/relief/aids?q=101").content.decode() and finance.get("/relief/aids/export").status_code == 200
    assert finance.get(f"/relief/funds/{fund.pk}/notice.pdf").content[:4] == b"%PDF"
    line = lines(world)[0]
    assert f"/relief/lines/{line.pk}" in finance.get(f"/bank/lines/{line.pk}").content.decode()
    finance.post(f"/relief/lines/{line.pk}", {"fund": fund.pk, "way": "bank", "giver": "body"})
    assert balance_of(fund.pk) == 130_000 and finance.get(f"/bank/lines/{line.pk}").status_code == 200


def test_the_pages_of_a_subsidy(world: World) -> None:
    fund, finance = subsidy(world), client_of(world["finance"])
    claim_line(lines(world)[2].pk, fund.pk, "bank", "state", actor=world["finance"])
    assert "522.45" in finance.get(f"/relief/funds/{fund.pk}/pass").content.decode()
    sent = {"how": "each", "amount": "100.00", "reason": "首批"}
    assert "272.45" in finance.post(f"/relief/funds/{fund.pk}/pass", sent | {"show": "1"}).content.decode()
    assert finance.post(f"/relief/funds/{fund.pk}/pass", sent | {"amount": "0", "ask": "1"}).status_code == 422
    answer = finance.post(f"/relief/funds/{fund.pk}/pass", sent | {"ask": "1"})
    aid = Aid.objects.get()
    assert answer["Location"] == f"/relief/aids/{aid.pk}" and aid.total_fen == 27_245


@pytest.mark.django_db(transaction=True)
def test_two_decided_at_once_never_overdraw() -> None:
    with clock.at(DAY):
        world = build()
        fund = care_fund(world, 40_000)
        first = ask(world, fund, 30_000)
        Aid.objects.filter(pk=first.pk).update(state="refused")
        second = ask(world, fund, 20_000, "1-1-102")
        Aid.objects.filter(pk=first.pk).update(state="asked")
        for aid in (first, second):
            agree(world, aid)
    acts = [partial(decide, aid.request_id or 0, approved=True, actor=world["lead"]) for aid in (first, second)]
    found = at_once(*acts)
    assert sorted(isinstance(one, NotEnough) for one in found) == [False, True]
    assert balance_of(fund.pk) in (10_000, 20_000) and Payment.objects.count() == 1
    sound(world)
