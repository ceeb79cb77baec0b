"""A fit-out deposit of 2,000.00 of flat 101, billed on 10 January and paid at the desk or not. Everything is invented."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.world import World, make_world, pay
from wuyefei.estate.tariffs.public import ChargeItem, DepositBy, DepositRule, set_policy
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, open_bills
from wuyefei.money.deposits.public import Deposit, Return
from wuyefei.money.payments.public import Payment, PaymentOrder
from wuyefei.money.sheets.public import DepositTerms, Head, ask_to_bill, draft_deposit

D = dt.date.fromisoformat
START, DAY, BACK_ON = D("2026-01-01"), D("2026-01-10"), D("2026-04-10")


def deposit_item(world: World) -> ChargeItem:
    item, _made = ChargeItem.objects.get_or_create(
        organisation=world.organisation, code="fitting_deposit", defaults={"name": "装修押金", "nature": "deposit", "tax_rate": Decimal(0)}
    )
    return item


def bill_deposit(world: World, *codes: str) -> list[Deposit]:
    """2,000.00 a flat, expected back on 10 April."""
    item = deposit_item(world)
    head = Head(item.pk, "装修押金", Span(clock.today(), clock.today()), clock.today())
    sheet = draft_deposit(head, DepositTerms(codes, return_on=BACK_ON), actor=world["finance"], community=world.community)
    decide(ask_to_bill(sheet.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    return list(Deposit.objects.filter(bill__in=Receivable.objects.filter(item=item, property__code__in=codes)).order_by("pk"))


def made(*codes: str) -> tuple[World, list[Deposit]]:
    with clock.at(START):
        world = make_world()
        item = deposit_item(world)
        set_policy(item.pk, DepositRule(DepositBy.PROPERTY, Decimal(2000)), START, actor=world["manager"], community=world.community)
    with clock.at(DAY):
        return world, bill_deposit(world, *codes)


def paid(world: World, deposit: Deposit, fen: int, key: str = "k", method: str = "cash") -> Payment:
    (bill,) = open_bills(world["cashier"], clock.today(), receivable_ids=[deposit.bill_id])
    order = PaymentOrder(deposit.property_id, deposit.holder_id, (bill.id,), {method: fen}, f"{key}-{deposit.pk}", due_fen=bill.total_fen)
    return pay(order, actor=world["cashier"])


def decided(made_: Return, world: World, approved: bool = True, who: str = "lead") -> Return:
    request = Request.objects.get(kind="deposits.return", subject_id=made_.pk, state="open")
    decide(request.pk, approved=approved, actor=world[who], note="" if approved else "再看看")
    made_.refresh_from_db()
    return made_
