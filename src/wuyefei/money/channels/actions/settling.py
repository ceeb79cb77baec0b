"""The one place where the state of an order is written, and where confirmed money is booked (product rows D1, D2)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock, prepared
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import OnlinePayment, Payment, Prepayment, take_online

from ..models import ChannelException, Order
from ..rules import EXCEPTION_DUE, OrderState, Report, Said, Verdict, check_order_move, judge

SUSPENSE_KIND = "channel.suspense"
Result = TypeVar("Result")


def locked(order_id: int) -> Order:
    """The order under lock, with what hangs on it as it stands once the lock is held: a row joined in the statement that
    waits for the lock would still be that of before."""
    if not Order.objects.select_for_update().filter(pk=order_id).exists():
        raise NotFound()
    return Order.objects.select_related("setup", "community", "property", "payer", "payment__receipt").get(pk=order_id)


_MOVED = """UPDATE channels_order SET state = %s, ended_at = %s, next_ask_at = NULL, ask_error = '', paid_fen = %s, paid_at = %s,
  transaction_id = %s, payment_id = %s WHERE id = %s"""


def _move(order: Order, then: OrderState) -> None:
    """The locked order in its next state, with what was paid."""
    check_order_move(OrderState(order.state), then)
    order.state, order.ended_at, order.next_ask_at, order.ask_error = then, clock.now(), None, ""
    with prepared.cursor() as cursor:
        cursor.execute(
            _MOVED, [then.value, order.ended_at, order.paid_fen, order.paid_at, order.transaction_id, order.payment_id, order.pk]
        )


@transaction.atomic
def close_here(order_id: int, *, actor: Actor) -> Order:
    """Closed here, after the provider has closed it or never knew it; one that has ended meanwhile is left as it is."""
    order = locked(order_id)
    if order.state == OrderState.CREATED:
        _move(order, OrderState.CLOSED)
        audit.record(actor, "channel.close", order)
        audit.publish(actor, "channel.closed", community_id=order.community_id, order=order.pk)
    return order


class Outcome(StrEnum):
    """What a report came to: nothing, known before, money taken, or something for a person to look at."""

    NOTHING = "nothing"
    KNOWN = "known"
    TAKEN = "taken"
    EXCEPTION = "exception"


class Unbookable(Exception):
    """Confirmed money that could not be booked, and in words why; what was written of it is to be undone."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def never_lost(act: Callable[[str], Result]) -> Result:
    """What ``act`` does, in a transaction. Where it raises ``Unbookable`` that is undone and it acts once more, told why: it
    judges anew what it finds, and the money goes to suspense."""
    try:
        with transaction.atomic():
            return act("")
    except Unbookable as error:
        why = error.why
    with transaction.atomic():
        return act(why)


def settle_order(order_id: int, report: Report, *, actor: Actor) -> Order:
    """Act on what the provider says, once: repeated, late and contradicting reports book nothing a second time."""

    def act(unbookable: str) -> Order:
        found = _locked_alone("id = %s", [order_id])
        if found is None or report.number != found.number:
            raise NotFound()
        _settle(found, report, actor, unbookable)
        return found

    return never_lost(act)


def settle_told(setup_id: int, report: Report, *, actor: Actor, unbookable: str) -> Outcome | None:
    """The same for a notice, and what it came to; None where the order is unknown there: a merchant speaks only of its own.
    Within ``never_lost``."""
    order = _locked_alone("number = %s AND setup_id = %s", [report.number, setup_id])
    return None if order is None else _settle(order, report, actor, unbookable)


def _settle(order: Order, report: Report, actor: Actor, unbookable: str) -> Outcome:
    if report.said is Said.CLOSED and order.state == OrderState.CREATED:
        _move(order, OrderState.CLOSED)
        audit.record(actor, "channel.close", order)
        return Outcome.NOTHING
    if report.said is not Said.PAID:
        return Outcome.NOTHING
    verdict = judge(OrderState(order.state), order.amount_fen, order.paid_fen, order.transaction_id, report)
    if verdict is Verdict.SAME:
        return Outcome.KNOWN
    if verdict is Verdict.CONTRADICTS:
        _found, fresh = _raise(order, ChannelException.Kind.CONTRADICTION, report.amount_fen, report.transaction_id)
        return Outcome.EXCEPTION if fresh else Outcome.KNOWN
    order.paid_fen, order.transaction_id = report.amount_fen, report.transaction_id
    order.paid_at = report.paid_at or clock.now()
    if verdict is Verdict.SUSPENSE:
        _to_suspense(order, ChannelException.Kind.AMOUNT, actor)
        outcome = Outcome.EXCEPTION
    else:
        outcome = _book(order, verdict, actor, unbookable)
    audit.record_and_publish(
        actor, "channel.confirmed", order, f"channel.{order.state}", after={"paid_fen": order.paid_fen, "state": order.state},
        data={"order": order.pk, "amount_fen": order.paid_fen},
    )  # fmt: skip
    return outcome


def _locked_alone(condition: str, values: list[int | str]) -> Order | None:
    """The order under lock as it is once the lock is held, and nothing of what hangs on it."""
    found = prepared.read(Order, f"WHERE {condition} FOR UPDATE", values)
    return found[0] if found else None


def _book(order: Order, verdict: Verdict, actor: Actor, unbookable: str) -> Outcome:
    """Take the money. Whatever should keep it from being taken, it is not lost: it goes to suspense."""
    if unbookable:
        _to_suspense(order, ChannelException.Kind.UNBOOKABLE, actor, unbookable)
        return Outcome.EXCEPTION
    try:
        payment = take(order, actor, with_bills=verdict is Verdict.BOOK)
    except DomainError as error:
        raise Unbookable(error.text or error.code) from error
    order.payment = payment
    if verdict is Verdict.LATE:
        _move(order, OrderState.EXCEPTION)
        raise_exception(order, ChannelException.Kind.LATE, order.amount_fen, order.transaction_id)
        return Outcome.EXCEPTION
    _move(order, OrderState.PAID)
    left = _left_over(payment)
    if left:
        raise_exception(order, ChannelException.Kind.SURPLUS, left, order.transaction_id)
    return Outcome.EXCEPTION if left else Outcome.TAKEN


def take(order: Order, actor: Actor, *, with_bills: bool) -> Payment:
    """The payment of an order: to the chosen bills that are still open, the rest to prepayment."""
    assert order.paid_fen is not None and order.paid_at is not None
    bills = _bills(order) if with_bills else ()
    found = OnlinePayment(
        order.property_id, order.payer_id, bills, order.channel, order.paid_fen, order.paid_at.astimezone(CHINA).date(),
        f"order:{order.number}", f"支付订单 {order.number}",
    )  # fmt: skip
    return take_online(found, actor=actor)


def _left_over(payment: Payment) -> int:
    """What of a payment became prepayment: known of one taken just now, read of one taken before."""
    if payment.left_fen is not None:
        return payment.left_fen
    return sum(row.amount_fen for row in payment.prepayments.all() if row.kind == Prepayment.Kind.PAID)


def _bills(order: Order) -> tuple[int, ...]:
    with prepared.cursor() as cursor:
        cursor.execute("SELECT receivable_id FROM channels_orderbill WHERE order_id = %s ORDER BY position", [order.pk])
        return tuple(receivable_id for (receivable_id,) in cursor.fetchall())


def _to_suspense(order: Order, kind: str, actor: Actor, note: str = "") -> None:
    assert order.paid_fen is not None
    _move(order, OrderState.EXCEPTION)
    found = raise_exception(order, kind, order.paid_fen, order.transaction_id, suspense=True, note=note)
    postings = [Posting(Account.CHANNEL, order.paid_fen), Posting(Account.SUSPENSE, -order.paid_fen)]
    post(SUSPENSE_KIND, found.pk, postings, actor=actor, community_id=order.community_id, memo=f"支付订单 {order.number} 待查")


def raise_exception(
    order: Order, kind: str, amount_fen: int, transaction_id: str, *, suspense: bool = False, note: str = ""
) -> ChannelException:
    """An exception for a person to look at, raised once for the same facts."""
    return _raise(order, kind, amount_fen, transaction_id, suspense=suspense, note=note)[0]


def _raise(
    order: Order, kind: str, amount_fen: int, transaction_id: str, *, suspense: bool = False, note: str = ""
) -> tuple[ChannelException, bool]:
    """The exception, and whether it is new."""
    now = clock.now()
    return ChannelException.objects.get_or_create(
        order=order, kind=kind, transaction_id=transaction_id, amount_fen=amount_fen,
        defaults={
            "organisation_id": order.organisation_id, "community_id": order.community_id, "opened_at": now,
            "due_at": now + EXCEPTION_DUE, "suspense_fen": amount_fen if suspense else 0, "note": note[:200],
        },
    )  # fmt: skip
