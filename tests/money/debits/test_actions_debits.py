"""A file goes to the bank and its answer comes back: every item ends in one right state, and no money is lost."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.money.bank.samples import OURS
from tests.money.debits.samples import ACCOUNTS, TODAY, D, back, debiting, row, sent, signed
from tests.scenarios.month import first_finding
from tests.world import World, pay
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.bank.public import BankLine, import_statement
from wuyefei.money.billing.public import LateFeeHold, Receivable
from wuyefei.money.debits.public import (
    AnswerRefused,
    BillsMoved,
    DebitBatch,
    DebitBill,
    DebitItem,
    HasMandate,
    Mandate,
    MoreThanTaken,
    NothingToDebit,
    accept,
    end,
    file_of,
    give_up,
    import_answer,
    make_batch,
    send,
    settle,
    undo,
)
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.payments.public import Payment, PaymentOrder, ask_void, balance_fen

pytestmark = pytest.mark.django_db
EVERYBODY: dict[str, int | None] = {"陆小满": None, "沈秋白": None, "顾予安": None}


def balance(world: World, account: Account) -> int:
    return sum(Leg.objects.filter(community_id=world.community.pk, account=account).values_list("amount_fen", flat=True))


def owed(world: World, name: str) -> int:
    return sum(one.outstanding_fen for one in Receivable.objects.filter(payer=world.people[name]))


def item(batch: DebitBatch, name: str) -> DebitItem:
    return DebitItem.objects.get(batch=batch, mandate__payer__name=name)


def answered(world: World, batch: DebitBatch, data: bytes):  # type: ignore[no-untyped-def]
    return import_answer(batch.pk, "回盘.csv", data, TODAY, actor=world["finance"])


def test_the_whole_way() -> None:
    world = debiting(EVERYBODY)
    with clock.at(TODAY):
        batch = sent(world)
        assert (batch.number, batch.item_count, batch.total_fen) == ("DK260115001", 3, 40000 + 22388 + 30090)
        with pytest.raises(NothingToDebit):
            make_batch(world.community.pk, TODAY, actor=world["finance"])
        name, data = file_of(batch.pk, actor=world["finance"])
        assert name == "DK260115001.csv" and ACCOUNTS["陆小满"] in data.decode("gb18030") and "400.00" in data.decode("gb18030")
        said = str(list(AuditEntry.objects.values_list("after", "subject_text")))
        assert not any(number in said for number in ACCOUNTS.values())
        one, two, three = (item(batch, who).number for who in EVERYBODY)
        rows = [
            row(one, "400.00", "400.00", "成功", account=ACCOUNTS["陆小满"]), row(two, "223.88", "100.00", "部分成功", account="6200****0002"),
            row(three, "300.90", "", "E4"),
        ]  # fmt: skip
        done = answered(world, batch, back(*rows))
        assert (done.rows, done.known, done.paid, done.partial, done.failed, done.exceptions) == (3, 0, 1, 1, 1, 0)
        _ended(world, batch)
        assert answered(world, batch, back(*rows)).answer is None
        for changed, why in (
            (row(two, "223.88", "223.88", "成功"), "已经回盘"), (row("DK26011500100009", "1.00", "1.00", "成功"), "不在批次"),
            (row(one, "400.00", "400.00", "成功", account="6200000000099999"), "账号与报盘不同"), (rows[0] + rows[0], "同一笔"),
        ):  # fmt: skip
            with pytest.raises(AnswerRefused, match=why):
                answered(world, batch, back(changed))
        assert Payment.objects.filter(kind="batch").count() == 2
        with pytest.raises(DomainError, match="不能作废"):
            ask_void(item(batch, "陆小满").payment_id or 0, actor=world["cashier"], reason="弄错了")
    _again(world, batch)
    _settled(world, batch)


def _ended(world: World, batch: DebitBatch) -> None:
    paid, partial, failed = (item(batch, who) for who in EVERYBODY)
    assert paid.payment is not None and (paid.state, paid.payment.amount_fen, paid.payment.value_date) == ("paid", 40000, TODAY)
    assert paid.payment.receipt is not None and paid.payment.receipt.total_fen == 40000
    assert (partial.state, partial.got_fen, partial.next_try_on) == ("partial", 10000, D("2026-01-20"))
    assert (failed.state, failed.words, failed.payment, failed.next_try_on) == ("failed", "余额不足", None, D("2026-01-20"))
    assert (owed(world, "陆小满"), owed(world, "沈秋白"), owed(world, "顾予安")) == (0, 12388, 30090)
    assert balance(world, Account.DEBITS) == 50000 and balance(world, Account.BANK) == 0
    assert not DebitBill.objects.filter(waiting=True).exists() and first_finding(world) == ""


def _again(world: World, batch: DebitBatch) -> None:
    """Five days lie between two tries, and the second is the last. 0.05 % a day on 123.88 for five days is 0.31, on 300.90 0.75."""
    with clock.at(D("2026-01-16")), pytest.raises(NothingToDebit):
        make_batch(world.community.pk, D("2026-01-19"), actor=world["finance"])
    with clock.at(D("2026-01-20")):
        second = sent(world, D("2026-01-20"))
        assert [one.amount_fen for one in second.items.order_by("place")] == [12388 + 31, 30090 + 75]
        rows = [row(item(second, who).number, "", "", "失败", "账户已销户" if who == "顾予安" else "", on="2026-01-20") for who in ("沈秋白", "顾予安")]
        import_answer(second.pk, "二.csv", back(*rows), D("2026-01-20"), actor=world["finance"])
        assert item(second, "沈秋白").next_try_on is None
        gone = Mandate.objects.get(payer=world.people["顾予安"])
        assert gone.ended_at is not None and gone.end_reason == "账户已销户"
    with clock.at(D("2026-02-20")), pytest.raises(NothingToDebit):
        make_batch(world.community.pk, D("2026-02-20"), actor=world["finance"])


def _settled(world: World, batch: DebitBatch) -> None:
    """The bank pays out 500.00 in one sum: out of 1012.1, and nothing stands twice."""
    with clock.at(D("2026-01-20")):
        statement = "交易日期,交易流水号,贷方发生额,对方户名,摘要\n2026-01-16,C1,500.00,代扣清算,代扣\n2026-01-16,C2,500.01,某某,转账\n"
        import_statement(world.community.pk, OURS, "1月.csv", statement.encode(), actor=world["finance"])
        right, other = (BankLine.objects.get(ref=ref) for ref in ("C1", "C2"))
        with pytest.raises(MoreThanTaken):
            settle(batch.pk, other.pk, actor=world["finance"])
        settle(batch.pk, right.pk, actor=world["finance"])
        assert (balance(world, Account.DEBITS), balance(world, Account.BANK), balance(world, Account.BANK_SUSPENSE)) == (0, 100001, -50001)
        assert first_finding(world) == ""


def test_money_in_excess_stands_in_suspense_until_it_is_booked() -> None:
    world = debiting({"沈秋白": None})
    with clock.at(TODAY):
        batch = sent(world)
        one = item(batch, "沈秋白")
        answered(world, batch, back(row(one.number, "223.88", "240.00", "成功")))
        one.refresh_from_db()
        assert (one.state, one.suspense_fen, balance(world, Account.DEBIT_SUSPENSE), owed(world, "沈秋白")) == ("exception", 24000, -24000, 22388)
        assert first_finding(world) == ""
        payment = accept(one.pk, actor=world["finance"])
        assert (payment.amount_fen, owed(world, "沈秋白"), balance(world, Account.DEBIT_SUSPENSE)) == (24000, 0, 0)
        assert balance_fen(world.people["沈秋白"].pk, world.flats["1-1-102"].pk) == 1612
        with pytest.raises(DomainError, match="现在是「扣款成功」"):
            accept(one.pk, actor=world["finance"])
        assert first_finding(world) == ""


def test_money_that_cannot_be_booked_as_of_its_day_is_not_lost() -> None:
    """The payer pays a late fee at the desk before the answer of an earlier day comes: the bank's money waits in suspense."""
    world = debiting({"沈秋白": None})
    with clock.at(TODAY):
        batch = sent(world)
    with clock.at(D("2026-01-25")):
        bill = Receivable.objects.get(payer=world.people["沈秋白"])
        pay(PaymentOrder(world.flats["1-1-102"].pk, world.people["沈秋白"].pk, (bill.pk,), {"cash": 10000}, "k1"), actor=world["cashier"])
        one = item(batch, "沈秋白")
        done = answered(world, batch, back(row(one.number, "223.88", "223.88", "成功")))
        one.refresh_from_db()
        assert done.exceptions == 1 and one.state == "exception" and "违约金" in one.words
        assert balance(world, Account.DEBITS) == 22388 and first_finding(world) == ""


def test_a_bill_paid_meanwhile_becomes_prepayment() -> None:
    world = debiting({"沈秋白": None})
    with clock.at(TODAY):
        batch = sent(world)
        bill = Receivable.objects.get(payer=world.people["沈秋白"])
        pay(PaymentOrder(world.flats["1-1-102"].pk, world.people["沈秋白"].pk, (bill.pk,), {"cash": 22388}, "k2"), actor=world["cashier"])
        answered(world, batch, back(row(item(batch, "沈秋白").number, "223.88", "", "成功")))
        assert balance_fen(world.people["沈秋白"].pk, world.flats["1-1-102"].pk) == 22388 and first_finding(world) == ""


def test_before_it_is_sent() -> None:
    """A draft whose bills moved is not sent; undone, its bills are free; the file of an undone batch is not given out."""
    world = debiting({"陆小满": 26000, "沈秋白": None})
    finance = world["finance"]
    with clock.at(TODAY):
        disputed = Receivable.objects.get(payer=world.people["陆小满"], item=world.parking)
        LateFeeHold.objects.create(organisation=world.organisation, community=world.community, receivable=disputed, kind="dispute",
                                   starts_on=TODAY, source_ref="ticket:1", reason="面积有争议")  # fmt: skip
        batch = make_batch(world.community.pk, TODAY, actor=finance)
        assert batch.total_fen == 25000 + 22388 and batch.left_out == {"disputed": 1}
        with pytest.raises(DomainError, match="待报送"):
            answered(world, batch, back(row(item(batch, "沈秋白").number, "", "", "成功")))
        bill = Receivable.objects.get(payer=world.people["沈秋白"])
        pay(PaymentOrder(world.flats["1-1-102"].pk, world.people["沈秋白"].pk, (bill.pk,), {"cash": 5000}, "k3"), actor=world["cashier"])
        with pytest.raises(BillsMoved, match="1 笔"):
            send(batch.pk, actor=finance)
        undo(batch.pk, actor=finance)
        for refused in (send, undo, file_of):
            with pytest.raises(DomainError, match="已撤销"):
                refused(batch.pk, actor=finance)
        again = make_batch(world.community.pk, TODAY, actor=finance)
        assert (again.number, again.total_fen) == ("DK260115002", 25000 + 17388)
        end(Mandate.objects.get(payer=world.people["沈秋白"]).pk, "改用微信", actor=world["cashier"])
        with pytest.raises(BillsMoved):
            send(again.pk, actor=finance)
        assert first_finding(world) == ""


def test_the_bank_never_answers() -> None:
    world = debiting({"沈秋白": None})
    with clock.at(TODAY):
        batch = sent(world)
        with pytest.raises(DomainError, match="还可能回盘"):
            give_up(batch.pk, "银行没有结果", actor=world["finance"])
    with clock.at(TODAY + dt.timedelta(days=6)):
        assert give_up(batch.pk, "银行没有结果", actor=world["finance"]) == 1
        second = make_batch(world.community.pk, clock.today(), actor=world["finance"])
        assert second.item_count == 1
        answered(world, batch, back(row(item(batch, "沈秋白").number, "", "", "成功")))
        assert item(batch, "沈秋白").state == "paid" and first_finding(world) == ""
        with pytest.raises(BillsMoved):
            send(second.pk, actor=world["finance"])


def test_who_may() -> None:
    world = debiting({"沈秋白": None})
    with clock.at(TODAY):
        with pytest.raises(HasMandate):
            signed(world, "沈秋白")
        with pytest.raises(Forbidden):
            make_batch(world.community.pk, TODAY, actor=world["cashier"])
        batch = make_batch(world.community.pk, TODAY, actor=world["finance"])
        for foreign in (send, undo, file_of):
            with pytest.raises(NotFound):
                foreign(batch.pk, actor=world["outsider"])
        with pytest.raises(NotFound):
            end(Mandate.objects.get().pk, "不扣了", actor=world["outsider"])
        with pytest.raises(Forbidden):
            end(Mandate.objects.get().pk, "不扣了", actor=world["collector"])
        batch.refresh_from_db()
        assert batch.state == "draft" and Mandate.objects.get().ended_at is None
