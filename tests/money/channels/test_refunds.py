"""Money back to its payer: asked, approved by another, sent once, arrived; every failure has a way on."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.money.cashdesk.test_pages import client_of
from tests.world import World
from tests.world import pay as pay_at_desk
from wuyefei.edges.sandbox.public import Sandbox
from wuyefei.estate.people.public import update_person
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import Receivable, charge_once
from wuyefei.money.channels.actions import refunds as acts
from wuyefei.money.channels.actions.exceptions import resolve
from wuyefei.money.channels.models import RefundTotal
from wuyefei.money.channels.public import (
    ChannelException,
    Order,
    Refund,
    RefundRequest,
    ask_refund,
    sweep_refunds,
)
from wuyefei.money.deposits.public import Deposit, ReturnDraft, Withheld, ask_return
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.payments.public import NothingToGiveBack, Payment, PaymentOrder, ask_void, balance_fen
from wuyefei.money.payouts.public import PayoutFile

from .support import NOON, begin, books_hold, deliver, pay, side_of
from .test_situations import Lie

MINUTE = dt.timedelta(minutes=1)


def paid(world: World, sandbox: Sandbox, channel: str = "wechat") -> Order:
    order = begin(world, channel)
    pay(sandbox, order)
    assert deliver(sandbox, order) == 200
    return Order.objects.get(pk=order.pk)


def ask(world: World, order: Order, fen: int, method: str = "source", bills: bool = True) -> Refund:
    assert order.payment is not None
    ids = tuple(order.bills.values_list("receivable_id", flat=True)) if bills else ()
    return ask_refund(RefundRequest(order.payment.pk, fen, method, "收重了", ids), actor=world["finance"])


def approve(world: World, refund: Refund, who: str = "lead") -> Refund:
    request = Request.objects.get(kind="payment.refund", subject_id=refund.pk, state="open")
    decide(request.pk, approved=True, actor=world[who])
    refund.refresh_from_db()
    return refund


def standing(account: Account) -> int:
    return Leg.objects.filter(account=account).aggregate(s=Sum("amount_fen"))["s"] or 0


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
def test_part_of_a_payment_goes_back_the_way_it_came(world: World, sandbox: Sandbox, channel: str) -> None:
    order = paid(world, sandbox, channel)
    refund = ask(world, order, 10000)
    assert (refund.state, refund.due_at) == ("requested", NOON + dt.timedelta(days=2)) and standing(Account.CHANNEL) == 25375
    with pytest.raises(Forbidden):
        approve(world, refund, "finance")
    approve(world, refund)
    assert refund.state == "approved" and standing(Account.REFUNDING) == -10000
    (bill,) = Receivable.objects.filter(property=world.flats["1-1-101"])
    assert bill.outstanding_fen == 25000, "the settlement was undone: the bill is owed again"
    books_hold(world)
    assert sweep_refunds() == 1
    refund.refresh_from_db()
    assert refund.state == "done" and refund.due_at is None and refund.tries == 1
    assert side_of(sandbox, channel).trades[order.number].refunds == {refund.number: 10000}
    assert standing(Account.CHANNEL) == 15375 and standing(Account.REFUNDING) == 0
    assert balance_fen(order.payer_id, order.property_id) == 15375
    assert sweep_refunds() == 0
    books_hold(world)
    assert order.payment is not None and order.payment.receipt is not None
    page = Client().get(f"/r/{order.payment.receipt.token}").content.decode()
    assert "已退款" in page and "100.00" in page


def test_never_more_than_was_paid(world: World, sandbox: Sandbox) -> None:
    order = paid(world, sandbox)
    ask(world, order, 20000)
    with pytest.raises(DomainError, match="53.75"):
        ask_refund(RefundRequest(order.payment_id or 0, 5376, "source", "再退", tuple(order.bills.values_list("receivable_id", flat=True))), actor=world["finance"])
    total = RefundTotal.objects.get()
    assert total.reserved_fen == 20000 and Refund.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundTotal.objects.filter(pk=total.pk).update(reserved_fen=25376)


def test_refusals_change_nothing(world: World, sandbox: Sandbox) -> None:
    order = paid(world, sandbox)
    payment_id = order.payment_id or 0
    good = RefundRequest(payment_id, 100, "source", "退", tuple(order.bills.values_list("receivable_id", flat=True)))
    for actor, wanted, error in (
        ("cashier", good, Forbidden), ("outsider", good, NotFound), ("finance", RefundRequest(payment_id, 0, "source", "退"), Invalid), ("finance", RefundRequest(payment_id, 100, "source", "退"), NothingToGiveBack),
        ("finance", RefundRequest(payment_id, 100, "pigeon", "退"), Invalid), ("finance", RefundRequest(payment_id, 100, "source", " "), DomainError),
    ):  # fmt: skip
        with pytest.raises(error):
            ask_refund(wanted, actor=world[actor])
    assert not Refund.objects.exists() and not Request.objects.filter(kind="payment.refund").exists()
    refund = ask(world, order, 10000)
    decide(Request.objects.get(kind="payment.refund", subject_id=refund.pk, state="open").pk, approved=False, actor=world["lead"], note="不退")
    refund.refresh_from_db()
    assert refund.state == "rejected" and RefundTotal.objects.get().reserved_fen == 0
    books_hold(world)


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
def test_a_failed_refund_is_tried_again_or_cancelled(world: World, sandbox: Sandbox, channel: str) -> None:
    order = paid(world, sandbox, channel)
    side_of(sandbox, channel).faults.refund_failures = 2
    refund = approve(world, ask(world, order, 5000))
    sweep_refunds()
    refund.refresh_from_db()
    assert refund.state == "failed" and "余额不足" in refund.failure and refund.due_at is not None
    acts.retry(refund.pk, actor=world["finance"])
    sweep_refunds()
    refund.refresh_from_db()
    assert refund.state == "failed" and refund.tries == 2
    books_hold(world)
    acts.cancel(refund.pk, actor=world["finance"], reason="业主不退了")
    assert RefundTotal.objects.get().reserved_fen == 0 and standing(Account.REFUNDING) == 0
    again = approve(world, ask(world, order, 5000))
    sweep_refunds()
    again.refresh_from_db()
    assert again.state == "done" and side_of(sandbox, channel).trades[order.number].refunds == {again.number: 5000}
    books_hold(world)


def test_a_provider_that_does_not_answer_is_asked_until_it_does(world: World, sandbox: Sandbox) -> None:
    order = paid(world, sandbox)
    refund = approve(world, ask(world, order, 5000))
    sandbox.wechat.faults.status = 500
    sweep_refunds()
    sweep_refunds()
    refund.refresh_from_db()
    assert refund.state == "sent" and "500" in refund.failure
    for refused in (acts.retry, lambda pk, actor: acts.paid_by_transfer(pk, "B1", actor=actor), lambda pk, actor: acts.cancel(pk, actor=actor, reason="x")):
        with pytest.raises(DomainError):
            refused(refund.pk, actor=world["finance"])
    sandbox.wechat.faults.status = 0
    sweep_refunds()
    refund.refresh_from_db()
    assert refund.state == "done" and refund.tries == 1
    books_hold(world)


def test_an_answer_lost_after_the_provider_has_paid(world: World, sandbox: Sandbox) -> None:
    order = paid(world, sandbox)
    refund = approve(world, ask(world, order, 5000))
    sandbox.wechat.faults.wrong_key = True
    sweep_refunds()
    refund.refresh_from_db()
    assert refund.state == "sent" and sandbox.wechat.trades[order.number].refunds == {refund.number: 5000}
    sandbox.wechat.faults.wrong_key = False
    sweep_refunds()
    refund.refresh_from_db()
    assert refund.state == "done" and sum(sandbox.wechat.trades[order.number].refunds.values()) == 5000


def test_by_bank_transfer(world: World, sandbox: Sandbox) -> None:
    order = paid(world, sandbox)
    asked = ask(world, order, 25375, "transfer")
    with pytest.raises(DomainError, match=f"同样金额的退款 {asked.number} 在等审批"):
        ask(world, order, 25375, "transfer")
    assert Refund.objects.count() == 1
    refund = approve(world, asked)
    assert sweep_refunds() == 0
    assert refund.payment is not None
    update_person(refund.payment.payer_id, bank="6222020000000000123", reason="业主提供", actor=world["finance"])
    assert "622" in client_of(world, "finance").get(f"/refunds/{refund.pk}").content.decode()
    with pytest.raises(Invalid):
        acts.paid_by_transfer(refund.pk, " ", actor=world["finance"])
    acts.paid_by_transfer(refund.pk, "B20260214001", actor=world["finance"])
    refund.refresh_from_db()
    assert (refund.state, refund.reference) == ("done", "B20260214001")
    with pytest.raises(DomainError, match="现在的状态（已退款）不能这样做"):
        acts.paid_by_transfer(refund.pk, "B20260214002", actor=world["finance"])
    assert standing(Account.BANK) == -25375 and standing(Account.CHANNEL) == 25375
    with pytest.raises(DomainError, match="已撤销核销或退款|不能作废"):
        ask_void(order.payment_id or 0, actor=world["cashier"], reason="作废")
    books_hold(world)


def test_by_payment_file(world: World, sandbox: Sandbox) -> None:
    """What came online and goes back by transfer: in a file by the pages, the workbook, and the bank's answer."""
    order = paid(world, sandbox)
    refund = approve(world, ask(world, order, 25375, "transfer"))
    assert refund.payment is not None
    update_person(refund.payment.payer_id, bank="6222020000000000123", reason="业主提供", actor=world["lead"])
    client = client_of(world, "finance")
    assert "生成付款文件（1 笔）" in client.get("/refunds/").content.decode() and client_of(world, "cashier").post("/payouts/make").status_code == 403
    assert client.post("/payouts/make").status_code == 302
    file = PayoutFile.objects.get()
    book = CalamineWorkbook.from_filelike(BytesIO(client.post(f"/payouts/{file.pk}/download").content))
    (_head, line) = book.get_sheet_by_name("付款文件").to_python()
    assert line[:5] == [refund.payment.payer.name, "6222020000000000123", 253.75, f"退款 {refund.number}", refund.number]
    assert AuditEntry.objects.filter(action="payout.download").count() == 1
    answer = f"明细号,金额,处理结果,银行流水号\n{refund.number},253.75,成功,B20260214001\n".encode("gbk")
    shown = client.post(f"/payouts/{file.pk}/answer", {"file": SimpleUploadedFile("回盘.csv", answer)})
    assert shown.status_code == 200 and Refund.objects.get().state == "sent", "a look changes nothing"
    packed = shown.context["packed"]
    assert client.post(f"/payouts/{file.pk}/confirm", {"packed": packed[:-3] + "xyz"}).status_code == 409
    for _twice in range(2):
        assert client.post(f"/payouts/{file.pk}/confirm", {"packed": packed}).status_code == 302
    refund.refresh_from_db()
    assert (refund.state, refund.reference, standing(Account.BANK), standing(Account.REFUNDING)) == ("done", "B20260214001", -25375, 0)
    books_hold(world)


def test_money_in_suspense_goes_back_or_is_booked(world: World, sandbox: Sandbox) -> None:
    order = begin(world)
    pay(sandbox, order)
    deliver(sandbox, order, Lie(at=NOON, amount_fen=5000))
    found = ChannelException.objects.get()
    sandbox.wechat.trades[order.number].amount_fen = 5000
    refund = acts.ask_suspense_refund(found.pk, "不认识这笔钱", actor=world["finance"])
    with pytest.raises(DomainError, match="已申请退款"):
        resolve(found.pk, "booked", "是他的", actor=world["finance"])
    approve(world, refund)
    found.refresh_from_db()
    assert found.resolution == "refunded" and standing(Account.SUSPENSE) == 0 and standing(Account.REFUNDING) == -5000
    sweep_refunds()
    assert standing(Account.CHANNEL) == 0 and standing(Account.REFUNDING) == 0
    books_hold(world)
    other = begin(world, "alipay", "key-0002")
    pay(sandbox, other)
    deliver(sandbox, other, Lie(at=NOON, amount_fen=5000))
    second = ChannelException.objects.get(order=other)
    with pytest.raises(DomainError):
        resolve(second.pk, "booked", "", actor=world["finance"])
    with pytest.raises(Forbidden):
        resolve(second.pk, "booked", "核对过", actor=world["cashier"])
    resolve(second.pk, "booked", "业主来电确认", actor=world["finance"])
    payment = Payment.objects.get(kind="online")
    assert payment.amount_fen == 5000 and payment.receipt is not None and standing(Account.SUSPENSE) == 0
    books_hold(world)


def test_what_was_spent_meanwhile_is_not_given_back(world: World, sandbox: Sandbox) -> None:
    """Paid twice, a refund asked for, and the prepayment spent at the desk before anybody approved: refused, unchanged."""
    first, second = begin(world, "wechat", "key-0001"), begin(world, "alipay", "key-0002")
    for order in (first, second):
        pay(sandbox, order)
        deliver(sandbox, order)
    refund = ask(world, Order.objects.get(pk=second.pk), 25375, bills=False)
    flat = world.flats["B1-001"]
    (bill,) = Receivable.objects.filter(property=flat)
    assert balance_fen(second.payer_id, second.property_id) == 25375
    spend = PaymentOrder(second.property_id, second.payer_id, (bill.pk,), {"prepaid": 15225}, "spend-0001")
    pay_at_desk(spend, actor=world["cashier"])
    with pytest.raises(NothingToGiveBack, match="101.50"):
        approve(world, refund)
    refund.refresh_from_db()
    assert refund.state == "requested" and standing(Account.REFUNDING) == 0
    books_hold(world)


def test_nobody_approves_their_own(world: World, sandbox: Sandbox) -> None:
    order = paid(world, sandbox)
    bills = tuple(order.bills.values_list("receivable_id", flat=True))
    refund = ask_refund(RefundRequest(order.payment_id or 0, 100, "source", "退", bills), actor=world["lead"])
    with pytest.raises(SamePerson):
        approve(world, refund)
    refund.refresh_from_db()
    assert refund.state == "requested"


def test_a_deposit_paid_online_goes_back_the_way_it_came(world: World, sandbox: Sandbox) -> None:
    item = ChargeItem.objects.create(organisation=world.organisation, code="card", name="门禁卡押金", nature="deposit", tax_rate=0)
    flat, owner = world.flats["1-1-102"], world.people["沈秋白"]
    bill = charge_once(flat.pk, owner.pk, item, 4000, actor=world["cashier"], community_id=world.community.pk, memo="门禁卡")
    order = begin(world, "wechat", "key-deposit", property_id=flat.pk, payer_id=owner.pk, receivable_ids=(bill.pk,), due_fen=4000)
    pay(sandbox, order)
    assert deliver(sandbox, order) == 200
    deposit = Deposit.objects.get(bill=bill)
    kept = Withheld("卡面划痕", 500, "MJ-1")
    back = ask_return(ReturnDraft(deposit.pk, NOON.date(), "卡已收回", 3500, (kept,)), actor=world["finance"])
    decide(Request.objects.get(kind="deposits.return", subject_id=back.pk).pk, approved=True, actor=world["lead"])
    refund = Refund.objects.get(deposit=deposit)
    assert (refund.state, refund.method, refund.amount_fen, refund.requested_by_id, refund.approved_by_id) == (
        "approved", "source", 3500, world["finance"].user_id, world["lead"].user_id,
    )  # fmt: skip
    assert (standing(Account.DEPOSITS), standing(Account.REFUNDING), standing(Account.FORFEIT)) == (0, -3500, -500)
    assert sweep_refunds() == 1
    assert side_of(sandbox, "wechat").trades[order.number].refunds == {refund.number: 3500}
    assert standing(Account.REFUNDING) == 0 and standing(Account.CHANNEL) == 500
    with pytest.raises(DomainError, match="可以退的只有 0.00"):
        ask_refund(RefundRequest(order.__class__.objects.get(pk=order.pk).payment_id or 0, 501, "source", "再退"), actor=world["finance"])
    books_hold(world)
