"""Small tables that people fill in elsewhere and bring back: a workbook's first sheet, or a text file with commas."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from wuyefei.foundation.kernel.errors import DomainError, Phrase

MOST_BYTES, MOST_ROWS = 5 * 2**20, 5_000


class TableRefused(DomainError):
    code = "table_refused"
    message = "这张表读不了：{reason}。"


def read_table(name: str, content: bytes, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows below the head, each by column name as plain text. Raises ``TableRefused``.

    ``needed``: columns without which nothing can be read. A spreadsheet's number is given as it was typed.
    """
    if len(content) > MOST_BYTES:
        raise TableRefused(reason=Phrase("文件超过 {most} MB", most=MOST_BYTES // 2**20))
    rows = _csv(content) if name.lower().endswith(".csv") else _workbook(content)
    if not rows:
        raise TableRefused(reason="里面没有内容")
    head = [_text(cell) for cell in rows[0]]
    missing = [title for title in needed if title not in head]
    if missing:
        raise TableRefused(reason=Phrase("第一行缺少「{titles}」", titles="、".join(missing)))
    if len(rows) - 1 > MOST_ROWS:
        raise TableRefused(reason=Phrase("最多 {most} 行", most=MOST_ROWS))
    return [{title: _text(cell) for title, cell in zip(head, row, strict=False)} for row in rows[1:]]


def _workbook(content: bytes) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: list[list[Any]] = book.get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError, ValueError) as error:
        raise TableRefused(reason="不是能打开的 xlsx 工作簿") from error
    return rows


def _csv(content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding))))
        except UnicodeDecodeError:
            continue
    raise TableRefused(reason="不是 UTF-8 或 GBK 文字")


def _text(cell: Any) -> str:
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat()
    if isinstance(cell, float):
        text = f"{Decimal(repr(cell)):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(cell).strip()
