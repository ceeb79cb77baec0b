"""The small company of ``docs/rules/measures.md``, told day by day."""

from __future__ import annotations

import datetime as dt

from tests.scenarios.month import publish
from tests.world import World, make_world, own, person
from tests.world import pay as pay_at_desk
from wuyefei.estate.occupancy.public import Tie
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, ask_adjustment, ask_reversal, refresh
from wuyefei.money.payments.public import Allocation, Payment, PaymentOrder, Tender, ask_void

END = dt.date(2026, 3, 31)


def bill_of(world: World, code: str, month: int) -> Receivable:
    return Receivable.objects.get(property=world.flats[code], period=dt.date(2026, month, 1))


def pay(world: World, code: str, owner: str, month: int, method: str, fen: int, *, keep_rest: bool = False) -> Payment:
    bill = bill_of(world, code, month)
    order = PaymentOrder(
        world.flats[code].pk, world.people[owner].pk, (bill.pk,), {method: fen}, f"{code}-{month}-{clock.today()}", keep_rest=keep_rest
    )
    return pay_at_desk(order, actor=world["cashier"])


def approve(request: Request, world: World) -> None:
    decide(request.pk, approved=True, actor=world["lead"])


def book_late(world: World, code: str, owner: str, month: int, fen: int, value_date: dt.date) -> None:
    """A transfer as a bank's file brings it: booked now, valued on an earlier day."""
    bill = bill_of(world, code, month)
    common = {"organisation_id": bill.organisation_id, "community_id": bill.community_id, "value_date": value_date, "booked_at": clock.now()}
    payment = Payment.objects.create(
        **common, payer=world.people[owner], property=world.flats[code], kind=Payment.Kind.DESK, amount_fen=fen,
        booked_by_id=world["cashier"].user_id,
    )  # fmt: skip
    Tender.objects.create(payment=payment, method=Tender.Method.TRANSFER, amount_fen=fen)
    Allocation.objects.create(**common, payment=payment, receivable=bill, part=Allocation.Part.PRINCIPAL, amount_fen=fen)
    refresh([bill])


def three_months() -> World:
    """To the end of 31 March 2026."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    with clock.at(dt.date(2026, 1, 10)):
        pay(world, "1-1-102", "沈秋白", 1, "cash", 72388, keep_rest=True)
    with clock.at(dt.date(2026, 2, 2)):
        publish(world, "2026-02")
    with clock.at(dt.date(2026, 2, 14)):
        wrong = pay(world, "1-1-101", "陆小满", 1, "card", 20000)
    with clock.at(dt.date(2026, 2, 20)):
        approve(ask_void(wrong.pk, actor=world["cashier"], reason="刷错卡"), world)
    with clock.at(dt.date(2026, 2, 25)):
        pay(world, "B1-001", "陆小满", 1, "scan", 15308)
    world.people["温故知"] = person(world.community, "温故知")
    Tie.objects.filter(property=world.flats["1-1-201"]).update(ends_on=dt.date(2026, 2, 28))
    own(world.flats["1-1-201"], world.people["温故知"], since=dt.date(2026, 3, 1))
    with clock.at(dt.date(2026, 3, 1)):
        approve(ask_adjustment(bill_of(world, "1-1-201", 2).pk, -3090, actor=world["finance"], reason="困难减免"), world)
    with clock.at(dt.date(2026, 3, 2)):
        publish(world, "2026-03")
    with clock.at(dt.date(2026, 3, 3)):
        book_late(world, "1-1-201", "顾予安", 2, 27000, dt.date(2026, 2, 26))
    with clock.at(dt.date(2026, 3, 10)):
        pay(world, "1-1-101", "陆小满", 1, "cash", 25675)
    with clock.at(dt.date(2026, 3, 12)):
        pay(world, "1-1-201", "温故知", 3, "scan", 30090)
    with clock.at(dt.date(2026, 3, 20)):
        approve(ask_reversal(bill_of(world, "1-1-201", 1).pk, actor=world["finance"], reason="面积录错"), world)
    return world
