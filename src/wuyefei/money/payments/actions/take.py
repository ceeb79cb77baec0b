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
from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, NotFound, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock, prepared
from wuyefei.foundation.platform.copying import take_ids
from wuyefei.foundation.platform.inserting import fresh, insert
from wuyefei.money.billing.public import OpenBill, Receivable, lock_receivables, open_bills, refresh
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.receipts.public import Receipt, ReceiptLine, ReceiptSnapshot, numbered
from wuyefei.money.receipts.public import Tender as PrintedTender

from ..models import Allocation, Payment, Prepayment, Tender
from ..queries import balance_fen
from ..rules import Bill, Order, Part, Settled, Taken, TenderError, allocate_payment, settle_tenders

PREPAID_LOCK, PLACE_LOCK = 0x77790002, 0x77790032
TENDER_ACCOUNTS: dict[str, Account] = {
    Tender.Method.CASH: Account.CASH,
    Tender.Method.SCAN: Account.CHANNEL,
    Tender.Method.CARD: Account.CHANNEL,
    Tender.Method.TRANSFER: Account.BANK,
    Tender.Method.WECHAT: Account.CHANNEL,
    Tender.Method.ALIPAY: Account.CHANNEL,
    Tender.Method.PREPAID: Account.PREPAID,
    Tender.Method.OPENING: Account.OPENING,
    Tender.Method.CARE: Account.FUND,
    Tender.Method.SUBSIDY: Account.SUBSIDY,
    Tender.Method.DEBIT: Account.DEBITS,
}


ONLINE_METHODS = frozenset({Tender.Method.WECHAT.value, Tender.Method.ALIPAY.value, Tender.Method.DEBIT.value})
"""How money comes in without a cashier: never a tender of the desk, where nobody has seen the provider's or bank's word."""
FUND_METHODS = frozenset({Tender.Method.CARE.value, Tender.Method.SUBSIDY.value})
"""Money held for such bills already: spent on approval only, never a tender of the desk."""


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
    desk = at_desk(order, actor)
    if desk is None:
        raise NotFound()
    flat, payer = desk.flat, desk.payer
    actor.require(Permission.CASHDESK, flat.community_id)
    if payer is None:
        raise NotFound()
    if desk.earlier_id:
        return Payment.objects.get(pk=desk.earlier_id)
    if ONLINE_METHODS & order.tenders.keys():
        raise TenderError(reason="线上支付和银行代扣由渠道、银行确认入账，收银台不能直接录入。")
    if FUND_METHODS & order.tenders.keys():
        raise TenderError(reason="关爱基金和补贴经审批支付，收银台不能直接录入。")
    rows = lock_bills(order.receivable_ids, flat.community_id)
    bills = open_now(actor, order.receivable_ids)
    due = sum(bill.total_fen for bill in bills)
    if order.due_fen is not None and order.due_fen != due:
        raise BillsChanged(now=yuan_text(due))
    taken = settle_tenders(order.tenders, due, keep_rest=order.keep_rest)
    _check_prepaid(taken, payer.pk, flat.pk, due)
    draft = Payment(
        id=desk.payment_id, organisation_id=actor.organisation_id, community=flat.community, payer=payer, property=flat,
        kind=Payment.Kind.DESK, amount_fen=taken.total_fen, value_date=clock.today(), booked_at=clock.now(), booked_by_id=actor.user_id,
        client_key=order.client_key, remark=order.remark[:200],
    )  # fmt: skip
    return settle(draft, taken, rows, bills, order, actor=actor)


def settle(
    draft: Payment, taken: Taken, rows: list[Receivable], bills: list[OpenBill], order: PaymentOrder, *, actor: Actor
) -> Payment:
    """Save ``draft``, allocate it to the locked bills, book it and issue its receipt.

    Payment and receipt are written at once, for they point at each other. Raises ``AlreadyTaken``.
    """
    settled, left = allocate_payment(taken.total_fen, as_bills(bills), in_given_order=order.in_given_order)
    if draft.pk is None:
        [draft.pk] = take_ids(Payment, 1)
    draft.left_fen = left
    draft.receipt = _receipt(draft, order, taken, settled, left, bills, actor)
    _book(draft, taken, settled, left)
    refresh(rows)
    _post_payment(draft, taken.tenders, settled, left, actor)
    audit.record_and_publish(
        actor, "payment.take", draft, "payment.taken",
        after={
            "amount_fen": taken.total_fen, "tenders": taken.tenders, "change_fen": taken.change_fen, "prepayment_fen": left,
            "receipt": draft.receipt.number,
        },
        data={"payment": draft.pk, "amount_fen": taken.total_fen},
    )  # fmt: skip
    return draft


@dataclass(frozen=True)
class _Desk:
    """Who pays for what; ``earlier_id``: the payment already booked under the key; ``payment_id``: one for a new payment."""

    flat: Property
    payer: Person | None
    earlier_id: int | None
    payment_id: int


_DESK = """
SELECT p.id, p.code, c.id, c.name, c.receipt_prefix, o.id, o.name, o.seal_name, q.id, q.name,
  (SELECT y.id FROM payments_payment y WHERE y.organisation_id = o.id AND y.client_key = %s),
  nextval(pg_get_serial_sequence('payments_payment', 'id'))
FROM properties_property p JOIN access_community c ON c.id = p.community_id JOIN access_organisation o ON o.id = c.organisation_id
LEFT JOIN people_person q ON q.id = %s AND q.community_id = c.id
WHERE p.id = %s AND p.organisation_id = %s
"""


def at_desk(order: PaymentOrder, actor: Actor) -> _Desk | None:
    with prepared.cursor() as cursor:
        cursor.execute(_DESK, [order.client_key, order.payer_id, order.property_id, actor.organisation_id])
        row = cursor.fetchone()
    if row is None:
        return None
    home, code, place, name, prefix, firm, firm_name, seal, payer, payer_name, earlier, payment = row
    community = prepared.partial(Community, id=place, organisation_id=firm, name=name, receipt_prefix=prefix)
    community.organisation = prepared.partial(Organisation, id=firm, name=firm_name, seal_name=seal)
    flat = prepared.partial(Property, id=home, organisation_id=firm, community_id=place, code=code)
    flat.community = community
    person = prepared.partial(Person, id=payer, organisation_id=firm, community_id=place, name=payer_name) if payer else None
    return _Desk(flat, person, earlier, payment)


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
        Bill(bill.id, bill.due_on, bill.outstanding_fen, bill.late_fee_fen, Order(bill.allocation_order), late_fee_tax_rate=bill.late_fee_tax_rate)
        for bill in bills
    ]


def lock_prepaid(payer_id: int) -> None:
    """One spender at a time of a payer's prepayment, and none while those of the whole community are spent."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_PREPAID, [PLACE_LOCK, payer_id, PREPAID_LOCK, payer_id % 2**31])


def lock_prepaid_of(community_id: int) -> None:
    """Nobody else spends prepayments of a community: one lock, for a database holds some ten thousand in all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PLACE_LOCK, community_id % 2**31])


_LOCK_PREPAID = """
SELECT pg_advisory_xact_lock_shared(%s, (SELECT (community_id %% 2147483648)::int FROM people_person WHERE id = %s)),
  pg_advisory_xact_lock(%s, %s)"""


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


def _book(payment: Payment, taken: Taken, settled: list[Settled], left: int) -> None:
    """Write the payment with its receipt, its tenders, what it settled and what became prepaid."""
    assert payment.receipt is not None
    spent = taken.tenders.get(Tender.Method.PREPAID, 0)
    moves = [(Prepayment.Kind.SPENT, -spent), (Prepayment.Kind.PAID, left)]
    if not insert(
        payment,
        payment.receipt,
        *(fresh(Tender)(payment_id=payment.pk, method=str(method), amount_fen=fen) for method, fen in taken.tenders.items()),
        *(allocation_row(payment, part) for part in settled),
        *(prepayment_row(payment, kind, fen) for kind, fen in moves if fen),
        once=("organisation_id", "client_key"),
    ):
        raise AlreadyTaken()


def allocation_row(payment: Payment, settled: Settled) -> Allocation:
    row: Allocation = fresh(Allocation)(
        organisation_id=payment.organisation_id, community_id=payment.community_id, payment_id=payment.pk,
        receivable_id=settled.receivable_id, part=settled.part.value, amount_fen=settled.amount_fen, tax_fen=settled.tax_fen,
        value_date=payment.value_date, booked_at=payment.booked_at,
    )  # fmt: skip
    return row


def prepayment_row(payment: Payment, kind: str, amount_fen: int, booked_at: dt.datetime | None = None) -> Prepayment:
    return Prepayment(
        organisation_id=payment.organisation_id, community_id=payment.community_id, payer_id=payment.payer_id,
        property_id=payment.property_id, payment=payment, kind=kind, amount_fen=amount_fen,
        value_date=payment.value_date, booked_at=booked_at or payment.booked_at,
    )  # fmt: skip


def payment_postings(tenders: dict[str, int], settled: Iterable[Settled], left: int) -> list[Posting]:
    """Dr each tender's account; Cr receivable for principal, income and tax for late fee, prepaid for the rest."""
    legs = [Posting(TENDER_ACCOUNTS[method], fen) for method, fen in tenders.items()]
    sums: dict[Part, int] = defaultdict(int)
    tax = 0
    for part in settled:
        sums[part.part] += part.amount_fen
        tax += part.tax_fen
    legs.append(Posting(Account.RECEIVABLE, -sums[Part.PRINCIPAL] - sums[Part.COST]))
    legs.append(Posting(Account.TAX, -tax))
    legs.append(Posting(Account.LATE_FEE, tax - sums[Part.LATE_FEE]))
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
        value_date=payment.value_date, lines=printed_lines(bills, settled, _elsewhere(payment, bills)),
        tenders=tuple(PrintedTender(printed_method(method), fen) for method, fen in order.tenders.items() if fen),
        total_fen=taken.total_fen, cashier=actor.name, prepayment_fen=left, change_fen=taken.change_fen, remark=payment.remark,
    )  # fmt: skip
    return numbered(draft, actor=actor, community=community)


@cache
def printed_method(method: str) -> str:
    """What a receipt calls a tender: Chinese, whatever language the cashier's screen speaks."""
    with override("zh-hans"):
        return str(Tender.Method(method).label)


def _elsewhere(payment: Payment, bills: Iterable[OpenBill]) -> frozenset[int]:
    """The properties paid for that neither are the payment's nor belong to it: a receipt names them, line by line."""
    others = {bill.property_id for bill in bills} - {payment.property_id}
    if not others:
        return frozenset()
    rows = Property.objects.filter(pk__in=others).exclude(attached_to_id=payment.property_id)
    return frozenset(rows.values_list("pk", flat=True))


def printed_lines(bills: Iterable[OpenBill], settled: Iterable[Settled], named: frozenset[int] = frozenset()) -> tuple[ReceiptLine, ...]:
    """What a receipt says of the bills settled, in the order of the bills; ``named``: properties whose code it says."""
    parts: dict[int, dict[Part, int]] = defaultdict(lambda: defaultdict(int))
    for part in settled:
        parts[part.receivable_id][part.part] += part.amount_fen
    return tuple(_line(bill, parts[bill.id], f"{bill.property_code} " if bill.property_id in named else "") for bill in bills if bill.id in parts)


def _line(bill: OpenBill, parts: dict[Part, int], place: str) -> ReceiptLine:
    first, last = Month.of(bill.service_from), Month.of(bill.service_to)
    period = str(first) if first == last else f"{first} 至 {last}"
    principal, late = parts[Part.PRINCIPAL] + parts[Part.COST], parts[Part.LATE_FEE]
    return ReceiptLine(
        item=place + bill.item_name + (f"（{bill.memo}）" if bill.memo else ""), period=period, service_from=bill.service_from,
        service_to=bill.service_to, principal_fen=principal, late_fee_fen=late, amount_fen=principal + late,
    )  # fmt: skip
