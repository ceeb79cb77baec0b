"""What ``verify`` proves of readings."""

from __future__ import annotations

from collections.abc import Iterator

from wuyefei.estate.tariffs.public import Dial as DialFacts
from wuyefei.estate.tariffs.public import Figure, Source, stretch
from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Dial, Reading

BATCH = 2000


def uses(organisation_id: int) -> Iterator[Yielded]:
    """Every reading's use follows from the reading before it and the dial."""
    dials = {
        row.meter_id: DialFacts(row.meter.number, row.multiplier, row.digits)
        for row in Dial.objects.filter(organisation_id=organisation_id).select_related("meter").iterator(chunk_size=BATCH)
    }
    rows = Reading.objects.filter(organisation_id=organisation_id).exclude(state=Reading.State.VOID)
    for row in rows.select_related("previous").order_by("pk").iterator(chunk_size=BATCH):
        yield Examined(1)
        what = _otherwise(row, dials.get(row.meter_id))
        if what:
            yield Finding("metering.uses", "metering_reading", row.pk, what)


def _otherwise(row: Reading, dial: DialFacts | None) -> str:
    before = row.previous
    if dial is None:
        return "没有表盘登记"
    if before is None:
        return "" if row.source == Reading.Source.OPENED and not row.quantity else "装表读数不应有用量"
    if before.meter_id != row.meter_id or before.state == Reading.State.VOID:
        return "前一次读数属于别的表或已作废"
    try:
        piece = stretch(dial, _figure(before), _figure(row))
    except DomainError as error:
        return error.text
    return "" if piece.quantity == row.quantity else Phrase("用量 {has}，按读数应为 {should}", has=row.quantity, should=piece.quantity)


def _figure(row: Reading) -> Figure:
    return Figure(row.on, row.value, Source(row.source), row.rolled)


def register() -> None:
    register_check("metering.uses", "每次抄表的用量可由读数和倍率重算", uses)
