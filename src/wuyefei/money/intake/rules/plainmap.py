"""Prepares a plain sheet: which column is which field (guessed, or as mapped by hand), merged boxes, rows to pass over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from wuyefei.foundation.kernel.errors import Phrase

from .builder import Builder
from .cells import NO_DATA, text_of
from .headers import Field, HeaderRow, find_header, guess, is_known, normal, read_header
from .issues import Severity
from .options import Options
from .reader import Raw, Row, Sheet
from .xlsx import column_letter

_FILLED = frozenset(
    {Field.COMMUNITY, Field.DISTRICT, Field.BUILDING, Field.ENTRANCE, Field.FLOOR, Field.FLOORS_TOTAL, Field.KIND}
)
_CLOSING = re.compile(r"(本页)?(合计|总计|小计|说明|注意|备注|制表|填表|审核|打印|注)(人|日期|时间)?\s*(:.*)?")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sheet ready to be read row by row: ``columns`` field → column index."""

    sheet: Sheet
    header: HeaderRow
    columns: Mapping[Field, int]
    rows: tuple[Row, ...]


def prepare(
    builder: Builder, sheet: Sheet, mapping: Mapping[int, Field | None] | None, options: Options
) -> Prepared | None:
    """None when no header row is found. Notes repeated and unknown columns and merged boxes."""
    header = _header(sheet, mapping, options)
    if header is None:
        return None
    fields = {c: f for c, f in mapping.items() if f is not None} if mapping is not None else dict(header.fields)
    columns: dict[Field, int] = {}
    for column, field in sorted(fields.items()):
        if field in columns:
            _note_column(builder, sheet, header, column, "duplicate_header", Phrase("和 {columns} 列都是「{field}」，只读前一列", columns=column_letter(columns[field]), field=field.label))
        else:
            columns[field] = column
    if mapping is None:
        for column, field in header.repeated:
            _note_column(builder, sheet, header, column, "duplicate_header", Phrase("和前面的列都是「{field}」，只读前一列", field=field.label))
        _note_unread(builder, sheet, header)
    else:
        for column, text in enumerate(header.texts):
            if text and column not in fields:
                builder.ignore(sheet.name, Phrase("{column} 列「{text}」：没有对应", column=column_letter(column), text=text))
    filled = _fill_merged(builder, sheet, header, columns)
    rows = tuple(row for row in filled.rows if row.number > header.number)
    return Prepared(filled, header, columns, rows)


def _header(sheet: Sheet, mapping: Mapping[int, Field | None] | None, options: Options) -> HeaderRow | None:
    if options.header_row is not None:
        row = next((row for row in sheet.rows if row.number == options.header_row), None)
        return read_header(row) if row else None
    found = find_header(sheet)
    if found is None and mapping is not None and sheet.rows:
        return read_header(sheet.rows[0])
    return found


def _note_column(builder: Builder, sheet: Sheet, header: HeaderRow, column: int, code: str, message: str) -> None:
    builder.findings.add(
        Severity.WARNING, code, message, "改列名，或在列对应里指定",
        sheet=sheet.name, row=header.number, column=column_letter(column), header=header.text(column),
        value=header.text(column),
    )  # fmt: skip


def _note_unread(builder: Builder, sheet: Sheet, header: HeaderRow) -> None:
    repeated = {column for column, _ in header.repeated}
    for column, text in enumerate(header.texts):
        if not text or column in header.fields or column in repeated:
            continue
        if normal(text) in {"性别"} or is_known(text):
            builder.ignore(sheet.name, Phrase("{column} 列「{text}」：不需要，未读", column=column_letter(column), text=text))
        else:
            _note_column(builder, sheet, header, column, "unknown_header", "不认得这个列名，未读这一列")


def _fill_merged(builder: Builder, sheet: Sheet, header: HeaderRow, columns: Mapping[Field, int]) -> Sheet:
    """A place merged down over its rows stands for each of them; any other merged box is reported and left."""
    below = [box for box in sheet.merged if box[2] > header.number]
    if not below:
        return sheet
    by_column = {column: field for field, column in columns.items()}
    values = {row.number: row for row in sheet.rows}
    extra: dict[tuple[int, int], Raw] = {}
    for top, left, bottom, right in below[:5_000]:
        read = [column for column in range(left, min(right, sheet.width) + 1) if column in by_column]
        if not read or top not in values:
            continue
        name = f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"
        if left == right and by_column[left] in _FILLED:
            for number in range(top + 1, min(bottom, sheet.rows[-1].number) + 1):
                extra[number, left] = values[top].get(left)
            severity, message = Severity.INFO, Phrase("合并单元格 {name} 的值已用于其中每一行", name=name)
        else:
            severity, message = Severity.WARNING, Phrase("合并单元格 {name} 的值只算在第 {top} 行", name=name, top=top)
        builder.findings.add(
            severity, "merged_cells", message, "取消合并，逐行填写",
            sheet=sheet.name, row=top, column=column_letter(left), header=header.text(left),
            value=text_of(values[top].get(left)),
        )  # fmt: skip
    rows = tuple(_with_extra(row, extra, left_columns={key[1] for key in extra}) for row in sheet.rows)
    return replace(sheet, rows=rows)


def _with_extra(row: Row, extra: Mapping[tuple[int, int], Raw], left_columns: set[int]) -> Row:
    found = {column: extra[row.number, column] for column in left_columns if (row.number, column) in extra}
    if not found:
        return row
    cells = list(row.cells) + [None] * (max(found) + 1 - len(row.cells))
    for column, raw in found.items():
        if cells[column] is None:
            cells[column] = raw
    return Row(row.number, tuple(cells))


def is_closing(row: Row, columns: Mapping[Field, int]) -> bool:
    """A line of totals, notes or signatures: its first word says so, or it is one long sentence."""
    position, first = next((index, raw) for index, raw in enumerate(row.cells) if raw is not None)
    if not isinstance(first, str):
        return False
    text = text_of(first)
    closing = _CLOSING.fullmatch(text)
    if not closing and len(text) <= 15:
        return False
    alone = sum(1 for raw in row.cells if raw is not None) == 1
    if closing:
        return alone or position not in {columns.get(Field.OWNER), columns.get(Field.NOTE)}
    return alone


def repeats_header(row: Row, header: HeaderRow) -> bool:
    """The headers once more between the data, as pages printed one after another leave them."""
    others, most = 0, len(row.cells) - row.cells.count(None)
    for column, raw in enumerate(row.cells):
        if raw is None:
            continue
        others += text_of(raw) != header.text(column)
        if others * 2 >= most:
            return False
    return most >= 2


def guess_by_content(header: str, samples: list[str]) -> Field | None:
    """The guess from the name, corrected where the cells plainly hold something else (板楼 under «Elevator»)."""
    field = guess(header)
    told = [text for text in samples if text not in NO_DATA]
    if field is Field.HAS_LIFT and told and all(text in STRUCTURES for text in told):
        return Field.STRUCTURE
    return field


STRUCTURES = frozenset({"板楼", "塔楼", "板塔结合", "平房", "别墅", "洋房", "钢混", "砖混", "框架", "剪力墙", "框剪"})
