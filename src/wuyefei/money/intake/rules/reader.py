"""From the bytes of an upload to sheets of rows, with row numbers and columns as the person sees them."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import Any

import python_calamine

from . import csvtext, xlsx
from .limits import Limits, UploadRefused

Raw = str | Decimal | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
"""A cell: text, an exact number, a date; an empty cell is ``None``."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = {
    b"%PDF": "PDF 文档",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"MZ": "程序文件",
    b"\x7fELF": "程序文件",
    b"{\\rtf": "RTF 文档",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds anything; ``number`` counts from 1 as in the spreadsheet."""

    number: int
    cells: tuple[Raw, ...]

    def get(self, column: int) -> Raw:
        return self.cells[column] if 0 <= column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's rows that hold anything, in order. Marks are (row from 1, column from 0).

    ``merged`` are boxes (first row, first column, last row, last column), same counting.
    """

    name: str
    rows: tuple[Row, ...]
    width: int
    hidden: bool = False
    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """An upload as sheets. ``kind`` is ``xlsx``, ``xls`` or ``csv``."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...] = field(default=())


def read_upload(name: str, data: bytes, limits: Limits | None = None) -> Workbook:
    """The workbook in ``data``; raises ``UploadRefused`` in Chinese when it cannot or must not be read."""
    caps = limits or Limits()
    if len(data) > caps.max_bytes:
        raise UploadRefused("too_large", "文件有 {size} MB，最大 {cap} MB，请拆开上传。", size=len(data) >> 20, cap=caps.max_bytes >> 20)
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise UploadRefused("empty_file", "文件是空的。")
    if data.startswith(b"PK"):
        checked, marks = xlsx.unpack(data, caps)
        workbook = Workbook(name, "xlsx", _load(checked, marks, caps))
    elif data.startswith(_OLE):
        workbook = Workbook(name, "xls", _load(_old_format(data), {}, caps))
    else:
        workbook = Workbook(name, "csv", (_read_csv(name, data, caps),))
    if not any(sheet.rows for sheet in workbook.sheets):
        raise UploadRefused("empty_sheet", "文件里没有任何数据行。")
    return workbook


def _old_format(data: bytes) -> bytes:
    """An .xls as it is; an encrypted .xlsx wears the same shell."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UploadRefused("password", "文件设了打开密码，请去掉密码后再上传。")
    return data


def _load(data: bytes, marks: dict[str, xlsx.SheetMarks], limits: Limits) -> tuple[Sheet, ...]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        return tuple(
            _sheet(book, meta, marks.get(meta.name, xlsx.SheetMarks()), limits)
            for meta in book.sheets_metadata
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        )
    except python_calamine.PasswordError as error:
        raise UploadRefused("password", "文件设了打开密码，请去掉密码后再上传。") from error
    except UploadRefused:
        raise
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError, IndexError) as error:
        raise UploadRefused("broken_workbook", "文件打不开或已损坏。请用表格软件打开后另存为 xlsx 再上传。") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UploadRefused("broken_workbook", "文件打不开或已损坏。请用表格软件打开后另存为 xlsx 再上传。") from error


def _sheet(book: Any, meta: Any, marks: xlsx.SheetMarks, limits: Limits) -> Sheet:
    source = book.get_sheet_by_name(meta.name)
    end = source.end
    if end is not None:
        xlsx.check_box(meta.name, end[0] + 1, end[1] + 1, limits)
    rows = []
    for number, values in enumerate(source.to_python(skip_empty_area=False), start=1):
        cells = _trimmed(_raw(value) for value in values)
        if cells:
            rows.append(Row(number, cells))
    merged = tuple((a + 1, b, c + 1, d) for (a, b), (c, d) in source.merged_cell_ranges or ())
    return Sheet(
        meta.name,
        tuple(rows),
        max((len(row.cells) for row in rows), default=0),
        meta.visible != python_calamine.SheetVisibleEnum.Visible,
        frozenset(marks.formulas),
        frozenset(marks.errors),
        merged,
    )


def _raw(value: Any) -> Raw:
    """A spreadsheet's float goes through ``str`` so that 94.56 stays 94.56; an integral one loses its ``.0``."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        number = Decimal(str(value))
        if not number.is_finite():
            return str(value)
        if number == number.to_integral_value() and abs(number) < Decimal(10) ** 20:
            return Decimal(int(number))
        return number
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str):
        return value if value.strip() else None
    return value


def _trimmed(values: Any) -> tuple[Raw, ...]:
    cells = list(values)
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)


def _read_csv(name: str, data: bytes, limits: Limits) -> Sheet:
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise UploadRefused("not_a_spreadsheet", "这是{what}，不是表格。请上传 xlsx、xls 或 CSV。", what=what)
    text = csvtext.decode(data)
    if text.lstrip("\ufeff \t\r\n")[:200].lower().startswith(("<html", "<!doctype", "<?xml", "<table", "<meta")):
        raise UploadRefused("not_a_spreadsheet", "这是网页另存的表格。请用表格软件打开后另存为 xlsx 再上传。")
    if PurePath(name).suffix.lower() in (".xlsx", ".xls", ".xlsm"):
        raise UploadRefused("not_a_spreadsheet", "扩展名是表格，内容却不是。请用表格软件打开后另存为 xlsx 再上传。")
    formulas, rows, width = set(), [], 0
    calculated = "=" in text
    for number, record in enumerate(csvtext.parse(text, limits), start=1):
        for column, value in enumerate(record) if calculated else ():
            if value.startswith("=") and not _is_guarded_text(value):
                formulas.add((number, column))
        cells = _trimmed(_csv_cell(value) for value in record)
        if cells:
            rows.append(Row(number, cells))
            width = max(width, len(cells))
    xlsx.check_box(name, len(rows), width, limits)
    return Sheet(PurePath(name).stem[:60], tuple(rows), width, formulas=frozenset(formulas))


def _is_guarded_text(value: str) -> bool:
    """``="0012"``: the usual way to keep a spreadsheet from eating leading zeros."""
    return len(value) > 2 and value.startswith('="') and value.endswith('"') and '"' not in value[2:-1]


def _csv_cell(value: str) -> Raw:
    if value[:1] not in ("=", "'"):
        return value.strip() or None
    text = value[2:-1] if _is_guarded_text(value) else value
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]
    return text.strip() or None
