"""Money that a payment provider has confirmed: no cashier, no change, nothing refused (product rows D1, D2)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpenBill, Receivable, standings

from ..models import Payment
from ..rules import Taken, TenderError
from .take import ONLINE_METHODS, BillsChanged, PaymentOrder, at_desk, lock_bills, open_now, settle


@dataclass(frozen=True)
class OnlinePayment:
    """What a provider has confirmed. ``method``: ``wechat`` or ``alipay``; ``paid_on``: the China day the payer paid."""

    property_id: int
    payer_id: int
    receivable_ids: tuple[int, ...]
    method: str
    amount_fen: int
    paid_on: dt.date
    client_key: str
    remark: str = ""


def check_due(property_id: int, payer_id: int, receivable_ids: Sequence[int], due_fen: int, *, actor: Actor) -> list[OpenBill]:
    """The chosen bills as they are today, locked for the running transaction, in the order chosen.

    Raises ``NotFound`` for a row that is not there, ``BillsChanged`` where their sum is no longer ``due_fen``.
    """
    flat, payer = _whose(property_id, payer_id, actor)
    lock_bills(receivable_ids, flat.community_id)
    bills = open_now(actor, tuple(receivable_ids))
    due = sum(bill.total_fen for bill in bills)
    if due != due_fen:
        raise BillsChanged(now=yuan_text(due))
    return bills


@transaction.atomic(savepoint=False)
def take_online(found: OnlinePayment, *, actor: Actor) -> Payment:
    """Book confirmed money: to those of the chosen bills that are still open, what is left to the payer's prepayment.

    It is valued on the day the payer paid. The same ``client_key`` again returns the payment already booked.
    """
    tenders = {found.method: found.amount_fen}
    order = PaymentOrder(found.property_id, found.payer_id, found.receivable_ids, tenders, found.client_key, keep_rest=True)
    desk = at_desk(order, actor)
    if desk is None or desk.payer is None:
        raise NotFound()
    actor.require(Permission.PAY_ONLINE, desk.flat.community_id)
    if found.method not in ONLINE_METHODS or found.amount_fen <= 0:
        raise TenderError(reason="不是线上支付的收款方式或金额。")
    if desk.earlier_id:
        return Payment.objects.get(pk=desk.earlier_id)
    rows = lock_bills(found.receivable_ids, desk.flat.community_id)
    paid_on = min(found.paid_on, clock.today())
    bills = _as_of(open_now(actor, found.receivable_ids), rows, paid_on)
    draft = Payment(
        id=desk.payment_id, organisation_id=actor.organisation_id, community=desk.flat.community, payer=desk.payer, property=desk.flat,
        kind=Payment.Kind.ONLINE, amount_fen=found.amount_fen, value_date=paid_on, booked_at=clock.now(),
        booked_by_id=actor.user_id, client_key=found.client_key, remark=found.remark[:200],
    )  # fmt: skip
    return settle(draft, Taken(tenders, 0, found.amount_fen), rows, bills, order, actor=actor)


def _whose(property_id: int, payer_id: int, actor: Actor) -> tuple[Property, Person]:
    flat = Property.objects.filter(pk=property_id, organisation_id=actor.organisation_id).first()
    payer = Person.objects.filter(pk=payer_id, community_id=flat.community_id).first() if flat else None
    if flat is None or payer is None:
        raise NotFound()
    return flat, payer


def _as_of(bills: list[OpenBill], rows: list[Receivable], day: dt.date) -> list[OpenBill]:
    """The bills with the late fee of the day the payer paid: a callback that comes late costs nobody anything."""
    if day == clock.today():
        return bills
    then = standings(rows, day)
    return [dataclasses.replace(bill, late_fee_fen=then[bill.id].payable_fen) for bill in bills]
