"""A small company worked by hand: a quarter billed, money taken, a release, an adjustment, a reversal (docs/rules/accounts.md)."""

from __future__ import annotations

import datetime as dt

from tests.scenarios.month import publish
from tests.world import World, make_world, pay
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, ask_adjustment, ask_reversal, release_income
from wuyefei.money.payments.public import PaymentOrder


def bill_of(world: World, code: str) -> Receivable:
    return Receivable.objects.get(property=world.flats[code])


def make_company() -> World:
    """Billed 2026-01-02 for a quarter; paid on 10 January and 5 February; released on 1 February; corrected on 20 February."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world(cycle_months=3)
        publish(world, "2026-01")
    with clock.at(dt.date(2026, 1, 10)):
        bill = bill_of(world, "1-1-101")
        pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"cash": 100000}, "k1", keep_rest=True), actor=world["cashier"])
    with clock.at(dt.date(2026, 2, 1)):
        release_income(world.community.pk, Month.parse("2026-02"), actor=world["lead"])
    with clock.at(dt.date(2026, 2, 5)):
        bill = bill_of(world, "1-1-102")
        pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"transfer": 67869}, "k2"), actor=world["cashier"])
    with clock.at(dt.date(2026, 2, 20)):
        wanted = ask_adjustment(bill_of(world, "1-1-201").pk, -10600, actor=world["finance"], reason="服务不到位，协商减收")
        decide(wanted.pk, approved=True, actor=world["lead"])
        wanted = ask_reversal(bill_of(world, "B1-001").pk, actor=world["finance"], reason="车位已退租")
        decide(wanted.pk, approved=True, actor=world["lead"])
    return world
