"""From the bytes of the bank's answer to rows: a workbook or a CSV in UTF-8 or GBK, by its headers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.text import limited
from wuyefei.money.intake.public import BadCell, Raw, cell_day, cell_money, cell_text, read_upload

from .layouts import FOOTERS, Field
from .rules import MOST_BYTES, MOST_ROWS, Row, headed, number_in

HEADER_ROWS = 30
Mark = Callable[[str], str]


class AnswerUnreadable(DomainError):
    code = "payout_answer_unreadable"
    message = "第 {row} 行「{field}」：{reason}。什么也没有处理。"


def read_rows(name: str, data: bytes, mark: Mark) -> list[Row]:
    """Every row that speaks of a payment. ``mark``: the look-up mark of an account. Raises ``AnswerUnreadable`` naming row and
    column, or what the reading of workbooks raises."""
    if len(data) > MOST_BYTES:
        raise DomainError("too_large", "文件有 {size} MB，最大 {cap} MB，请拆开上传。", size=len(data) >> 20, cap=MOST_BYTES >> 20)
    for sheet in read_upload(name, data).sheets:
        for place, row in enumerate(sheet.rows[:HEADER_ROWS]):
            columns = headed([cell_text(cell) for cell in row.cells])
            if columns is not None:
                found = [one for row in sheet.rows[place + 1 :] if (one := _row(row.number, row.cells, columns, mark)) is not None]
                return _some(found)
    raise DomainError("no_payout_header", "找不到表头：要有处理结果、金额，和明细号或用途。请把银行的回盘原样上传。")


def _some(found: list[Row]) -> list[Row]:
    if not found:
        raise DomainError("no_payout_rows", "文件里没有一笔付款。")
    if len(found) > MOST_ROWS:
        raise DomainError("too_many_payout_rows", "文件有 {count} 行，一次最多 {most} 行，请拆开上传。", count=len(found), most=MOST_ROWS)
    return found


def _row(number: int, cells: tuple[Raw, ...], columns: dict[Field, int], mark: Mark) -> Row | None:
    """One row; blank ones and the totals at the end are none."""
    held = {field: cells[place] for field, place in columns.items() if place < len(cells)}
    found = {field: cell_text(cell) for field, cell in held.items()}
    first = cell_text(cells[0]) if cells else ""
    if not any(found.values()) or (first.startswith(FOOTERS) and not found.get(Field.RESULT)):
        return None
    own = found.get(Field.NUMBER, "")
    account = "".join(sign for sign in found.get(Field.ACCOUNT, "") if sign.isalnum() or sign == "*")
    hidden = "*" in account
    return Row(
        number, number_in(own, found.get(Field.PURPOSE, "")) or own, found.get(Field.RESULT, ""), _money(number, held.get(Field.AMOUNT)),
        found.get(Field.REASON, "")[:120], limited(found.get(Field.REFERENCE, "")[:80], "银行流水号", 80), _day(number, held.get(Field.DAY)),
        "" if hidden or not account else mark(account), account[-4:],
    )  # fmt: skip


def _money(number: int, raw: Raw) -> int | None:
    if cell_text(raw) == "":
        return None
    try:
        return cell_money(raw, negative=True)
    except BadCell as error:
        raise AnswerUnreadable(row=number, field="金额", reason=error.reason) from error


def _day(number: int, raw: Raw) -> dt.date | None:
    text = cell_text(raw)
    if not text:
        return None
    try:
        return cell_day(text[:10] if text[4:5] in "-/" else text[:8] if text[:8].isdigit() else raw)
    except BadCell as error:
        raise AnswerUnreadable(row=number, field="日期", reason=error.reason) from error
