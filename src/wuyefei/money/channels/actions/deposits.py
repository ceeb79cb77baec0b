"""Deposits on their way back: the refund road for what was held as a deposit (product row D5)."""

from __future__ import annotations

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.platform import clock
from wuyefei.money.deposits.public import Parcel
from wuyefei.money.payments.public import Payment

from ..models import Order, Refund
from ..rules import RefundState
from .refunds import make, move, reserve


def carry_deposit(parcel: Parcel, actor: Actor) -> int:
    """Set a deposit that goes back on the refund road: approved already, with its return, by the one who acts.

    What came online goes back the way it came where that is wanted, the rest by bank transfer. Raises ``OverRefund``.
    """
    order = Order.objects.filter(payment_id=parcel.payment_id).first()
    payment = Payment.objects.get(pk=parcel.payment_id)
    reserve(payment, parcel.amount_fen)
    method = Refund.Method.SOURCE if parcel.way == Refund.Method.SOURCE and order is not None else Refund.Method.TRANSFER
    refund = make(
        Refund(organisation_id=actor.organisation_id, community_id=payment.community_id, payment=payment, order=order, deposit=parcel.deposit,
               amount_fen=parcel.amount_fen, method=method, reason=parcel.reason)
    , parcel.maker_id)  # fmt: skip
    move(refund, RefundState.APPROVED, actor, approved_by_id=actor.user_id, approved_at=clock.now())
    return refund.pk
