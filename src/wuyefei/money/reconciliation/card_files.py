"""From the bytes of an acquirer's file to its rows: a workbook or CSV by its headers."""

from __future__ import annotations

import datetime as dt

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.money.intake.public import (
    BadCell,
    Limits,
    Raw,
    Sheet,
    cell_day,
    cell_money,
    cell_text,
    read_upload,
)

from .card_rules import HEADER_ROWS, MOST_ROWS, NAMES, CardFileRefused, CardRow, card_columns, fee_of
from .layouts import (
    AMOUNT,
    CARD,
    CARD_FOOTERS,
    CARD_PAID_WORDS,
    CARD_REFUND_WORDS,
    DEED,
    FEE,
    MERCHANT,
    NET,
    ORIGINAL,
    REFERENCE,
    SETTLED,
    TERMINAL,
    TRADED,
    VOUCHER,
)
from .rules import BillRefused


def read_card_file(name: str, data: bytes, merchant_id: str) -> list[CardRow]:
    """Every trade of the file, in its order. Raises ``BillRefused``, ``CardFileRefused`` naming the row, ``UploadRefused``."""
    cap = Limits().max_bytes
    if len(data) > cap:
        raise BillRefused(reason=Phrase("文件有 {size} MB，最大 {cap} MB，请拆开上传", size=len(data) >> 20, cap=cap >> 20))
    for sheet in read_upload(name, data).sheets:
        rows = _sheet(sheet, merchant_id)
        if rows is None:
            continue
        if not rows:
            raise BillRefused(reason="文件里没有一笔交易")
        if len(rows) > MOST_ROWS:
            raise BillRefused(reason=Phrase("有 {count} 笔，最多 {most} 笔，请拆开上传", count=len(rows), most=MOST_ROWS))
        return rows
    raise BillRefused(reason="找不到表头：要有终端号、交易日期、交易金额、手续费（或清算金额）、参考号（或凭证号）")


def _sheet(sheet: Sheet, merchant_id: str) -> list[CardRow] | None:
    for place, row in enumerate(sheet.rows[:HEADER_ROWS]):
        columns = card_columns([cell_text(cell) for cell in row.cells])
        if columns is not None:
            return [one for row in sheet.rows[place + 1 :] if (one := _row(row.number, row.cells, columns, merchant_id)) is not None]
    return None


def _row(line: int, cells: tuple[Raw, ...], columns: dict[str, int], merchant_id: str) -> CardRow | None:
    """One row; blank ones and the totals at the end are none."""
    raw = {key: cells[place] for key, place in columns.items() if place < len(cells)}
    text = {key: cell_text(cell).lstrip("`'").strip() for key, cell in raw.items()}
    first = cell_text(cells[0]).lstrip("`'") if cells else ""
    if not any(text.values()) or first.startswith(CARD_FOOTERS):
        return None
    if text.get(MERCHANT) and text[MERCHANT] != merchant_id:
        raise CardFileRefused(row=line, reason=Phrase("商户号 {there} 不是所选的 {wanted}", there=text[MERCHANT][:32], wanted=merchant_id))
    for key in (TERMINAL, TRADED, AMOUNT):
        if not text.get(key):
            raise CardFileRefused(row=line, reason=Phrase("没有{column}", column=NAMES[key]))
    deed = text.get(DEED, "").upper()
    if deed not in CARD_PAID_WORDS | CARD_REFUND_WORDS:
        raise CardFileRefused(row=line, reason=Phrase("交易类型「{deed}」不认识", deed=text[DEED][:20]))
    amount = _money(raw[AMOUNT], NAMES[AMOUNT], line)
    if not amount:
        raise CardFileRefused(row=line, reason=Phrase("金额是 0"))
    refund = deed in CARD_REFUND_WORDS or amount < 0
    reference = (text.get(REFERENCE) or text.get(VOUCHER, ""))[:32]
    if not reference:
        raise CardFileRefused(row=line, reason=Phrase("没有{column}", column=NAMES[REFERENCE]))
    fee = _money(raw[FEE], NAMES[FEE], line) if text.get(FEE) else None
    net = _money(raw[NET], "清算金额", line) if text.get(NET) else None
    if fee is None and net is None:
        raise CardFileRefused(row=line, reason=Phrase("没有{column}", column=NAMES[FEE]))
    traded = _day(raw[TRADED], text[TRADED], line)
    settled = _day(raw[SETTLED], text[SETTLED], line) if text.get(SETTLED) else traded
    return CardRow(
        line, text[TERMINAL][:20], reference, traded, settled, refund, abs(amount), fee_of(abs(amount), fee, net, refund, line),
        text.get(CARD, "")[-4:] if text.get(CARD, "")[-4:].isdigit() else "", text.get(ORIGINAL, "")[:32],
    )  # fmt: skip


def _money(raw: Raw, name: str, line: int) -> int:
    try:
        return cell_money(raw.strip("`' \t") if isinstance(raw, str) else raw, negative=True)
    except BadCell as error:
        raise CardFileRefused(row=line, reason=Phrase("{column}：{reason}", column=name, reason=error.reason)) from error


def _day(raw: Raw, text: str, line: int) -> dt.date:
    """The day of a cell that may have the time beside it."""
    try:
        return cell_day((text[:10] if text[4:5] in "-/" else text[:8] if text[:8].isdigit() else text) if isinstance(raw, str) else raw)
    except BadCell as error:
        raise CardFileRefused(row=line, reason=error.reason) from error
