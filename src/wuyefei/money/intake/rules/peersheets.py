"""Recognises the sheets of the peer's workbooks by their headers and separates data from the explanations beside."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .builder import Builder
from .cells import is_blank, text_of
from .headers import normal
from .reader import Row, Sheet
from .rowreader import RowReader


class Kind(StrEnum):
    """The sheets of the four workbooks, in the order they must be read."""

    ENTRANCES = "entrances"
    OWNERS = "owners"
    FEES = "fees"
    ROOMS = "rooms"
    PARKING = "parking"
    ASSETS = "assets"
    METERS = "meters"
    HISTORY = "history"


_SIGNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ENTRANCES: ("楼栋", "单元", "总层数", "是否有电梯"),
    Kind.OWNERS: ("业主名称", "手机号", "业主类型", "业主编号"),
    Kind.FEES: ("费用编号", "收费项目", "计算公式", "计费单价"),
    Kind.ROOMS: ("房屋编号", "楼栋", "单元", "业主编号", "房屋费用"),
    Kind.PARKING: ("停车场编号", "车位编码", "停车场类型"),
    Kind.ASSETS: ("楼栋", "单元", "房间", "业主类型", "房屋状态", "建筑面积"),
    Kind.METERS: ("名称", "表号", "表类型", "模式", "房屋"),
    Kind.HISTORY: ("房屋", "收费项目", "开始时间", "结束时间", "应缴金额", "实缴金额"),
}
_SYNONYMS = {
    "楼栋号": "楼栋",
    "楼栋编号": "楼栋",
    "楼号": "楼栋",
    "单元编号": "单元",
    "车位编号": "车位编码",
    "出租还是出售": "出租还是出售",
    "出售还是出租": "出租还是出售",
    "缴费金额": "实缴金额",
}
_NOTES = ("说明", "注意", "备注", "请一定看下面说明")


@dataclass(frozen=True, slots=True)
class PeerSheet:
    """A recognised sheet: the column of each header, the data rows, and how many cells were explanations."""

    kind: Kind
    sheet: Sheet
    columns: Mapping[Hashable, int]
    headers: Mapping[int, str]
    rows: tuple[Row, ...]
    explanations: int

    def readers(self, builder: Builder) -> Iterator[RowReader]:
        """One reader a data row; counts rows read and refused."""
        for row in self.rows:
            reader = RowReader(builder.findings, self.sheet, row, self.columns, self.headers)
            builder.rows_read += 1
            yield reader
            builder.rows_refused += reader.failed


def recognise(sheet: Sheet) -> PeerSheet | None:
    """The peer's sheet this is, or None. Headers may stand in any order and a few rows down."""
    for row in sheet.rows[:10]:
        columns, headers = _header(row)
        fitting = [kind for kind, signs in _SIGNS.items() if all(sign in columns for sign in signs)]
        if fitting:
            kind = max(fitting, key=lambda one: len(_SIGNS[one]))
            return _separate(kind, sheet, row, columns, headers)
    return None


def _header(row: Row) -> tuple[dict[Hashable, int], dict[int, str]]:
    """Columns up to the first gap: what stands beyond it is explanation."""
    columns: dict[Hashable, int] = {}
    headers: dict[int, str] = {}
    for column, raw in enumerate(row.cells):
        text = normal(raw) if isinstance(raw, str) else ""
        if not text:
            if columns:
                break
            continue
        columns.setdefault(_SYNONYMS.get(text, text), column)
        headers[column] = text_of(raw)[:60]
    return columns, headers


def _separate(
    kind: Kind, sheet: Sheet, header: Row, columns: dict[Hashable, int], headers: dict[int, str]
) -> PeerSheet:
    inside = set(headers)
    rows, explanations, closed = [], 0, False
    for row in sheet.rows:
        if row is header:
            continue
        filled = [column for column, raw in enumerate(row.cells) if not is_blank(raw)]
        own = [column for column in filled if column in inside]
        explanations += len(filled) - len(own)
        if row.number < header.number:
            explanations += len(own)
            continue
        if own and text_of(row.get(own[0])).rstrip(":：") in _NOTES:
            closed = True
        if closed:
            explanations += len(own)
        elif own:
            rows.append(row)
    return PeerSheet(kind, sheet, columns, headers, tuple(rows), explanations)
