"""A deposit's life: billed, paid, held, inspected, given back by two people, and never twice."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from tests.money.deposits.samples import BACK_ON, DAY, D, bill_deposit, decided, made, paid
from tests.scenarios.month import first_finding
from tests.world import World
from wuyefei.estate.people.public import PersonRow
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.actions.refunds import cancel, paid_by_transfer
from wuyefei.money.channels.public import Refund, RefundRequest, ask_refund
from wuyefei.money.deposits.public import (
    Deposit,
    Facts,
    Handover,
    Move,
    Return,
    ReturnAsked,
    ReturnDraft,
    TooMuchBack,
    Withheld,
    ask_return,
    describe_deposit,
    get_deposit,
    shown_to,
)
from wuyefei.money.ledger.public import Account, Entry, Leg, Posting, post
from wuyefei.money.payments.public import Payment, ask_void, undo_payment
from wuyefei.money.sheets.public import NothingToBill
from wuyefei.money.transfers.public import Basis, Held, Order, ask_transfer, ask_undo

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xaeB`\x82"
INSPECTED = D("2026-03-20")


def balance(world: World, account: Account) -> int:
    return sum(Leg.objects.filter(community_id=world.community.pk, account=account).values_list("amount_fen", flat=True))


def held(world: World, deposit: Deposit) -> int:
    return int(get_deposit(world["finance"], deposit.pk).held_fen)  # type: ignore[attr-defined]


def ask(world: World, deposit: Deposit, fen: int, *withheld: Withheld, way: str = "transfer", who: str = "finance") -> Return:
    return ask_return(ReturnDraft(deposit.pk, clock.today(), "墙面有划痕", fen, withheld, way), actor=world[who])


def test_the_whole_way() -> None:
    world, (deposit, other) = made("1-1-101", "1-1-102")
    assert (deposit.purpose, deposit.expected_on, balance(world, Account.DEPOSITS)) == ("装修押金", BACK_ON, -400000)
    with clock.at(DAY):
        one, two = paid(world, deposit, 80000, "a"), paid(world, deposit, 120000, "b")
        assert (held(world, deposit), balance(world, Account.DEPOSITS), balance(world, Account.RECEIVABLE)) == (200000, -400000, 200000)
        facts = Facts("装修押金（王工）", "ZX-2026-07", BACK_ON)
        describe_deposit(deposit.pk, facts, actor=world["finance"])
    with clock.at(INSPECTED):
        back = ask(world, deposit, 165000, Withheld("墙面划痕", 20000, "YS-0320-1"), Withheld("垃圾清运", 15000, photo=PNG))
        for act, error in (
            (lambda: decided(back, world, who="finance"), (SamePerson, Forbidden)), (lambda: ask(world, deposit, 100), ReturnAsked),
            (lambda: decided(back, world, who="cashier"), NotFound),
        ):  # fmt: skip
            with pytest.raises(error):
                act()
        decided(back, world)
        assert (back.state, held(world, deposit)) == ("approved", 0)
        assert (balance(world, Account.DEPOSITS), balance(world, Account.REFUNDING), balance(world, Account.FORFEIT)) == (-200000, -165000, -35000)
        parts = list(Refund.objects.order_by("pk").values_list("payment_id", "amount_fen", "method", "state"))
        assert parts == [(one.pk, 80000, "transfer", "approved"), (two.pk, 85000, "transfer", "approved")]
        assert first_finding(world) == ""
        first, second = Refund.objects.order_by("pk")
        paid_by_transfer(first.pk, "BK-1", actor=world["finance"])
        cancel(second.pk, actor=world["finance"], reason="账号写错")
        assert (held(world, deposit), balance(world, Account.DEPOSITS), balance(world, Account.BANK)) == (85000, -285000, -80000)
        assert first_finding(world) == ""
        again = decided(ask(world, deposit, 85000), world)
        paid_by_transfer(Refund.objects.latest("pk").pk, "BK-2", actor=world["finance"])
        assert again.moves.get().payment_id == two.pk and held(world, deposit) == 0
        assert balance(world, Account.REFUNDING) == 0 and first_finding(world) == ""
        for payment in (one, two):
            with pytest.raises(DomainError, match="不能作废"):
                ask_void(payment.pk, actor=world["cashier"], reason="弄错了")
        assert [row.bill_id for row in bill_deposit(world, "1-1-101")][1:], "what was given back may be asked for again"
        with pytest.raises(NothingToBill):
            bill_deposit(world, "1-1-102")
    assert other.expected_on == BACK_ON


def test_refused_and_withdrawn_change_nothing() -> None:
    world, (deposit,) = made("1-1-101")
    with clock.at(INSPECTED):
        with pytest.raises(DomainError, match="没有在押"):
            ask(world, deposit, 100)
        payment = paid(world, deposit, 200000)
        for act, error in (
            (lambda: ask(world, deposit, 200001), TooMuchBack), (lambda: ask(world, deposit, 100, who="cashier"), Forbidden),
            (lambda: ask(world, deposit, 100, who="outsider"), NotFound), (lambda: ask(world, deposit, 100, Withheld("墙面", 100)), DomainError),
            (lambda: ask(world, deposit, 100, Withheld("墙面", 100, photo=b"GIF89a")), DomainError), (lambda: ask(world, deposit, 100, way="pigeon"), DomainError),
            (lambda: ask_return(ReturnDraft(deposit.pk, D("2026-03-21"), "好", 1), actor=world["finance"]), DomainError),
            (lambda: ask_return(ReturnDraft(deposit.pk, INSPECTED, " ", 1), actor=world["finance"]), DomainError),
            (lambda: describe_deposit(deposit.pk, Facts(" "), actor=world["finance"]), DomainError),
            (lambda: describe_deposit(deposit.pk, Facts("押金"), actor=world["cashier"]), Forbidden),
        ):  # fmt: skip
            with pytest.raises(error):
                act()
        bills = (deposit.bill_id,)
        with pytest.raises(DomainError, match="押金"):
            ask_refund(RefundRequest(payment.pk, 100, "transfer", "退", bills), actor=world["finance"])
        assert not Return.objects.exists() and not Refund.objects.exists()
        back = decided(ask(world, deposit, 200000), world, approved=False)
        assert (back.state, held(world, deposit), Move.objects.count(), Refund.objects.count()) == ("refused", 200000, 0, 0)
        ask(world, deposit, 200000)
        with pytest.raises(DomainError, match="不能作废"):
            undo_payment(payment.pk, "弄错了", actor=world["lead"])
        assert first_finding(world) == ""


@pytest.mark.long
def test_a_payment_voided_while_a_return_waits_leaves_nothing_to_give() -> None:
    world, (deposit,) = made("1-1-101")
    with clock.at(INSPECTED):
        payment = paid(world, deposit, 200000)
        void = ask_void(payment.pk, actor=world["cashier"], reason="弄错了")
        back = ask(world, deposit, 200000)
        with pytest.raises(DomainError, match="不能作废"):
            decide(void.pk, approved=True, actor=world["lead"])
        decided(back, world)
        assert held(world, deposit) == 0 and Payment.objects.get(pk=payment.pk).voided_at is None and first_finding(world) == ""


def test_it_goes_with_the_home_or_is_settled() -> None:
    world, (deposit, kept) = made("1-1-101", "1-1-102")
    buyer = PersonRow(name="温如言", mobile="19900001001")
    with clock.at(INSPECTED):
        paid(world, deposit, 200000)
        paid(world, kept, 200000)
        day = INSPECTED + dt.timedelta(10)
        row = ask_transfer(Order(deposit.property_id, buyer, day, Basis.SALE, deposits=Held.MOVE), actor=world["finance"])
        assert (row.state, row.amount_fen, row.plan["deposits"]) == ("asked", 200000, [[deposit.pk, 200000]])
        decide(Request.objects.get(kind="transfer.do").pk, approved=True, actor=world["lead"])
        deposit.refresh_from_db()
        assert deposit.holder_id == row.buyer_id and Handover.objects.get().held_fen == 200000 and held(world, deposit) == 200000
        assert [one.row.pk for one in shown_to([row.buyer_id], [deposit.property_id])] == [deposit.pk]
        assert shown_to([row.seller_id], [deposit.property_id]) == []
        with pytest.raises(DomainError, match="银行转账"):
            ask(world, deposit, 100, way="source")
        waiting = ask(world, deposit, 100)
        undo = ask_undo(row.pk, actor=world["finance"], reason="买卖没成")
        request = Request.objects.get(kind="transfer.undo", subject_id=undo.pk)
        with pytest.raises(ReturnAsked):
            decide(request.pk, approved=True, actor=world["lead"])
        decided(waiting, world, approved=False)
        decide(request.pk, approved=True, actor=world["lead"])
        deposit.refresh_from_db()
        assert deposit.holder_id == row.seller_id and first_finding(world) == ""
        other = PersonRow(name="祝晚晴", mobile="19900001002")
        settled = ask_transfer(Order(kept.property_id, other, INSPECTED, Basis.SALE, deposits=Held.SETTLE), actor=world["finance"])
        kept.refresh_from_db()
        assert (settled.state, kept.holder_id, kept.expected_on) == ("done", settled.seller_id, INSPECTED)
        assert first_finding(world) == ""


@pytest.mark.long
def test_what_the_database_refuses() -> None:
    world, (deposit,) = made("1-1-101")
    with clock.at(INSPECTED):
        paid(world, deposit, 200000)
        decided(ask(world, deposit, 100000, Withheld("墙面", 100, "A-1")), world)
    for act in (
        lambda: Deposit.objects.update(bill_id=0), lambda: Return.objects.update(refund_fen=1), lambda: Move.objects.update(amount_fen=-1),
        lambda: Move.objects.all().delete(), lambda: Return.objects.update(decided_by_id=world["finance"].user_id),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_deposits_of_an_earlier_state_come_to_their_account() -> None:
    """As it was before: what is billed stood on 2241, what was brought along on 3131."""
    move = import_module("wuyefei.money.deposits.migrations.0003_earlier_on_their_account")
    world, (one, two) = made("1-1-101", "1-1-102")
    paid(world, one, 200000)
    place, who = world.community.pk, world["finance"]
    for deposit, kind, account in ((one, "billing.once", Account.HELD), (two, "billing.opening", Account.OPENING)):
        legs = [Posting(Account.DEPOSITS, 200000), Posting(account, -200000)]
        post(kind, deposit.bill_id, legs, actor=who, community_id=place, memo="以前的记法")
    assert first_finding(world).startswith("deposits.held")
    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute(move.SYSTEM)
            cursor.execute(move.MOVE)
        sums = {account: sum(Leg.objects.filter(account=account.value).values_list("amount_fen", flat=True)) for account in (Account.HELD, Account.OPENING, Account.DEPOSITS)}
        assert sums == {Account.HELD: 0, Account.OPENING: 0, Account.DEPOSITS: -400000}
        assert first_finding(world) == "" and Entry.objects.filter(kind="deposits.carried").count() == 2
