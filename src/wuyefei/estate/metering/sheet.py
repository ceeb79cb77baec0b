"""The readings sheet 抄表单: a workbook or text file with a row a meter, filled in elsewhere and taken back whole.

A row is found by its meter's number. Nothing is written where a row is wrong: each is named with its reason.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from wuyefei.foundation.kernel.errors import DomainError, Phrase

HEAD = ("房号", "表号", "上次读数", "上次日期", "本次读数", "过满度", "备注")
NUMBER, VALUE, ROLLED, NOTE = HEAD[1], HEAD[4], HEAD[5], HEAD[6]
YES = ("是", "y", "yes", "1", "true", "√")
MOST_BYTES, MOST_ROWS = 5 * 2**20, 5_000


class SheetRefused(DomainError):
    code = "reading_sheet"
    message = "抄表单读不了：{reason}。"


@dataclass(frozen=True, slots=True)
class Typed:
    """A row of the sheet with a figure: ``line`` as a spreadsheet counts, ``wrong`` why it cannot be taken."""

    line: int
    number: str
    value: Decimal
    rolled: bool
    note: str
    wrong: str = ""


def typed(name: str, content: bytes) -> list[Typed]:
    """The rows that hold a reading now; those left empty are skipped. Raises ``SheetRefused``."""
    if len(content) > MOST_BYTES:
        raise SheetRefused(reason=Phrase("文件超过 {most} MB", most=MOST_BYTES // 2**20))
    rows = _csv(content) if name.lower().endswith(".csv") else _workbook(content)
    if not rows:
        raise SheetRefused(reason="里面没有内容")
    head = [_text(cell) for cell in rows[0]]
    missing = [title for title in (NUMBER, VALUE) if title not in head]
    if missing:
        raise SheetRefused(reason=Phrase("第一行缺少「{titles}」", titles="、".join(missing)))
    if len(rows) - 1 > MOST_ROWS:
        raise SheetRefused(reason=Phrase("最多 {most} 行", most=MOST_ROWS))
    found = list(_typed(head, rows[1:]))
    if not found:
        raise SheetRefused(reason="没有填「本次读数」的行")
    return found


def _typed(head: list[str], rows: Sequence[Sequence[Any]]) -> Iterator[Typed]:
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        cells = {title: _text(cell) for title, cell in zip(head, row, strict=False)}
        text = cells.get(VALUE, "")
        if not text:
            continue
        number = cells.get(NUMBER, "").lstrip("'")
        try:
            value, wrong = Decimal(text.replace(",", "")), ""
            if not value.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            value, wrong = Decimal(0), Phrase("「{text}」不是读数", text=text[:20])
        if number in seen:
            wrong = "同一块表写了两行"
        seen.add(number)
        yield Typed(line, number, value, cells.get(ROLLED, "").lower() in YES, cells.get(NOTE, ""), wrong)


def _workbook(content: bytes) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: list[list[Any]] = book.get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError, ValueError) as error:
        raise SheetRefused(reason="不是能打开的 xlsx 工作簿") from error
    return rows


def _csv(content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding))))
        except UnicodeDecodeError:
            continue
    raise SheetRefused(reason="不是 UTF-8 或 GBK 文字")


def _text(cell: Any) -> str:
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat()
    if isinstance(cell, float):
        text = f"{Decimal(repr(cell)):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(cell).strip()
