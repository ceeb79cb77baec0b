"""From the bytes of the bank's file to answers: fixed width, or a workbook or CSV by its headers."""

from __future__ import annotations

import datetime as dt

from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.money.intake.public import BadCell, cell_day, cell_money, cell_text, read_upload

from .models import DebitTerms
from .rules import MOST_BACK_BYTES
from .rules.answers import Answer, AnswerRefused
from .rules.layouts import Field, Shape, answer_of, headed, parse_layout, read_fixed, whole

HEADER_ROWS = 30
FOOTERS = ("合计", "总计", "小计", "共")


def read_answers(terms: DebitTerms, name: str, data: bytes) -> list[Answer]:
    """Every row of the file. Raises ``AnswerRefused`` naming the row, or what the reading of workbooks raises."""
    if len(data) > MOST_BACK_BYTES:
        raise DomainError("too_large", "文件有 {size} MB，最大 {cap} MB，请拆开上传。", size=len(data) >> 20, cap=MOST_BACK_BYTES >> 20)
    found = _fixed(terms, data) if terms.back_shape == Shape.FIXED else _headed(terms, name, data)
    if not found:
        raise DomainError("no_answers", "文件里没有一笔回盘。")
    return found


def _fixed(terms: DebitTerms, data: bytes) -> list[Answer]:
    rows = read_fixed(data, parse_layout(terms.back_columns, Shape.FIXED, back=True))
    return [answer_of(row, found, _day(row, found.get(Field.DAY))) for row, found in rows]


def _headed(terms: DebitTerms, name: str, data: bytes) -> list[Answer]:
    own = parse_layout(terms.back_columns, Shape.CSV, back=True) if terms.back_shape == Shape.CSV and terms.back_columns.strip() else ()
    for sheet in read_upload(name, data).sheets:
        for place, row in enumerate(sheet.rows[:HEADER_ROWS]):
            columns = headed([cell_text(cell) for cell in row.cells], own)
            if columns is not None:
                return [one for row in sheet.rows[place + 1 :] if (one := _row(row.number, row.cells, columns)) is not None]
    raise DomainError("no_answer_header", "找不到表头：要有明细号和扣款结果两列。")


def _row(number: int, cells: tuple[object, ...], columns: dict[Field, int]) -> Answer | None:
    """One row; blank ones and the totals at the end are none. Money in the cells may be text or a number, in yuan or in fen."""
    held = {field: cells[place] for field, place in columns.items() if place < len(cells)}
    found = {field: cell_text(cell) for field, cell in held.items()}  # type: ignore[arg-type]
    first = cell_text(cells[0]) if cells else ""  # type: ignore[arg-type]
    if not any(found.values()) or (first.startswith(FOOTERS) and not found.get(Field.RESULT)):
        return None
    if not found.get(Field.NUMBER):
        raise AnswerRefused(row=number, reason=Phrase("没有明细号"))
    return Answer(
        number, found[Field.NUMBER], found.get(Field.RESULT, ""), _money(number, held, found, Field.YUAN, Field.FEN),
        _money(number, held, found, Field.GOT_YUAN, Field.GOT_FEN), found.get(Field.REASON, ""), found.get(Field.ACCOUNT, ""),
        _day(number, held.get(Field.DAY)),
    )  # fmt: skip


def _money(number: int, held: dict[Field, object], found: dict[Field, str], yuan: Field, fen: Field) -> int | None:
    try:
        if found.get(fen):
            return whole(found[fen])
        return cell_money(held[yuan], negative=True) if found.get(yuan) else None  # type: ignore[arg-type]
    except (BadCell, ValueError) as error:
        raise AnswerRefused(row=number, reason=Phrase("「{text}」不是金额", text=(found.get(fen) or found[yuan])[:20])) from error


def _day(number: int, raw: object) -> dt.date | None:
    if raw is None or cell_text(raw) == "":  # type: ignore[arg-type]
        return None
    try:
        return cell_day(raw)  # type: ignore[arg-type]
    except BadCell as error:
        raise AnswerRefused(row=number, reason=error.reason) from error
