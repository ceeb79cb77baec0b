"""The shape of the files to and from the bank: columns by header in CSV, or by width in GB18030 bytes (product row D1). Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.kernel.money import parse_yuan

from .answers import Answer, AnswerRefused

ENCODING = "gb18030"
"""What the counters of Chinese banks read."""


class Shape(StrEnum):
    CSV = "csv"
    FIXED = "fixed"


class Field(StrEnum):
    """What a column holds. Money in yuan with two decimals, or in fen without a point."""

    PLACE = "序号"
    NUMBER = "明细号"
    NAME = "户名"
    ACCOUNT = "账号"
    BANK = "开户行"
    YUAN = "金额元"
    FEN = "金额分"
    DAY = "日期"
    MERCHANT = "商户号"
    BATCH = "批次号"
    NOTE = "摘要"
    RESULT = "结果"
    REASON = "原因"
    GOT_YUAN = "实扣元"
    GOT_FEN = "实扣分"
    FILL = "空白"


NUMERIC = frozenset({Field.PLACE, Field.YUAN, Field.FEN, Field.GOT_YUAN, Field.GOT_FEN})
OUT_NEEDED = (Field.NUMBER, Field.ACCOUNT)
CSV_COLUMNS = "序号=序号\n商户明细号=明细号\n户名=户名\n账号=账号\n开户行=开户行\n扣款金额=金额元\n扣款日期=日期\n摘要=摘要"
FIXED_COLUMNS = "序号=序号,6\n明细号=明细号,20\n账号=账号,32\n户名=户名,40\n金额=金额分,15\n日期=日期,8"
BACK_COLUMNS = "序号=序号,6\n明细号=明细号,20\n账号=账号,32\n户名=户名,40\n金额=金额分,15\n日期=日期,8\n结果=结果,4\n实扣=实扣分,15\n原因=原因,40"


class LayoutRefused(DomainError):
    code = "debit_layout"
    message = "列设置第 {row} 行：{reason}。"


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in bytes, 0 in a file by headers."""

    head: str
    field: Field
    width: int = 0


@dataclass(frozen=True, slots=True)
class Out:
    """One debit as it is written to the bank."""

    place: int
    number: str
    name: str
    account: str
    bank: str
    fen: int
    on: dt.date
    merchant: str
    batch: str
    note: str


def parse_layout(text: str, shape: Shape, *, back: bool = False) -> tuple[Column, ...]:
    """Lines ``列名=内容`` (CSV) or ``列名=内容,宽度`` (fixed width). Raises ``LayoutRefused`` naming the line."""
    columns = []
    for row, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = re.fullmatch(r"\s*([^=＝]{1,30}?)\s*[=＝]\s*([^,，\s]+)\s*(?:[,，]\s*(\d{1,3}))?\s*", line)
        if match is None:
            raise LayoutRefused(row=row, reason=Phrase("应写成「列名=内容」，定长文件再加「,宽度」"))
        if match[2] not in {one.value for one in Field}:
            raise LayoutRefused(row=row, reason=Phrase("没有「{field}」，可用的是 {known}", field=match[2], known="、".join(Field)))
        if shape is Shape.FIXED and not int(match[3] or 0):
            raise LayoutRefused(row=row, reason=Phrase("定长文件要写宽度"))
        columns.append(Column(match[1], Field(match[2]), int(match[3] or 0)))
    _check(columns, back)
    return tuple(columns)


def _check(columns: Sequence[Column], back: bool) -> None:
    fields = [one.field for one in columns]
    needed = (Field.NUMBER, Field.RESULT) if back else OUT_NEEDED
    lacking = [field for field in needed if field not in fields]
    if not back and Field.YUAN not in fields and Field.FEN not in fields:
        lacking.append(Field.YUAN)
    if lacking:
        raise LayoutRefused(row=len(columns) + 1, reason=Phrase("还缺「{field}」", field="、".join(lacking)))


def value(column: Column, out: Out) -> str:
    """What a column of the file to the bank says."""
    return {
        Field.PLACE: str(out.place), Field.NUMBER: out.number, Field.NAME: out.name, Field.ACCOUNT: out.account, Field.BANK: out.bank,
        Field.YUAN: f"{out.fen // 100}.{out.fen % 100:02d}", Field.FEN: str(out.fen), Field.DAY: f"{out.on:%Y%m%d}",
        Field.MERCHANT: out.merchant, Field.BATCH: out.batch, Field.NOTE: out.note,
    }.get(column.field, "")  # fmt: skip


def write(rows: Iterable[Out], columns: Sequence[Column], shape: Shape) -> bytes:
    """The file as the bank reads it; the same rows give the same bytes. Raises ``LayoutRefused`` for what is wider than its column."""
    if shape is Shape.CSV:
        text = io.StringIO()
        made = csv.writer(text, lineterminator="\r\n")
        made.writerow([one.head for one in columns])
        made.writerows([value(one, row) for one in columns] for row in rows)
        return text.getvalue().encode(ENCODING)
    return b"".join(_fixed(row, columns) + b"\r\n" for row in rows)


def _fixed(row: Out, columns: Sequence[Column]) -> bytes:
    parts = []
    for place, column in enumerate(columns, start=1):
        held = value(column, row).encode(ENCODING)
        if len(held) > column.width:
            reason = Phrase("明细 {number} 的「{head}」有 {has} 字节，超过宽度 {width}", number=row.number, head=column.head, has=len(held), width=column.width)
            raise LayoutRefused(row=place, reason=reason)
        parts.append(held.rjust(column.width, b"0") if column.field in NUMERIC else held.ljust(column.width))
    return b"".join(parts)


HEADERS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    (Field.NUMBER, ("商户明细号", "明细号", "明细序号", "商户流水号", "业务流水号", "客户流水号", "流水号", "明细编号")),
    (Field.RESULT, ("扣款结果", "处理结果", "交易结果", "结果", "状态", "处理状态", "交易状态", "返回码", "响应码", "返回代码")),
    (Field.REASON, ("失败原因", "原因", "返回信息", "响应信息", "处理信息", "备注", "返回说明")),
    (Field.GOT_YUAN, ("实扣金额", "成功金额", "实际扣款金额", "实扣", "实收金额")),
    (Field.YUAN, ("扣款金额", "应扣金额", "金额", "交易金额")),
    (Field.ACCOUNT, ("账号", "扣款账号", "付款账号", "付款人账号", "卡号")),
    (Field.DAY, ("扣款日期", "交易日期", "处理日期", "入账日期", "日期")),
)
"""Header words of the files that banks give back, by field; the first word found gives the column."""


def headed(cells: Sequence[str], columns: Sequence[Column] = ()) -> dict[Field, int] | None:
    """Which column of a header row holds what, or None where it is none: a number and a result are needed.

    The community's own column names, where it has set any, go before the usual words.
    """
    names = [re.sub(r"[\s*：:]|[(（]元[)）]", "", cell) for cell in cells]
    found: dict[Field, int] = {}
    for field, words in HEADERS:
        own = tuple(one.head for one in columns if one.field is field)
        place = next((names.index(word) for word in (*own, *words) if word in names), None)
        if place is not None:
            found[field] = place
    return found if Field.NUMBER in found and Field.RESULT in found else None


def read_fixed(data: bytes, columns: Sequence[Column]) -> list[tuple[int, dict[Field, str]]]:
    """The rows of a fixed-width file: (line, field → text). Raises ``AnswerRefused`` for a line of another length."""
    width, rows = sum(one.width for one in columns), []
    for number, line in enumerate(data.replace(b"\r\n", b"\n").split(b"\n"), start=1):
        if not line.strip():
            continue
        if not width - columns[-1].width <= len(line) <= width:
            raise AnswerRefused(row=number, reason=Phrase("有 {has} 字节，应为 {width}", has=len(line), width=width))
        held, at = line.ljust(width), 0
        found: dict[Field, str] = {}
        for column in columns:
            try:
                found[column.field] = held[at : at + column.width].decode(ENCODING).strip()
            except UnicodeDecodeError as error:
                raise AnswerRefused(row=number, reason=Phrase("「{head}」不是文字，列宽不对", head=column.head)) from error
            at += column.width
        rows.append((number, found))
    return rows


def answer_of(row: int, found: dict[Field, str], day: dt.date | None) -> Answer:
    """An answer from the texts of a row. Raises ``AnswerRefused`` for money that is none."""
    return Answer(
        row, found.get(Field.NUMBER, ""), found.get(Field.RESULT, ""), _fen(row, found, Field.YUAN, Field.FEN),
        _fen(row, found, Field.GOT_YUAN, Field.GOT_FEN), found.get(Field.REASON, ""), found.get(Field.ACCOUNT, ""), day,
    )  # fmt: skip


def whole(text: str) -> int:
    """A whole number in plain digits. Raises ``ValueError``."""
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise ValueError(text)
    return int(text)


def _fen(row: int, found: dict[Field, str], yuan: Field, fen: Field) -> int | None:
    text = found.get(fen, "")
    try:
        if text:
            return whole(text)
        return parse_yuan(found[yuan].replace(",", "")) if found.get(yuan) else None
    except (ValueError, DomainError) as error:
        raise AnswerRefused(row=row, reason=Phrase("「{text}」不是金额", text=(text or found[yuan])[:20])) from error
