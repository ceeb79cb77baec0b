"""What ``verify`` proves of orders, suspense and refunds."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.ledger.public import Account, control

from .models import ChannelException, Order, Refund
from .rules import REFUND_HELD

_ORDERS = """
SELECT p.id, o.id, p.amount_fen, o.paid_fen, o.amount_fen, o.state, p.community_id = o.community_id AND p.payer_id = o.payer_id
FROM payments_payment p FULL JOIN channels_order o ON o.payment_id = p.id
WHERE COALESCE(p.organisation_id, o.organisation_id) = %s AND (p.kind = 'online' OR o.payment_id IS NOT NULL OR o.state = 'paid')
ORDER BY p.id, o.id
"""
_REFUNDS = """
SELECT t.payment_id, t.reserved_fen, COALESCE(sum(r.amount_fen) FILTER (WHERE r.state NOT IN ('rejected', 'cancelled')), 0),
       t.amount_fen, p.amount_fen
FROM channels_refundtotal t JOIN payments_payment p ON p.id = t.payment_id LEFT JOIN channels_refund r ON r.payment_id = t.payment_id
WHERE p.organisation_id = %s GROUP BY 1, 2, 4, 5 ORDER BY 1
"""
_POSTED = """
SELECT r.id, r.amount_fen, r.state, COALESCE(sum(l.amount_fen), 0) FROM channels_refund r
LEFT JOIN ledger_entry e ON e.kind = 'refund.done' AND e.source_id = r.id
LEFT JOIN ledger_leg l ON l.entry_id = e.id AND l.account = %s
WHERE r.organisation_id = %s GROUP BY 1, 2, 3 ORDER BY 1
"""


def orders(organisation_id: int) -> Iterator[Yielded]:
    """Every online payment is of one order, of its payer and of what the provider confirmed; every paid order has one."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [organisation_id])
        rows = cursor.fetchall()
    yield Examined(len(rows))
    for payment_id, order_id, amount, paid, asked, state, same in rows:
        if order_id is None:
            yield Finding("channels.orders", "payments_payment", payment_id, "线上收款没有对应的支付订单")
        elif payment_id is None:
            yield Finding("channels.orders", "channels_order", order_id, "已支付的订单没有收款")
        elif amount != paid or not same or (state == Order.State.PAID and paid != asked):
            what = f"订单确认 {yuan(paid or 0)}，收款 {yuan(amount)}，或缴费人、项目不一致"
            yield Finding("channels.orders", "channels_order", order_id, what)


def suspense(organisation_id: int) -> Iterator[Yielded]:
    """What stands in suspense is what the open exceptions say."""
    rows = ChannelException.objects.filter(organisation_id=organisation_id, closed_at__isnull=True)
    held = {community_id: -fen for community_id, fen in rows.values_list("community_id").annotate(Sum("suspense_fen")) if fen}
    yield from control("channels.suspense", organisation_id, Account.SUSPENSE, held, name="待查款")


def refunds(organisation_id: int) -> Iterator[Yielded]:
    """Money on its way back equals the refunds under way; none is promised above its payment; what is done was booked once."""
    rows = Refund.objects.filter(organisation_id=organisation_id, state__in=REFUND_HELD)
    held = {community_id: -fen for community_id, fen in rows.values_list("community_id").annotate(Sum("amount_fen"))}
    yield from control("channels.refunds", organisation_id, Account.REFUNDING, held, name="待退款")
    with connection.cursor() as cursor:
        cursor.execute(_REFUNDS, [organisation_id])
        totals = cursor.fetchall()
        cursor.execute(_POSTED, [Account.REFUNDING.value, organisation_id])
        posted = cursor.fetchall()
    yield Examined(len(totals) + len(posted))
    for payment_id, reserved, promised, bound, amount in totals:
        if reserved != promised or bound != amount or promised > amount:
            what = f"收款 {yuan(amount)}，登记已退及在退 {yuan(reserved)}，明细 {yuan(int(promised))}"
            yield Finding("channels.refunds", "payments_payment", payment_id, what)
    for refund_id, amount, state, booked in posted:
        should = amount if state == Refund.State.DONE else 0
        if int(booked) != should:
            yield Finding("channels.refunds", "channels_refund", refund_id, f"退款 {yuan(should)}，凭证 {yuan(int(booked))}")


def register() -> None:
    register_check("channels.orders", "每笔线上收款对应一张支付订单", orders)
    register_check("channels.suspense", "待查款总账等于未处理的收款异常", suspense)
    register_check("channels.refunds", "待退款总账等于在途退款，退款不超过收款", refunds)
