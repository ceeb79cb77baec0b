"""Files that leave the system: workbooks and comma-separated text in which no cell is ever a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, yuan

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 200_000
"""A file for people: more than this is cut off, and the last row says so."""
SHEET_ROWS = 1_000_000
"""What a file written by a job may hold: a sheet has 1,048,576 rows."""

Cell = str | int | Decimal | dt.date | dt.datetime | None


@dataclass(frozen=True)
class Fen:
    """An amount in fen, written in yuan as a number."""

    fen: int


@dataclass(frozen=True)
class Sheet:
    """A titled table. Cells are text, whole numbers, decimals, days, moments, ``Fen`` or None; ``foot`` gives the last
    row, such as the totals, and is asked once the others are written."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell | Fen]]
    foot: Callable[[], Sequence[Cell | Fen]] | None = None


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before one that could be."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An xlsx file: bold head, frozen, money with two decimals, days as days."""
    out = io.BytesIO()
    _fill(xlsxwriter.Workbook(out, {"in_memory": True, **PLAIN}), sheets, MAX_ROWS)
    return out.getvalue()


def save_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """A workbook of up to ``SHEET_ROWS`` rows a sheet as a file only its owner may read, row by row in little memory;
    it appears whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        _fill(xlsxwriter.Workbook(str(draft), {"constant_memory": True, "tmpdir": str(path.parent), **PLAIN}), sheets, SHEET_ROWS)
        draft.chmod(0o600)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def _fill(book: xlsxwriter.Workbook, sheets: Sequence[Sheet], limit: int) -> None:
    forms = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    foot = {name: book.add_format({"bold": True, "top": 1, "num_format": mask}) for name, mask in
            {"plain": "General", "money": "#,##0.00", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}.items()}  # fmt: skip
    for sheet in sheets:
        _write(book.add_worksheet(_sheet_name(sheet.name)), sheet, forms, foot, limit)
    book.close()


def _sheet_name(name: str) -> str:
    return "".join(" " if mark in "[]:*?/\\'" else mark for mark in name)[:31] or "Sheet"


Forms = dict[str, xlsxwriter.format.Format]


def _write(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, forms: Forms, foot: Forms, limit: int) -> None:
    widths = [len(title) for title in sheet.head]
    for column, title in enumerate(sheet.head):
        page.write_string(0, column, harmless(title), forms["head"])
    row = 0
    for row, cells in enumerate(sheet.rows, start=1):
        if row > limit:
            page.write_string(row, 0, f"只导出前 {limit} 行，请缩小范围")
            break
        for column, cell in enumerate(cells):
            _write_cell(page, row, column, cell, forms)
            if row <= 200 and column < len(widths):
                widths[column] = max(widths[column], len(_text(cell)))
    if sheet.foot is not None and row <= limit:
        for column, cell in enumerate(sheet.foot()):
            _write_cell(page, row + 1, column, cell, foot)
    for column, width in enumerate(widths):
        page.set_column(column, column, min(40, width * 1.3 + 3))
    page.freeze_panes(1, 0)
    if row:
        page.autofilter(0, 0, row, len(sheet.head) - 1)


def _write_cell(
    page: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell | Fen, forms: Forms
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Fen):
        page.write_number(row, column, Decimal(cell.fen) / FEN_PER_YUAN, forms["money"])
    elif isinstance(cell, dt.datetime):
        page.write_datetime(row, column, cell.astimezone(CHINA).replace(tzinfo=None), forms["moment"])
    elif isinstance(cell, dt.date):
        page.write_datetime(row, column, dt.datetime(cell.year, cell.month, cell.day), forms["day"])  # noqa: DTZ001
    elif isinstance(cell, (int, Decimal)):
        page.write_number(row, column, cell, forms.get("plain"))
    else:
        page.write_string(row, column, harmless(str(cell)), forms.get("plain"))


def _text(cell: Cell | Fen) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Fen):
        return yuan(cell.fen)
    if isinstance(cell, dt.datetime):
        return f"{cell.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return harmless(cell) if isinstance(cell, str) else str(cell)


def attachment(content: bytes, filename: str, content_type: str = XLSX) -> HttpResponse:
    """A file to download under a name that may be Chinese."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    return response


def workbook_response(sheets: Sequence[Sheet], filename: str) -> HttpResponse:
    return attachment(workbook(sheets), filename)


def csv_response(sheet: Sheet, filename: str) -> HttpResponse:
    """UTF-8 with a byte-order mark, so that spreadsheets read the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(title) for title in sheet.head])
    for row, cells in enumerate(sheet.rows, start=1):
        if row > MAX_ROWS:
            writer.writerow([f"只导出前 {MAX_ROWS} 行，请缩小范围"])
            break
        writer.writerow([_text(cell) for cell in cells])
    return attachment(b"\xef\xbb\xbf" + out.getvalue().encode(), filename, "text/csv; charset=utf-8")
