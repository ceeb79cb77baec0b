"""What ``verify`` proves of sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Sum

from wuyefei.estate.turnover.public import settled
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Line, Sheet, Use
from .proving import amount_of, one_part
from .rules import shares_of

BATCH = 2000


def amounts(organisation_id: int) -> Iterator[Yielded]:
    """Every line's amount follows from its inputs, a shared sum from its participants, and its bill says the same."""
    for sheet in Sheet.objects.filter(organisation_id=organisation_id, state=Sheet.State.BILLED).order_by("pk"):
        shares = shares_of(sheet.terms) if sheet.kind == Sheet.Kind.SHARED else {}
        left = dict(shares)
        lines = Line.objects.filter(sheet=sheet).select_related("receivable").order_by("pk")
        for line in lines.iterator(chunk_size=BATCH):
            yield Examined(1)
            should = one_part(shares.get(line.property_id, 0), line.inputs) if sheet.kind == Sheet.Kind.SHARED else amount_of(sheet.kind, line.inputs)
            left[line.property_id] = left.get(line.property_id, line.amount_fen) - line.amount_fen
            what = _otherwise(sheet, line, should)
            if what:
                yield Finding("sheets.amount", "sheets_line", line.pk, what)
        missing = [home for home, fen in left.items() if fen and home in shares]
        if missing:
            yield Finding("sheets.amount", "sheets_sheet", sheet.pk, Phrase("有 {count} 户应分摊而没有计费行", count=len(missing)))


def _otherwise(sheet: Sheet, line: Line, should: int | None) -> str:
    if line.amount_fen != should:
        return Phrase("金额 {has}，按冻结的算法应为 {should}", has=yuan(line.amount_fen), should=yuan(should or 0))
    bill = line.receivable
    if bill is None:
        return "已计费的行没有应收"
    has = (bill.property_id, bill.payer_id, bill.item_id, bill.amount_fen, bill.service_from, bill.service_to)
    if has != (line.property_id, line.payer_id, sheet.item_id, line.amount_fen, line.service_from, line.service_to):
        return "应收与计费行不一致"
    return ""


def charged(organisation_id: int) -> Iterator[Yielded]:
    """What a metered line charges, or all who share it together, is the use of its readings."""
    used = dict(Use.objects.filter(organisation_id=organisation_id).values_list("line_id").annotate(Sum("reading__quantity")).order_by())
    lines = Line.objects.filter(organisation_id=organisation_id, sheet__kind=Sheet.Kind.METERED).order_by("pk")
    left: dict[tuple[int, int, dt.date], list[Decimal | int]] = {}
    columns = lines.values_list("pk", "quantity", "sheet_id", "property_id", "service_from")
    for pk, quantity, sheet_id, home_id, first_day in columns.iterator(chunk_size=BATCH):
        yield Examined(1)
        kept = left.setdefault((sheet_id, home_id, first_day), [pk, Decimal(0), Decimal(0)])
        kept[1] += quantity
        kept[2] += used.get(pk, Decimal(0))
    for first, charges, uses in left.values():
        if charges != uses:
            yield Finding("sheets.uses", "sheets_line", int(first), Phrase("计费用量 {has}，读数合计 {should}", has=charges, should=uses))


def turnovers(organisation_id: int) -> Iterator[Yielded]:
    """What a line shares of is a turnover that was confirmed for that lease and month."""
    lines = Line.objects.filter(organisation_id=organisation_id, sheet__kind=Sheet.Kind.TURNOVER).order_by("pk")
    said = settled(organisation_id)
    for pk, inputs in lines.values_list("pk", "inputs").iterator(chunk_size=BATCH):
        yield Examined(1)
        for part in inputs["parts"]:
            if said.get(part["declaration"]) != (part["line"], Month.parse(part["month"]).first, part["turnover_fen"]):
                yield Finding("sheets.turnover", "sheets_line", pk, Phrase("{month} 的营业额与已确认的申报不一致", month=part["month"]))


def register() -> None:
    register_check("sheets.amount", "计费单每行的金额可由冻结的算法重算", amounts)
    register_check("sheets.uses", "抄表计费的用量等于读数的用量", charged)
    register_check("sheets.turnover", "营业额分成所用的营业额就是已确认的申报", turnovers)
