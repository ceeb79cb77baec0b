"""At the same moment, on real transactions: the last of a payment asked for by four, one order told of by many."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.db.models import Sum

from tests.world import World
from tests.world import pay as pay_at_desk
from wuyefei.edges.sandbox.public import Keyring, Sandbox
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.actions.refunds import OverRefund
from wuyefei.money.channels.models import RefundTotal
from wuyefei.money.channels.public import ChannelException, Order, ask_provider
from wuyefei.money.payments.public import Payment, PaymentOrder, Prepayment

from .conftest import build
from .support import NOON, at, begin, books_hold, deliver, pay
from .test_refunds import ask, paid


@pytest.mark.django_db(transaction=True)
def test_four_ask_for_the_last_of_it_at_once(sandbox: Sandbox, sandbox_keys: Keyring) -> None:
    world: World = build(sandbox_keys)
    with at(sandbox, NOON):
        order = paid(world, sandbox)
    came: list[str] = []

    def one(n: int) -> None:
        try:
            with clock.at(NOON):
                ask(world, order, 20000 + n)
            came.append("asked")
        except OverRefund:
            came.append("over")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[n]) for n in range(4)]
    with at(sandbox, NOON):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(came) == ["asked", "over", "over", "over"] and 20000 <= RefundTotal.objects.get().reserved_fen < 20004


@pytest.mark.django_db(transaction=True)
def test_many_notices_of_two_orders_for_one_bill(sandbox: Sandbox, sandbox_keys: Keyring) -> None:
    """WeChat and Alipay are both paid for one bill, and each is told of three times and asked for once, all at once."""
    world = build(sandbox_keys)
    with at(sandbox, NOON):
        both = [begin(world, "wechat", "key-0001"), begin(world, "alipay", "key-0002")]
        for order in both:
            pay(sandbox, order)
    came: list[int] = []

    def tell(order: Order) -> None:
        try:
            with clock.at(NOON):
                came.append(deliver(sandbox, order))
        finally:
            connection.close()

    def ask_for(order: Order) -> None:
        try:
            with clock.at(NOON):
                came.append(200 if ask_provider(Order.objects.select_related("setup").get(pk=order.pk)).state == "paid" else 500)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(order,)) for act in (tell, tell, ask_for, tell) for order in both]
    with at(sandbox, NOON):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert came == [200] * 8
    assert set(Order.objects.values_list("state", flat=True)) == {"paid"}
    assert Payment.objects.filter(kind="online").count() == 2
    assert Prepayment.objects.aggregate(s=Sum("amount_fen"))["s"] == 25375
    assert list(ChannelException.objects.values_list("kind", "amount_fen")) == [("surplus", 25375)]
    books_hold(world)


@pytest.mark.django_db(transaction=True)
def test_the_notice_comes_while_the_desk_takes_the_same_bill(sandbox: Sandbox, sandbox_keys: Keyring) -> None:
    """The provider's money is always booked. The desk has the bill only where it came first: what was paid online is then
    prepayment and somebody is told; else every desk is told that the bill has changed."""
    world = build(sandbox_keys)
    with at(sandbox, NOON):
        order = begin(world)
        pay(sandbox, order)
    bills = tuple(order.bills.values_list("receivable_id", flat=True))
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    came: list[str] = []

    def tell() -> None:
        came.append(f"notice {deliver(sandbox, order)}")

    def take(number: int) -> None:
        wanted = PaymentOrder(flat.pk, owner.pk, bills, {"scan": 25375}, f"desk-{number}", due_fen=25375)
        try:
            pay_at_desk(wanted, actor=world["cashier"])
            came.append("desk")
        except DomainError as error:
            came.append(error.code)

    def act(one: Callable[[], None]) -> None:
        try:
            with clock.at(NOON):
                one()
        finally:
            connection.close()

    acts = [partial(take, 0), partial(take, 1), tell, partial(take, 2), tell, partial(take, 3)]
    threads = [threading.Thread(target=act, args=(one,)) for one in acts]
    with at(sandbox, NOON):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    at_desk = came.count("desk")
    assert at_desk in (0, 1) and came.count("bills_changed") == 4 - at_desk and came.count("notice 200") == 2
    assert list(Payment.objects.filter(kind="online").values_list("amount_fen", flat=True)) == [25375]
    assert (Prepayment.objects.aggregate(s=Sum("amount_fen"))["s"] or 0) == 25375 * at_desk
    assert list(ChannelException.objects.values_list("kind", "amount_fen")) == [("surplus", 25375)] * at_desk
    books_hold(world)
