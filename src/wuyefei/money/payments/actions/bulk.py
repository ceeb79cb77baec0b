"""Taking many payers' money from one document: a bank's file, a channel's or a desk's day (product rows D2, D4, D7).

Every row is settled by the same pure rules as a payment at the desk; reading, locking and writing are done for all of
them together. One summary entry a batch (ADR 6).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor, get_community, organisation_of
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.copying import copy_rows, take_ids
from wuyefei.money.billing.public import OpenAccounts, OpenBill, lock_accounts
from wuyefei.money.ledger.public import post
from wuyefei.money.receipts.public import ReceiptSnapshot, issue_block
from wuyefei.money.receipts.public import Tender as PrintedTender

from ..models import Allocation, Payment, PaymentBatch, Prepayment, Tender
from ..rules import BatchRow, Fault, Part, Settled, Source, allocate_payment, faults, numbered
from .take import AlreadyTaken, as_bills, payment_postings, printed_lines, printed_method

BATCH_LOCK = 0x77790003
POSTING_KIND = "payment.batch"
CHUNK = 5000


class BatchRefused(DomainError):
    """``faults`` lists every row that is wrong; the message names the first."""

    code = "batch_refused"
    message = "第 {row} 行：{reason}。有问题的共 {count} 行，整批都没有入账。"

    def __init__(self, found: Sequence[Fault]) -> None:
        self.faults = list(found)
        super().__init__(row=found[0].number, reason=found[0].reason, count=len(found))


@dataclass(frozen=True)
class Batch:
    """What one document says. ``document_hash`` is the SHA-256 of the document, in hexadecimal."""

    community_id: int
    source: Source
    document: str
    document_hash: str
    rows: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """``batch`` is None where every row had been booked before."""

    batch: PaymentBatch | None
    taken: int
    repeated: int
    amount_fen: int = 0
    prepayment_fen: int = 0


@dataclass(slots=True)
class Planned:
    """A row with what it settles; the ids are given when it is written."""

    row: BatchRow
    bills: list[OpenBill]
    settled: list[Settled]
    left: int
    payment_id: int = 0


@dataclass(slots=True)
class Names:
    """What the receipts call the properties, payers and methods."""

    properties: dict[int, str] = field(default_factory=dict)
    payers: dict[int, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)


@transaction.atomic
@uncollected()
def take_payments_in_bulk(batch: Batch, *, actor: Actor) -> BatchResult:
    """Book every payment of a document, each with its receipt, all or nothing.

    Rows are taken in order of value date, then as they stand. A row whose reference is booked already with the same
    content is left as it is, so the same document again changes nothing. Raises ``BatchRefused``.
    """
    community = get_community(actor, batch.community_id, Permission.PAYMENT_BATCH)
    document = limited(batch.document, "来源文件", 120)
    if not document or not re.fullmatch(r"[0-9a-f]{64}", batch.document_hash):
        raise DomainError("no_document", "批量入账要有来源文件和它的摘要（SHA-256）。")
    _refuse(faults(batch.source, batch.rows, clock.today()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [BATCH_LOCK, community.pk])
    rows = _not_yet_booked(batch, actor)
    repeated = len(batch.rows) - len(rows)
    if not rows:
        return BatchResult(None, 0, repeated)
    names = _names(rows, community.pk)
    accounts = lock_accounts(
        actor, community.pk, payer_ids={row.payer_id for _, row in rows if row.receivable_ids is None},
        receivable_ids={one for _, row in rows for one in row.receivable_ids or ()},
    )  # fmt: skip
    planned = _plan(rows, accounts)
    made = _head(batch, document, planned, community, actor)
    _write(made, planned, names, community, actor)
    accounts.save()
    _finish(made, planned, repeated, actor)
    return BatchResult(made, len(planned), repeated, made.amount_fen, sum(one.left for one in planned))


def _refuse(found: Iterable[Fault]) -> None:
    wrong = sorted(found, key=lambda fault: fault.number)
    if wrong:
        raise BatchRefused(wrong)


def client_key(source: Source, external_ref: str) -> str:
    return f"{source.value}:{external_ref}"


def _not_yet_booked(batch: Batch, actor: Actor) -> list[tuple[int, BatchRow]]:
    """The rows that are new, in order of value date; refuses a reference that is booked with other content."""
    rows = sorted(numbered(batch.rows), key=lambda pair: (pair[1].value_date, pair[0]))
    known: dict[str, tuple[object, ...]] = {}
    for start in range(0, len(rows), CHUNK):
        keys = [client_key(batch.source, row.external_ref) for _, row in rows[start : start + CHUNK]]
        found = Payment.objects.filter(organisation_id=actor.organisation_id, client_key__in=keys)
        for key, *content in found.values_list(
            "client_key", "property_id", "payer_id", "amount_fen", "value_date", "tenders__method"
        ):
            known[key or ""] = tuple(content)
    new, wrong = [], []
    for number, row in rows:
        before = known.get(client_key(batch.source, row.external_ref))
        if before is None:
            new.append((number, row))
        elif before != (row.property_id, row.payer_id, row.amount_fen, row.value_date, row.method):
            reason = Phrase("流水号 {ref} 已经入账，但房屋、缴费人、金额、日期或方式不同", ref=row.external_ref)
            wrong.append(Fault(number, reason))
    _refuse(wrong)
    return new


def _names(rows: list[tuple[int, BatchRow]], community_id: int) -> Names:
    """The names of the properties and payers; refuses those of elsewhere."""
    names = Names(methods={method: printed_method(method) for method in {row.method for _, row in rows}})
    flats = list({row.property_id for _, row in rows})
    payers = list({row.payer_id for _, row in rows})
    for start in range(0, max(len(flats), len(payers)), CHUNK):
        part = slice(start, start + CHUNK)
        here = Property.objects.filter(community_id=community_id, pk__in=flats[part])
        names.properties.update(here.values_list("pk", "code"))
        names.payers.update(Person.objects.filter(community_id=community_id, pk__in=payers[part]).values_list("pk", "name"))
    wrong = [Fault(number, Phrase("房屋不在这个小区")) for number, row in rows if row.property_id not in names.properties]
    wrong += [Fault(number, Phrase("缴费人不在这个小区")) for number, row in rows if row.payer_id not in names.payers]
    _refuse(wrong)
    return names


def _plan(rows: list[tuple[int, BatchRow]], accounts: OpenAccounts) -> list[Planned]:
    """Settle every row in memory, one after the other, as the desk would have on its value date."""
    planned, wrong = [], []
    for number, row in rows:
        if row.receivable_ids is None:
            chosen = accounts.by_payer.get(row.payer_id, [])
        elif all(one in accounts.by_id for one in row.receivable_ids):
            chosen = [accounts.by_id[one] for one in dict.fromkeys(row.receivable_ids)]
        else:
            wrong.append(Fault(number, Phrase("指定的账单不在这个小区")))
            continue
        bills = [bill for account in chosen if (bill := account.bill(row.value_date)) is not None]
        settled, left = allocate_payment(row.amount_fen, as_bills(bills), in_given_order=row.in_given_order)
        wrong += _settle(number, row, settled, accounts)
        planned.append(Planned(row, bills, settled, left))
    _refuse(wrong)
    return planned


def _settle(number: int, row: BatchRow, settled: list[Settled], accounts: OpenAccounts) -> list[Fault]:
    """Note what a row settles. A late fee already settled on a later day must still have accrued."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for part in settled:
        sums[part.receivable_id][part.part == Part.LATE_FEE] += part.amount_fen
    wrong = []
    for receivable_id, (principal, fee) in sums.items():
        account = accounts.by_id[receivable_id]
        later = account.changed_after(row.value_date)
        account.settle(row.value_date, principal, fee)
        over = account.overcharged_fen(clock.today()) if later else 0
        if over:
            reason = Phrase("账单在到账日 {day} 之后已收过违约金，按到账日入账会多收 {over} 元，请先作废那笔收款", day=row.value_date, over=yuan_text(over))
            wrong.append(Fault(number, reason))
    return wrong


def _head(batch: Batch, document: str, planned: list[Planned], community: Community, actor: Actor) -> PaymentBatch:
    return PaymentBatch.objects.create(
        organisation_id=actor.organisation_id, community=community, source=batch.source.value, document=document,
        document_hash=batch.document_hash, payment_count=len(planned), amount_fen=sum(one.row.amount_fen for one in planned),
        booked_at=clock.now(), booked_by_id=actor.user_id,
    )  # fmt: skip


def _write(made: PaymentBatch, planned: list[Planned], names: Names, community: Community, actor: Actor) -> None:
    """Receipts first, for payments point at them; then everything that points at the payments."""
    organisation = organisation_of(actor)
    seller = organisation.seal_name or organisation.name
    receipts = issue_block([_receipt(one, names, seller, community, actor) for one in planned], actor=actor, community=community)
    for one, payment_id in zip(planned, take_ids(Payment, len(planned)), strict=True):
        one.payment_id = payment_id
    place = (made.organisation_id, made.community_id)
    source = Source(made.source)
    try:
        with transaction.atomic():
            copy_rows(
                Payment,
                ("organisation_id", "community_id", "id", "payer_id", "property_id", "kind", "amount_fen", "value_date", "booked_at",
                 "booked_by_id", "client_key", "remark", "batch_id", "receipt_id"),
                ((*place, one.payment_id, one.row.payer_id, one.row.property_id, Payment.Kind.BATCH.value, one.row.amount_fen,
                  one.row.value_date, made.booked_at, actor.user_id, client_key(source, one.row.external_ref), one.row.remark[:200],
                  made.pk, receipt_id) for one, receipt_id in zip(planned, receipts, strict=True)),
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyTaken() from error
    copy_rows(
        Tender, ("payment_id", "method", "amount_fen"), ((one.payment_id, one.row.method, one.row.amount_fen) for one in planned)
    )
    _write_uses(made, planned)


def _write_uses(made: PaymentBatch, planned: list[Planned]) -> None:
    place = (made.organisation_id, made.community_id)
    copy_rows(
        Allocation,
        ("organisation_id", "community_id", "payment_id", "receivable_id", "part", "amount_fen", "tax_fen", "value_date", "booked_at"),
        ((*place, one.payment_id, part.receivable_id, part.part.value, part.amount_fen, part.tax_fen, one.row.value_date, made.booked_at)
         for one in planned for part in one.settled),
    )  # fmt: skip
    copy_rows(
        Prepayment,
        ("organisation_id", "community_id", "payment_id", "payer_id", "property_id", "kind", "amount_fen", "value_date", "booked_at"),
        ((*place, one.payment_id, one.row.payer_id, one.row.property_id, Prepayment.Kind.PAID.value, one.left, one.row.value_date,
          made.booked_at) for one in planned if one.left),
    )  # fmt: skip


def _receipt(one: Planned, names: Names, seller: str, community: Community, actor: Actor) -> ReceiptSnapshot:
    row = one.row
    return ReceiptSnapshot(
        number="", organisation=seller, community=community.name, payer=names.payers[row.payer_id],
        property_code=names.properties[row.property_id], issued_on=clock.today(), value_date=row.value_date,
        lines=printed_lines(one.bills, one.settled), tenders=(PrintedTender(names.methods[row.method], row.amount_fen),),
        total_fen=row.amount_fen, cashier=actor.name, prepayment_fen=one.left, remark=row.remark[:200],
    )  # fmt: skip


def batch_postings_of(tenders: dict[str, int], settled: Iterable[Settled], left: int) -> dict[str, int]:
    """What the summary entry moves on each account, zero legs left out."""
    sums: dict[str, int] = defaultdict(int)
    for leg in payment_postings(tenders, settled, left):
        sums[leg.account.value] += leg.amount_fen
    return {account: fen for account, fen in sums.items() if fen}


def _finish(made: PaymentBatch, planned: list[Planned], repeated: int, actor: Actor) -> None:
    tenders: dict[str, int] = defaultdict(int)
    for one in planned:
        tenders[one.row.method] += one.row.amount_fen
    left = sum(one.left for one in planned)
    postings = payment_postings(dict(tenders), (part for one in planned for part in one.settled), left)
    post(POSTING_KIND, made.pk, postings, actor=actor, community_id=made.community_id,
         memo=f"{made} {len(planned)} 笔", booked_at=made.booked_at)  # fmt: skip
    audit.record(actor, "payment.batch", made, after={
        "payments": len(planned), "repeated": repeated, "amount_fen": made.amount_fen, "tenders": dict(tenders),
        "prepayment_fen": left, "document_hash": made.document_hash,
    })  # fmt: skip
    audit.publish(actor, "payment.batch_taken", community_id=made.community_id, batch=made.pk, payments=len(planned),
                  amount_fen=made.amount_fen)  # fmt: skip
