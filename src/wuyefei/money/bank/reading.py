"""From the bytes of a bank's file to a statement: MT940, camt.053, or a workbook or CSV by its headers."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from wuyefei.foundation.kernel.text import tidy
from wuyefei.money.intake.public import (
    BadCell,
    Limits,
    Raw,
    Sheet,
    cell_day,
    cell_money,
    cell_text,
    decode_text,
    read_upload,
)

from .rules import camt, layouts, mt940
from .rules.layouts import Column
from .rules.shapes import Line, Statement, StatementRefused

NAME, MEMO = 120, 300
_day = lru_cache(maxsize=1000)(cell_day)
_BINARY = (b"PK", b"\xd0\xcf\x11\xe0")
_STANDARD = re.compile(rb"(?:^|[\r\n}]|\xef\xbb\xbf):20:|^\s*(?:\xef\xbb\xbf)?\s*<|^\xff\xfe|^\xfe\xff")
"""What MT940 and XML begin with; everything else is a workbook or a CSV."""


def read_statement(name: str, data: bytes) -> Statement:
    """Raises ``StatementRefused`` or what the reading of workbooks raises, naming the row."""
    cap = Limits().max_bytes
    if len(data) > cap:
        raise StatementRefused("too_large", "文件有 {size} MB，最大 {cap} MB，请拆开上传。", size=len(data) >> 20, cap=cap >> 20)
    if not data.startswith(_BINARY) and _STANDARD.search(data[:4000]):
        text = decode_text(data)
        if camt.looks_like(text):
            return camt.read(text)
        if mt940.looks_like(text):
            return mt940.read(text)
    for sheet in read_upload(name, data).sheets:
        found = _sheet(sheet)
        if found is not None:
            return found
    raise StatementRefused("no_header", "找不到表头：要有日期、金额（或收入、支出），和对方户名、账号或摘要中的一列。")


def _sheet(sheet: Sheet) -> Statement | None:
    above: list[str] = []
    for place, row in enumerate(sheet.rows[: layouts.HEADER_ROWS]):
        cells = [cell_text(cell) for cell in row.cells]
        columns = layouts.columns_of(cells)
        if columns is not None:
            lines = [line for one in sheet.rows[place + 1 :] if (line := _line(one.number, one.cells, columns)) is not None]
            return Statement("Excel/CSV", layouts.account_of(above), tuple(lines))
        above += [*cells, "".join(cells)]
    return None


def _line(number: int, cells: tuple[Raw, ...], columns: dict[Column, list[int]]) -> Line | None:
    """One row; blank ones and the totals at the end are none."""
    width = len(cells)

    def raw(column: Column) -> Raw:
        places = columns.get(column)
        return cells[places[0]] if places and places[0] < width else None

    def text(column: Column) -> str:
        return cell_text(raw(column))

    day = raw(Column.DAY)
    if day is None or any(cell_text(cell).startswith(layouts.FOOTERS) for cell in cells[:2] if isinstance(cell, str)):
        if any(raw(column) is not None for column in (Column.NAME, Column.ACCOUNT)):
            raise StatementRefused("row", "第 {row} 行：{reason}", row=number, reason="没有日期")
        return None
    try:
        on = _day_of(day)
        fen = layouts.signed(_money(raw(Column.IN)), _money(raw(Column.OUT)), _money(raw(Column.AMOUNT)), text(Column.SIDE), number)
    except BadCell as error:
        raise StatementRefused("row", "第 {row} 行：{reason}", row=number, reason=error.reason) from error
    memo = _memo([cell_text(cells[place]) for place in columns.get(Column.MEMO, ()) if place < width])
    return Line(number, on, fen, text(Column.NAME)[:NAME], text(Column.ACCOUNT)[:40], memo[:MEMO], text(Column.REF)[:60])


def _memo(parts: list[str]) -> str:
    """Several columns joined, each word once."""
    return parts[0] if len(parts) == 1 else " ".join(part for part in dict.fromkeys(parts) if part)


def _day_of(raw: Raw) -> dt.date:
    return _day(raw[:10] if isinstance(raw, str) and raw[4:5] in "-/" else raw[:8] if isinstance(raw, str) and raw[:8].isdigit() else raw)


def _money(raw: Raw) -> int | None:
    if raw is None or (isinstance(raw, str) and tidy(raw) in ("", "-", "--")):
        return None
    return cell_money(raw, negative=True)

