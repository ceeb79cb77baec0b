"""Reading bill files and comparing them with what we have. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_yuan

from .layouts import (
    AMOUNT,
    DEED,
    FEE,
    HEADERS,
    NUMBER,
    PAID_WORDS,
    REFUND_AMOUNT,
    REFUND_NUMBER,
    REFUND_WORDS,
    SUMMARY,
    THEIR_NUMBER,
)

WORK_WITHIN = dt.timedelta(days=3)
"""A difference is worked to closure within this time."""
SETTLED_WITHIN = dt.timedelta(days=5)
"""A day's money is at the bank within this time: T+1, and a long weekend."""
MAX_FILE_BYTES = 64 << 20
MAX_ROWS = 200_000


class BillRefused(DomainError):
    code = "bill_refused"
    message = "渠道账单读不懂：{reason}"


class Kind(StrEnum):
    """How the sides differ."""

    NOT_OURS = "not_ours"
    NOT_THEIRS = "not_theirs"
    AMOUNT = "amount"
    SETTLEMENT = "settlement"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Row:
    """A payment or refund: ``number`` is ours (order or refund), ``amount_fen`` positive, ``fee_fen`` negative where the
    provider gave a fee back."""

    number: str
    refund: bool
    amount_fen: int
    fee_fen: int = 0
    transaction_id: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One difference: what we have and what the provider has, in fen; a refund counts as negative."""

    kind: Kind
    number: str
    ours_fen: int
    theirs_fen: int

    @property
    def gap_fen(self) -> int:
        return self.theirs_fen - self.ours_fen


def signed(row: Row) -> int:
    return -row.amount_fen if row.refund else row.amount_fen


def net_fen(rows: Iterable[Row]) -> int:
    """What is paid out for the rows: payments less refunds less fees."""
    return sum(signed(row) - row.fee_fen for row in rows)


def compare(theirs: Iterable[Row], ours: Mapping[str, Row], wanted: Iterable[str]) -> list[Gap]:
    """``ours``: every order and refund of ours that a number of the file may mean; ``wanted``: the numbers of ours that must
    stand in a file by now and stand in no other."""
    found = {row.number: row for row in theirs}
    gaps = []
    for row in found.values():
        mine = ours.get(row.number)
        if mine is None:
            gaps.append(Gap(Kind.NOT_OURS, row.number, 0, signed(row)))
        elif signed(mine) != signed(row):
            gaps.append(Gap(Kind.AMOUNT, row.number, signed(mine), signed(row)))
    gaps += [Gap(Kind.NOT_THEIRS, number, signed(ours[number]), 0) for number in wanted if number not in found]
    return sorted(gaps, key=lambda gap: (gap.kind, gap.number))


def read_bill(content: bytes) -> list[Row]:
    """The payments and refunds of a day's trade bill: WeChat Pay's text or Alipay's ZIP. Raises ``BillRefused``."""
    if len(content) > MAX_FILE_BYTES:
        raise BillRefused(reason="文件过大")
    rows = list(csv.reader(io.StringIO(_text(content))))
    start, columns = _head(rows)
    found: dict[tuple[str, bool], Row] = {}
    for place, cells in enumerate(rows[start + 1 :], start=start + 2):
        row = _row(cells, columns, place)
        if row is not None:
            found[row.number, row.refund] = row
    if len(found) > MAX_ROWS:
        raise BillRefused(reason="行数过多")
    return list(found.values())


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                names = [one for one in file.infolist() if one.filename.endswith(".csv") and SUMMARY not in _name(one)]
                if len(names) != 1 or names[0].file_size > MAX_FILE_BYTES:
                    raise BillRefused(reason="压缩包里应有一个明细文件")
                content = file.read(names[0])
        except zipfile.BadZipFile as error:
            raise BillRefused(reason="压缩包已损坏") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BillRefused(reason="不是 UTF-8 或 GBK 文字")


def _name(info: zipfile.ZipInfo) -> str:
    """Alipay packs names in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    return info.filename.encode("cp437", "replace").decode("gb18030", "replace")


def _plain(cell: str) -> str:
    return cell.strip().lstrip("`").strip()


def _head(rows: list[list[str]]) -> tuple[int, dict[str, int]]:
    for place, cells in enumerate(rows[:60]):
        names = [_plain(cell) for cell in cells]
        columns = {key: next((names.index(name) for name in wanted if name in names), -1) for key, wanted in HEADERS.items()}
        if all(columns[key] >= 0 for key in (NUMBER, AMOUNT, FEE, DEED)):
            return place, columns
    raise BillRefused(reason="没有找到表头")


def _row(cells: list[str], columns: Mapping[str, int], place: int) -> Row | None:
    """None for sums, remarks and rows that are neither a payment nor a refund."""
    values = {key: _plain(cells[at]) if 0 <= at < len(cells) else "" for key, at in columns.items()}
    refund = values[DEED] in REFUND_WORDS
    if not refund and values[DEED] not in PAID_WORDS:
        return None
    number = values[REFUND_NUMBER] if refund else values[NUMBER]
    try:
        amount = abs(_fen(values[REFUND_AMOUNT]) or _fen(values[AMOUNT])) if refund else _fen(values[AMOUNT])
        fee = _fee(values[FEE], refund)
    except Invalid as error:
        raise BillRefused(reason=Phrase("第 {row} 行金额不对", row=place)) from error
    if not number:
        raise BillRefused(reason=Phrase("第 {row} 行没有单号", row=place))
    return Row(number, refund, amount, fee, values[THEIR_NUMBER])


def _fen(text: str) -> int:
    return parse_yuan(text or "0")


def _fee(text: str, refund: bool) -> int:
    """One provider writes a fee as positive, the other as negative, and what it gives back the other way: charged with a payment,
    given back with a refund. WeChat Pay gives five places, of which the last three are zeros."""
    fen = abs(_fen(text[:-3] if text.count(".") == 1 and len(text.partition(".")[2]) == 5 and text.endswith("000") else text))
    return -fen if refund else fen
