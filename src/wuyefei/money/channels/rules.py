"""What becomes of an order, an exception and a refund, decided from what the provider says (rows D1, D2, D5). Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Phrase

NOTICE_AGE = dt.timedelta(minutes=5)
"""How old a signed message may be, either way (WeChat Pay's manual, 签名验证)."""
EXPIRES_AFTER = dt.timedelta(minutes=30)
"""How long an order can be paid; then it is closed at the provider first, and only then here."""
FIRST_ASK = dt.timedelta(seconds=30)
LAST_ASK = dt.timedelta(minutes=10)
EXCEPTION_DUE = dt.timedelta(days=3)
"""An exception is worked to closure within this time; then it stands first on the list, marked late."""


class Channel(StrEnum):
    WECHAT = "wechat"
    ALIPAY = "alipay"


class EntryPoint(StrEnum):
    """Where the payer is, which decides how the wallet is opened."""

    IN_APP = "in_app"
    """In WeChat's own browser: JSAPI, needs an openid."""
    PHONE = "phone"
    """In a phone's browser: WeChat H5, Alipay wap."""
    DESKTOP = "desktop"
    """At a computer: WeChat native QR, Alipay page."""
    QR = "qr"
    """A code to be scanned, at the desk or on a screen: WeChat native, Alipay precreate."""


class OrderState(StrEnum):
    CREATED = "created"
    PAID = "paid"
    CLOSED = "closed"
    EXCEPTION = "exception"


ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.CREATED: frozenset({OrderState.PAID, OrderState.CLOSED, OrderState.EXCEPTION}),
    OrderState.CLOSED: frozenset({OrderState.EXCEPTION}),
    OrderState.PAID: frozenset(),
    OrderState.EXCEPTION: frozenset(),
}


class RefundState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    SENT = "sent"
    FAILED = "failed"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.REQUESTED: frozenset({RefundState.APPROVED, RefundState.REJECTED}),
    RefundState.APPROVED: frozenset({RefundState.SENT, RefundState.DONE, RefundState.FAILED, RefundState.CANCELLED}),
    RefundState.SENT: frozenset({RefundState.DONE, RefundState.FAILED, RefundState.APPROVED}),
    RefundState.FAILED: frozenset({RefundState.SENT, RefundState.DONE, RefundState.CANCELLED, RefundState.APPROVED}),
    RefundState.DONE: frozenset(),
    RefundState.REJECTED: frozenset(),
    RefundState.CANCELLED: frozenset(),
}
REFUND_DUE: dict[RefundState, dt.timedelta] = {
    RefundState.REQUESTED: dt.timedelta(days=2),
    RefundState.APPROVED: dt.timedelta(days=1),
    RefundState.SENT: dt.timedelta(days=3),
    RefundState.FAILED: dt.timedelta(days=2),
}
"""How long a refund may stand in each open state before its owner is late with it."""
REFUND_OPEN = frozenset(REFUND_DUE)


REFUND_HELD = frozenset({RefundState.APPROVED, RefundState.SENT, RefundState.FAILED})
"""The states in which the money stands in 待退款."""


class RefundMethod(StrEnum):
    SOURCE = "source"
    """Back the way it came, through the provider."""
    TRANSFER = "transfer"
    """By bank transfer, noted with the bank's reference."""


def refund_owner(state: RefundState, method: RefundMethod) -> str:
    """Who has to act next on a refund, in words; empty where nobody has."""
    if state is RefundState.REQUESTED:
        return "审批人"
    if state in (RefundState.APPROVED, RefundState.SENT):
        return "系统" if method is RefundMethod.SOURCE else "财务"
    return "财务" if state is RefundState.FAILED else ""


class IllegalMove(DomainError):
    code = "illegal_move"
    message = "现在的状态（{state}）不能这样做。"


ORDER_NAMES = {OrderState.CREATED: "待支付", OrderState.PAID: "已支付", OrderState.CLOSED: "已关闭", OrderState.EXCEPTION: "异常"}
REFUND_NAMES = {
    RefundState.REQUESTED: "待审批", RefundState.APPROVED: "待退出", RefundState.SENT: "退款中", RefundState.FAILED: "退款失败",
    RefundState.DONE: "已退款", RefundState.REJECTED: "已退回", RefundState.CANCELLED: "已取消",
}  # fmt: skip


def check_order_move(now: OrderState, then: OrderState) -> None:
    if then not in ORDER_MOVES[now]:
        raise IllegalMove(state=Phrase(ORDER_NAMES[now]))


def check_refund_move(now: RefundState, then: RefundState) -> None:
    if then not in REFUND_MOVES[now]:
        raise IllegalMove(state=Phrase(REFUND_NAMES[now]))


class Said(StrEnum):
    """What a provider says of an order."""

    PAID = "paid"
    UNPAID = "unpaid"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """It has no such order: the payer never came as far as the wallet."""


@dataclass(frozen=True, slots=True)
class Report:
    """A provider's word on an order; the last three only where it is paid. ``amount_fen`` in fen."""

    number: str
    said: Said
    amount_fen: int = 0
    transaction_id: str = ""
    paid_at: dt.datetime | None = None


class RefundSaid(StrEnum):
    DONE = "done"
    UNDER_WAY = "under_way"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RefundReport:
    """A provider's word on a refund."""

    number: str
    said: RefundSaid
    amount_fen: int = 0
    refund_id: str = ""
    order_number: str = ""


class Verdict(StrEnum):
    """What to do with a report of payment."""

    BOOK = "book"
    """Settle the chosen bills with it."""
    LATE = "late"
    """The order was closed: the money is the payer's all the same, and becomes their prepayment."""
    SUSPENSE = "suspense"
    """Not the amount asked for: nobody knows whose it is until somebody has looked."""
    SAME = "same"
    """Known already."""
    CONTRADICTS = "contradicts"
    """Against what is already booked: nothing is booked a second time, somebody looks."""


def judge(state: OrderState, amount_fen: int, paid_fen: int | None, transaction_id: str, report: Report) -> Verdict:
    """What a report of payment means for an order of ``amount_fen`` that stands in ``state``.

    ``paid_fen`` and ``transaction_id`` are what has been booked for it before, None and empty where nothing has.
    """
    if paid_fen is not None:
        same = report.amount_fen == paid_fen and report.transaction_id == transaction_id
        return Verdict.SAME if same else Verdict.CONTRADICTS
    if report.amount_fen != amount_fen:
        return Verdict.SUSPENSE
    return Verdict.BOOK if state is OrderState.CREATED else Verdict.LATE


def next_ask(created_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When an order without a callback is asked for again: after 30 s, then in doubling steps, at most 10 minutes."""
    waited = max(now - created_at, FIRST_ASK)
    return now + min(waited, LAST_ASK)
