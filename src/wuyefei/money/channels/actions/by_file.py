"""Refunds that go to the bank in a payment file (product row D5): handed over, answered by the bank, taken back, tried again.

Whoever keeps the files calls these in the transaction in which a line of a file changes; each checks the permission in the
refund's place.
"""

from __future__ import annotations

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.money.ledger.public import Account

from ..models import Refund
from ..rules import RefundState
from .refunds import locked, move, pay_out


def _transfer(refund_id: int, actor: Actor, state: RefundState) -> Refund:
    refund = locked(refund_id, actor)
    actor.require(Permission.CHANNEL_WORK, refund.community_id)
    if refund.method != Refund.Method.TRANSFER or refund.state != state:
        raise DomainError("refund_state", "退款 {number} 现在是「{state}」，不能这样处理，请刷新后再看。", number=refund.number, state=refund.get_state_display())
    return refund


def hand_over(refund_id: int, *, actor: Actor) -> Refund:
    """An approved refund by transfer goes into a file; the bank's answer ends it. Raises ``NotFound``, ``Forbidden``."""
    refund = _transfer(refund_id, actor, RefundState.APPROVED)
    move(refund, RefundState.SENT, actor, tries=refund.tries + 1, failure="")
    return refund


def take_back(refund_id: int, *, actor: Actor) -> Refund:
    """Its file never went to the bank: it waits for the next one."""
    refund = _transfer(refund_id, actor, RefundState.SENT)
    move(refund, RefundState.APPROVED, actor)
    return refund


def bank_paid(refund_id: int, reference: str, *, actor: Actor) -> Refund:
    """The bank says it has paid: booked out of our account, once. ``reference``: what the bank knows the payment by."""
    refund = _transfer(refund_id, actor, RefundState.SENT)
    pay_out(refund, actor, Account.BANK, reference=reference)
    return refund


def bank_refused(refund_id: int, reason: str, *, actor: Actor) -> Refund:
    """The bank says it has not: the money stays set aside, finance has the next move."""
    refund = _transfer(refund_id, actor, RefundState.SENT)
    move(refund, RefundState.FAILED, actor, failure=reason[:200])
    return refund


def pay_again(refund_id: int, *, actor: Actor) -> Refund:
    """A transfer that failed goes into the next file."""
    refund = _transfer(refund_id, actor, RefundState.FAILED)
    move(refund, RefundState.APPROVED, actor)
    return refund
