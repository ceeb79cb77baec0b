"""From a bill to a wallet to a receipt."""

from __future__ import annotations

import pytest

from tests.world import World
from wuyefei.edges.sandbox.public import Sandbox
from wuyefei.money.channels.public import (
    channels_for,
    get_order,
)
from wuyefei.money.payments.public import Payment

from .support import begin, books_hold, deliver, pay


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
def test_an_owner_pays_from_bill_to_receipt(world: World, sandbox: Sandbox, channel: str) -> None:
    assert [offer.channel.value for offer in channels_for(world.community.pk)] == ["wechat", "alipay"]
    assert all(offer.sandbox for offer in channels_for(world.community.pk))
    order = begin(world, channel)
    assert order.amount_fen == 25375 and order.state == "created"
    assert order.pay_url.startswith("/sandbox/") and order.way_kind == "redirect"
    assert begin(world, channel).pk == order.pk
    pay(sandbox, order)
    assert deliver(sandbox, order) == 200
    paid = get_order(order.token)
    assert paid.state == "paid" and paid.payment is not None and paid.payment.receipt is not None
    snapshot = paid.payment.receipt.snapshot
    assert paid.payment.amount_fen == 25375 and paid.payment.kind == "online" and snapshot["cashier"] == "业主端"
    assert deliver(sandbox, order) == 200 and Payment.objects.count() == 1
    books_hold(world)
