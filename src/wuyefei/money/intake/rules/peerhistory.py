"""Payments of the past (``房屋缴费历史``): kept as memo; what was paid short becomes an opening arrear.

A period's end is the first day no longer paid for, so the last included day is the one before.
"""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan_text

from . import cells, peercodes, places
from .builder import Builder
from .issues import Severity
from .peerestate import PeerNumbers
from .peersheets import PeerSheet
from .plan import OpeningArrear, PaymentMemo, Source
from .rowreader import RowReader

_PLACEHOLDER_ITEMS = ("费用名称一致", "收费项目名称", "填写")


def read_history(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """One memo a row; overlapping periods of the same charge are reported."""
    spans: dict[tuple[str, str], list[PaymentMemo]] = {}
    for reader in sheet.readers(builder):
        memo = _memo(builder, reader)
        if memo is None or reader.failed:
            continue
        earlier = spans.setdefault((memo.property_key, memo.item), [])
        clash = next((one for one in earlier if one.first <= memo.last and memo.first <= one.last), None)
        if clash is not None and _same(clash, memo):
            reader.warn("duplicate_row", None, Phrase("与第 {row} 行是同一笔缴费，未再读", row=clash.source.row), "删去重复的一行")
            continue
        if clash is not None:
            reader.warn("period_overlaps", "开始时间", Phrase("与第 {row} 行的缴费时间重叠", row=clash.source.row), "核对起止时间")
        earlier.append(memo)
        builder.memos.append(memo)
        if memo.shortfall_fen:
            _shortfall(builder, reader, memo)


def _same(one: PaymentMemo, other: PaymentMemo) -> bool:
    facts = ("first", "last", "paid_on", "due_fen", "paid_fen")
    return all(getattr(one, name) == getattr(other, name) for name in facts)


def _shortfall(builder: Builder, reader: RowReader, memo: PaymentMemo) -> None:
    reader.note(
        Severity.INFO, "shortfall", "实缴金额",
        Phrase("少缴 {shortfall_fen} 元，转为期初欠费，对方科目为期初权益", shortfall_fen=yuan_text(memo.shortfall_fen)), "已另外补缴的，先在表里改正",
    )  # fmt: skip
    due_on = max(memo.last, memo.paid_on) if memo.paid_on else memo.last
    owner = builder.owner_of(memo.property_key)
    builder.arrears.append(
        OpeningArrear(
            memo.property_key, owner, memo.item, memo.first, memo.last, due_on, memo.shortfall_fen, "shortfall", memo.source
        )
    )


def _memo(builder: Builder, reader: RowReader) -> PaymentMemo | None:
    key = reader.read("房屋", places.reference, required=True) or ""
    if key and not builder.knows_property(key):
        reader.error("unknown_property", "房屋", Phrase("小区里没有房屋 {key}", key=key), "先导入房屋，或改正编号")
    item = reader.read("收费项目", cells.short_text, required=True) or ""
    if any(word in item for word in _PLACEHOLDER_ITEMS):
        reader.warn("placeholder_item", "收费项目", "像是模板里的说明文字，照原样记入备查", "改成真实的收费项目名称")
    cycle = reader.read("缴费周期", lambda raw: cells.whole(raw, 1, 120), soft=True)
    first = reader.read("开始时间", cells.day, required=True)
    end = reader.read("结束时间", cells.day, required=True)
    paid_on = reader.read("缴费时间", cells.day)
    due = reader.read("应缴金额", cells.money_fen, required=True)
    paid = reader.read("实缴金额", cells.money_fen, required=True)
    if first and end and end <= first:
        reader.error("period_backwards", "结束时间", Phrase("结束 {end} 不晚于开始 {first}", end=end, first=first), "结束时间填不再包含的第一天")
    if paid_on and paid_on > builder.today:
        reader.error("paid_in_future", "缴费时间", Phrase("缴费时间 {paid_on} 晚于今天", paid_on=paid_on), "核对日期")
    if reader.failed or first is None or end is None or due is None or paid is None:
        return None
    if paid > due:
        reader.warn("overpaid", "实缴金额", Phrase("比应缴多 {difference} 元，只记入备查，不转为预存", difference=yuan_text(paid - due)), "确是预存的，填入期初预收")
    months = (end.year - first.year) * 12 + end.month - first.month
    if cycle and first.day == end.day and months != cycle:
        reader.warn("cycle_span", "缴费周期", Phrase("起止相隔 {months} 个月，周期写的是 {cycle}", months=months, cycle=cycle), "核对起止时间")
    return PaymentMemo(
        key, item, cycle, first, end - peercodes.DAY, paid_on, due, paid,
        reader.text("收银员")[:40], reader.text("备注")[:200], Source(reader.sheet.name, reader.row.number),
    )  # fmt: skip
