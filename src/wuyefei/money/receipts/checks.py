"""What ``verify`` proves of receipts."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.platform.models import Counter
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .actions import SERIES
from .models import Receipt
from .rules import ReceiptSnapshot, check, receipt_number


def gapless(organisation_id: int) -> Iterator[Yielded]:
    """Numbers run from 1 without gaps in every community and year, up to the counter."""
    rows = Receipt.objects.filter(organisation_id=organisation_id).select_related("community")
    expected: dict[tuple[int, int], int] = {}
    for row in rows.order_by("community_id", "year", "serial").iterator(chunk_size=2000):
        yield Examined(1)
        series = (row.community_id, row.year)
        wanted = expected.get(series, 0) + 1
        if row.serial != wanted:
            yield Finding("receipts.gapless", "receipts_receipt", row.pk, Phrase("号码 {number}，应接 {wanted}，中间断号", number=row.number, wanted=wanted))
        if row.number != receipt_number(row.community.receipt_prefix, row.year, row.serial):
            yield Finding("receipts.gapless", "receipts_receipt", row.pk, Phrase("号码 {number} 与序号 {serial} 不符", number=row.number, serial=row.serial))
        expected[series] = row.serial
    counters = Counter.objects.filter(organisation_id=organisation_id, kind=SERIES)
    for counter in counters.order_by("pk"):
        yield Examined(1)
        last = expected.get((counter.community_id, counter.year), 0)
        if counter.value != last:
            yield Finding("receipts.gapless", "platform_counter", counter.pk, Phrase("号码计到 {value}，最后一张是 {last}", value=counter.value, last=last))


def snapshots(organisation_id: int) -> Iterator[Yielded]:
    """What every receipt prints adds up, and is the receipt's own number and total."""
    for row in Receipt.objects.filter(organisation_id=organisation_id).order_by("pk").iterator(chunk_size=2000):
        yield Examined(1)
        try:
            snapshot = ReceiptSnapshot.from_json(row.snapshot)
            check(snapshot)
        except DomainError as error:
            yield Finding("receipts.snapshot", "receipts_receipt", row.pk, error.text)
            continue
        if (snapshot.number, snapshot.total_fen) != (row.number, row.total_fen):
            yield Finding("receipts.snapshot", "receipts_receipt", row.pk, Phrase("票面 {number} 与收据 {number2} 不符", number=snapshot.number, number2=row.number))


def register() -> None:
    register_check("receipts.gapless", "收据号码连续", gapless)
    register_check("receipts.snapshot", "收据票面合计一致", snapshots)
