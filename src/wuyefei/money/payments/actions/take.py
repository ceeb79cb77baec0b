"""Taking money and settling receivables with it (product rows D2, D3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db import connection, transaction
from django.utils.translation import override

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, NotFound, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.inserting import insert
from wuyefei.money.billing.public import OpenBill, Receivable, lock_receivables, open_bills, refresh
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.receipts.public import Receipt, ReceiptLine, ReceiptSnapshot, issue
from wuyefei.money.receipts.public import Tender as PrintedTender

from ..models import Allocation, Payment, Prepayment, Tender
from ..queries import balance_fen
from ..rules import Bill, Order, Part, Settled, Taken, TenderError, allocate_payment, settle_tenders

PREPAID_LOCK = 0x77790002
TENDER_ACCOUNTS: dict[str, Account] = {
    Tender.Method.CASH: Account.CASH,
    Tender.Method.SCAN: Account.CHANNEL,
    Tender.Method.CARD: Account.CHANNEL,
    Tender.Method.TRANSFER: Account.BANK,
    Tender.Method.WECHAT: Account.CHANNEL,
    Tender.Method.ALIPAY: Account.CHANNEL,
    Tender.Method.PREPAID: Account.PREPAID,
    Tender.Method.OPENING: Account.OPENING,
}


ONLINE_METHODS = frozenset({Tender.Method.WECHAT.value, Tender.Method.ALIPAY.value})
"""How money comes in without a cashier: never a tender of the desk, where nobody has seen the provider's word."""


class BillsChanged(DomainError):
    code = "bills_changed"
    message = "账单刚刚有变化（可能已在别处缴清），请按最新金额重新核对：现在应缴 {now} 元。"


class AlreadyTaken(DomainError):
    code = "already_taken"
    message = "这笔收款已经入账，没有重复收取。"


@dataclass(frozen=True)
class PaymentOrder:
    """What a payer wants to settle with what. ``due_fen`` is the sum the cashier saw: a change of it is refused."""

    property_id: int
    payer_id: int
    receivable_ids: tuple[int, ...]
    tenders: dict[str, int]
    client_key: str
    due_fen: int | None = None
    keep_rest: bool = False
    in_given_order: bool = False
    remark: str = ""


@transaction.atomic
def take_payment(order: PaymentOrder, *, actor: Actor) -> Payment:
    """Take money at the desk today: allocate, book, and issue the receipt, all or nothing.

    The same ``client_key`` again returns the payment already booked. Raises ``BillsChanged``, ``TenderError``.
    """
    homes = Property.objects.filter(pk=order.property_id, organisation_id=actor.organisation_id)
    flat = homes.select_related("community__organisation").only(*_PRINTED).first()
    if flat is None:
        raise NotFound()
    actor.require(Permission.CASHDESK, flat.community_id)
    payer = Person.objects.filter(pk=order.payer_id, community_id=flat.community_id).only("name", "community").first()
    if payer is None:
        raise NotFound()
    for earlier in Payment.objects.raw(_EARLIER, [actor.organisation_id, order.client_key]):
        return earlier
    if ONLINE_METHODS & order.tenders.keys():
        raise TenderError(reason="线上支付由支付渠道确认入账，收银台不能直接录入。")
    rows = lock_bills(order.receivable_ids, flat.community_id)
    bills = open_now(actor, order.receivable_ids)
    due = sum(bill.total_fen for bill in bills)
    if order.due_fen is not None and order.due_fen != due:
        raise BillsChanged(now=yuan_text(due))
    taken = settle_tenders(order.tenders, due, keep_rest=order.keep_rest)
    _check_prepaid(taken, payer.pk, flat.pk, due)
    draft = Payment(
        organisation_id=actor.organisation_id, community=flat.community, payer=payer, property=flat, kind=Payment.Kind.DESK,
        amount_fen=taken.total_fen, value_date=clock.today(), booked_at=clock.now(), booked_by_id=actor.user_id,
        client_key=order.client_key, remark=order.remark[:200],
    )  # fmt: skip
    return settle(draft, taken, rows, bills, order, actor=actor)


def settle(
    draft: Payment, taken: Taken, rows: list[Receivable], bills: list[OpenBill], order: PaymentOrder, *, actor: Actor
) -> Payment:
    """Save ``draft``, allocate it to the locked bills, book it and issue its receipt."""
    settled, left = allocate_payment(taken.total_fen, as_bills(bills), in_given_order=order.in_given_order)
    payment = _book(draft, taken)
    _write(payment, settled, left, taken.tenders.get(Tender.Method.PREPAID, 0))
    refresh(rows)
    _post_payment(payment, taken.tenders, settled, left, actor)
    payment.receipt = _receipt(payment, order, taken, settled, left, bills, actor)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_payment SET receipt_id = %s WHERE id = %s", [payment.receipt.pk, payment.pk])
    audit.record(actor, "payment.take", payment, after={
        "amount_fen": taken.total_fen, "tenders": taken.tenders, "change_fen": taken.change_fen, "prepayment_fen": left,
        "receipt": payment.receipt.number,
    })  # fmt: skip
    audit.publish(actor, "payment.taken", community_id=payment.community_id, payment=payment.pk, amount_fen=taken.total_fen)
    return payment


_PRINTED = (
    "code", "organisation", "community__name", "community__receipt_prefix", "community__organisation__name",
    "community__organisation__seal_name",
)  # fmt: skip
_EARLIER = "SELECT * FROM payments_payment WHERE organisation_id = %s AND client_key = %s"


def lock_bills(ids: Iterable[int], community_id: int) -> list[Receivable]:
    wanted = sorted(set(ids))
    rows = lock_receivables(wanted, community_id)
    if len(rows) != len(wanted):
        raise NotFound()
    return rows


def open_now(actor: Actor, ids: tuple[int, ...]) -> list[OpenBill]:
    order = {receivable_id: position for position, receivable_id in enumerate(ids)}
    found = open_bills(actor, clock.today(), receivable_ids=ids) if ids else []
    return sorted(found, key=lambda bill: order[bill.id])


def as_bills(bills: Iterable[OpenBill]) -> list[Bill]:
    return [
        Bill(bill.id, bill.due_on, bill.outstanding_fen, bill.late_fee_fen, Order(bill.allocation_order)) for bill in bills
    ]


def lock_prepaid(payer_id: int) -> None:
    """One spender at a time of a payer's prepayment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PREPAID_LOCK, payer_id % 2**31])


def _check_prepaid(taken: Taken, payer_id: int, property_id: int, due_fen: int) -> None:
    spend = taken.tenders.get(Tender.Method.PREPAID, 0)
    if not spend:
        return
    lock_prepaid(payer_id)
    held = balance_fen(payer_id, property_id)
    if spend > held:
        raise TenderError(reason=Phrase("预存余额只有 {held} 元。", held=yuan_text(held)))
    if spend > due_fen:
        raise TenderError(reason="预存抵扣不能超过账单金额。")


def _book(draft: Payment, taken: Taken) -> Payment:
    if not insert(draft, once=("organisation_id", "client_key")):
        raise AlreadyTaken()
    insert(*(Tender(payment=draft, method=method, amount_fen=fen) for method, fen in taken.tenders.items()))
    return draft


def _write(payment: Payment, settled: list[Settled], left: int, spent: int) -> None:
    insert(*(allocation_row(payment, part) for part in settled))
    moves = [(Prepayment.Kind.SPENT, -spent), (Prepayment.Kind.PAID, left)]
    insert(*(prepayment_row(payment, kind, fen) for kind, fen in moves if fen))


def allocation_row(payment: Payment, settled: Settled) -> Allocation:
    return Allocation(
        organisation_id=payment.organisation_id, community_id=payment.community_id, payment=payment,
        receivable_id=settled.receivable_id, part=settled.part.value, amount_fen=settled.amount_fen,
        value_date=payment.value_date, booked_at=payment.booked_at,
    )  # fmt: skip


def prepayment_row(payment: Payment, kind: str, amount_fen: int, booked_at: dt.datetime | None = None) -> Prepayment:
    return Prepayment(
        organisation_id=payment.organisation_id, community_id=payment.community_id, payer_id=payment.payer_id,
        property_id=payment.property_id, payment=payment, kind=kind, amount_fen=amount_fen,
        value_date=payment.value_date, booked_at=booked_at or payment.booked_at,
    )  # fmt: skip


def payment_postings(tenders: dict[str, int], settled: Iterable[Settled], left: int) -> list[Posting]:
    """Dr each tender's account; Cr receivable for principal, income for late fee, prepaid for the rest."""
    legs = [Posting(TENDER_ACCOUNTS[method], fen) for method, fen in tenders.items()]
    sums: dict[Part, int] = defaultdict(int)
    for part in settled:
        sums[part.part] += part.amount_fen
    legs.append(Posting(Account.RECEIVABLE, -sums[Part.PRINCIPAL] - sums[Part.COST]))
    legs.append(Posting(Account.LATE_FEE, -sums[Part.LATE_FEE]))
    legs.append(Posting(Account.PREPAID, -left))
    return legs


def _post_payment(payment: Payment, tenders: dict[str, int], settled: list[Settled], left: int, actor: Actor) -> None:
    post("payment.take", payment.pk, payment_postings(tenders, settled, left), actor=actor,
         community_id=payment.community_id, memo=f"收款 {payment.pk}", booked_at=payment.booked_at)  # fmt: skip


def _receipt(
    payment: Payment, order: PaymentOrder, taken: Taken, settled: list[Settled], left: int, bills: list[OpenBill], actor: Actor
) -> Receipt:
    community, organisation = payment.community, payment.community.organisation
    draft = ReceiptSnapshot(
        number="", organisation=organisation.seal_name or organisation.name, community=community.name,
        payer=payment.payer.name, property_code=payment.property.code, issued_on=clock.today(),
        value_date=payment.value_date, lines=printed_lines(bills, settled),
        tenders=tuple(PrintedTender(printed_method(method), fen) for method, fen in order.tenders.items() if fen),
        total_fen=taken.total_fen, cashier=actor.name, prepayment_fen=left, change_fen=taken.change_fen, remark=payment.remark,
    )  # fmt: skip
    return issue(draft, actor=actor, community=community)


@cache
def printed_method(method: str) -> str:
    """What a receipt calls a tender: Chinese, whatever language the cashier's screen speaks."""
    with override("zh-hans"):
        return str(Tender.Method(method).label)


def printed_lines(bills: Iterable[OpenBill], settled: Iterable[Settled]) -> tuple[ReceiptLine, ...]:
    """What a receipt says of the bills settled, in the order of the bills."""
    parts: dict[int, dict[Part, int]] = defaultdict(lambda: defaultdict(int))
    for part in settled:
        parts[part.receivable_id][part.part] += part.amount_fen
    return tuple(_line(bill, parts[bill.id]) for bill in bills if bill.id in parts)


def _line(bill: OpenBill, parts: dict[Part, int]) -> ReceiptLine:
    first, last = Month.of(bill.service_from), Month.of(bill.service_to)
    period = str(first) if first == last else f"{first} 至 {last}"
    principal, late = parts[Part.PRINCIPAL] + parts[Part.COST], parts[Part.LATE_FEE]
    return ReceiptLine(
        item=bill.item_name + (f"（{bill.memo}）" if bill.memo else ""), period=period, service_from=bill.service_from,
        service_to=bill.service_to, principal_fen=principal, late_fee_fen=late, amount_fen=principal + late,
    )  # fmt: skip
