"""Three refunds by bank transfer that two people have agreed on, and files as a bank gives them back. Everything is invented."""

from __future__ import annotations

import datetime as dt

from tests.scenarios.month import publish
from tests.world import World, make_world, pay
from wuyefei.estate.people.public import update_person
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.channels.public import Refund, RefundRequest, ask_refund
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.money.payouts.public import Answered, Payout, PayoutFile, import_answer, make_file, read_answer

D = dt.date.fromisoformat
TODAY = D("2026-01-15")
ACCOUNTS = {"陆小满": "6222020000000010001", "沈秋白": "6222020000000020002", "顾予安": "6222020000000030003"}
ASKED = {"陆小满": 10000, "沈秋白": 22388, "顾予安": 5000}
"""What each gets back, in fen."""
HEAD = "业务编号,收款账号,收款人,金额,处理结果,失败原因,交易日期,银行流水号\n"


def refunding(accounts: dict[str, str] | None = None) -> World:
    """January is published and paid by transfer; of it 100.00, 223.88 and 50.00 go back to their payers by bank."""
    with clock.at(D("2026-01-02")):
        world = make_world()
        publish(world, "2026-01")
    with clock.at(D("2026-01-14")):
        for name, account in (ACCOUNTS if accounts is None else accounts).items():
            update_person(world.people[name].pk, bank=account, reason="业主提供", actor=world["finance"])
    with clock.at(TODAY):
        for name, fen in ASKED.items():
            agreed(world, name, fen)
    return world


def agreed(world: World, name: str, fen: int) -> Refund:
    """Paid in full by transfer, then so much of it refunded: the bill is owed again."""
    bill = Receivable.objects.filter(payer=world.people[name], item=world.service).order_by("pk").first()
    assert bill is not None
    paid = pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"transfer": bill.outstanding_fen}, f"k-{name}"), actor=world["cashier"])
    refund = ask_refund(RefundRequest(paid.pk, fen, "transfer", "多缴", (bill.pk,)), actor=world["finance"])
    decide(Request.objects.get(kind="payment.refund", subject_id=refund.pk, state="open").pk, approved=True, actor=world["lead"])
    refund.refresh_from_db()
    return refund


def made(world: World, who: str = "finance") -> PayoutFile:
    return make_file(actor=world[who]).file


def payout(name: str, file: PayoutFile | None = None) -> Payout:
    rows = Payout.objects.filter(payee__name=name)
    return (rows.filter(file=file) if file else rows).order_by("-pk")[0]


def row(one: Payout, result: str, reason: str = "", *, fen: int | None = None, account: str = "", on: str = "2026-01-15", reference: str = "", number: str = "") -> str:
    fen = one.amount_fen if fen is None else fen
    return f"{number or one.number},{account},{one.payee.name},{fen // 100}.{fen % 100:02d},{result},{reason},{on},{reference}\n"


def back(*rows: str, encoding: str = "gb18030") -> bytes:
    return (HEAD + "".join(rows)).encode(encoding)


def answered(world: World, file: PayoutFile, data: bytes, name: str = "回盘.csv") -> Answered:
    return import_answer(file.pk, read_answer(name, data, actor=world["finance"]), actor=world["finance"])
