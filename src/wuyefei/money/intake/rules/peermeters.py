"""Meters (``水电表``): created without readings, tied to a property by ``楼栋-单元-房屋``."""

from __future__ import annotations

import re

from wuyefei.foundation.kernel.errors import Phrase

from . import cells, peercodes, places
from .builder import Builder
from .cells import BadCell, text_of
from .peerestate import PeerNumbers
from .peersheets import PeerSheet
from .plan import Meter, Source
from .reader import Raw
from .rowreader import RowReader

_KINDS = (("water", "水"), ("electricity", "电"), ("gas", "气"), ("gas", "燃"), ("heat", "暖"), ("heat", "热"))


def read_meters(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """One meter a row; a row whose cells belong to other columns is named as a whole."""
    for reader in sheet.readers(builder):
        before = len(builder.findings.issues)
        meter = _meter(builder, reader)
        wrong = [issue for issue in builder.findings.issues[before:] if issue.code in _SHIFTED]
        if len(wrong) >= 2:
            places_named = "、".join(f"{issue.column}「{issue.value}」" for issue in wrong)
            reader.error("misaligned_row", None, Phrase("整行像是错位：{cells} 都不是该列的内容", cells=places_named), "按表头逐列重新填写这一行")
        if meter is None or reader.failed:
            continue
        if meter.number in builder.meters:
            known = builder.meters[meter.number].source.row
            reader.error("duplicate_number", "表号", Phrase("表号 {number} 已在第 {known} 行出现", number=meter.number, known=known), "表号不能重复")
            continue
        builder.meters[meter.number] = meter


_SHIFTED = frozenset({"not_a_name", "bad_property_ref", "not_an_item", "unknown_code"})


def _meter(builder: Builder, reader: RowReader) -> Meter | None:
    name = reader.read("名称", cells.short_text) or ""
    number = reader.read("表号", cells.short_text, required=True) or ""
    type_name = reader.read("表类型", _type_name, required=True) or ""
    mode = reader.read("模式", lambda raw: peercodes.coded({"1001": "充值", "2002": "抄表"}, "模式", raw), required=True)
    key = reader.read("房屋", places.reference, required=True) or ""
    if key and not builder.knows_property(key):
        reader.error("unknown_property", "房屋", Phrase("小区里没有房屋 {key}", key=key), "先导入房屋，或改正编号")
    item = reader.read("费用项", _item) or ""
    maker = reader.read("厂家", lambda raw: peercodes.coded(peercodes.METER_MAKERS, "厂家代码", raw), soft=True) or ""
    collector = reader.read("采集器ID".lower(), cells.short_text) or ""
    if reader.failed:
        return None
    return Meter(
        number, name, _kind(type_name, name), type_name, "prepaid" if mode == "充值" else "read",
        key, item, maker, collector, Source(reader.sheet.name, reader.row.number),
    )  # fmt: skip


def _type_name(raw: Raw) -> str:
    text = cells.short_text(raw)
    if re.fullmatch(r"[\d.]+", text):
        raise BadCell("not_a_name", Phrase("「{text}」是代码，不是抄表类型的名称", text=text[:20]), "填抄表类型的名称，如 水表、电表")
    return text


def _item(raw: Raw) -> str:
    text = text_of(raw)
    if text in ("有", "无", "是", "否") or re.fullmatch(r"[\d.]+", text):
        raise BadCell("not_an_item", Phrase("「{text}」不是费用项的名称", text=text[:20]), "填费用项的名称，如 水费")
    return cells.short_text(raw)


def _kind(type_name: str, name: str) -> str:
    for text in (type_name, name):
        for kind, word in _KINDS:
            if word in text:
                return kind
    return "other"
