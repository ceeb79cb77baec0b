"""What a receipt says: amounts in capital Chinese, its number, its snapshot and whether the snapshot adds up."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import MAX_FEN, yuan_text

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_MYRIADS = ((10**8, "亿"), (10**4, "万"))


class Unbalanced(DomainError):
    """The figures of a receipt contradict each other; nothing may be printed from it."""

    code = "receipt_unbalanced"
    message = "收据 {number} 的金额对不上：{what}应为 {expected}，实为 {actual}。"


def capital_amount(fen: int) -> str:
    """``165000`` → ``壹仟陆佰伍拾元整``: the words of a sum in fen; a negative one starts with 负.

    Follows 会计基础工作规范 第五十二条: 整 after 元 or 角, never after 分; one 零 for any run of zeros inside the
    figure; where the last digit before 角 (or before 万, 亿) is 0 the optional 零 is left out.
    Raises ``Invalid`` beyond ten trillion yuan.
    """
    if abs(fen) > MAX_FEN:
        raise Invalid(field="金额", reason=Phrase("{fen} 超出可开收据的范围", fen=yuan_text(fen)))
    whole, rest = divmod(abs(fen), 100)
    tenths, hundredths = divmod(rest, 10)
    words = "负" if fen < 0 else ""
    if whole or not rest:
        words += (_whole(whole) or "零") + "元"
    if tenths:
        words += _DIGITS[tenths] + "角"
    if not hundredths:
        return words + "整"
    if whole and not tenths:
        words += "零"
    return words + _DIGITS[hundredths] + "分"


def _whole(number: int) -> str:
    """The words of a whole number; empty for 0."""
    for unit, name in _MYRIADS:
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _whole(high) + name + gap + _whole(low)
    words, gap = "", ""
    for place, name in _PLACES:
        digit, number = divmod(number, place)
        if digit:
            words += gap + _DIGITS[digit] + name
        gap = "零" if words and not digit else ""
    return words


def receipt_number(prefix: str, year: int, serial: int) -> str:
    """``("LX", 2026, 4182)`` → ``LX-2026-004182``; a serial past 999999 grows a digit.

    Raises ``Invalid`` for a prefix that is not 1–8 capital letters or digits, or a serial below 1.
    """
    if not re.fullmatch(r"[A-Z0-9]{1,8}", prefix):
        raise Invalid(field="收据字头", reason=Phrase("「{value}」应为 1 到 8 位大写字母或数字", value=prefix[:20]))
    if serial < 1:
        raise Invalid(field="收据序号", reason=Phrase("{serial} 应不小于 1", serial=serial))
    return f"{prefix}-{year:04d}-{serial:06d}"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One thing paid for. Service dates, both included, are absent where the item has none (a deposit)."""

    item: str
    period: str
    service_from: dt.date | None
    service_to: dt.date | None
    principal_fen: int
    late_fee_fen: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Tender:
    """Money handed over by one means, before change: 现金, 微信支付, 预存抵扣."""

    method: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ReceiptSnapshot:
    """Everything printed on one receipt, in fen and days.

    ``prepayment_fen`` is the part of the total kept for later bills; ``change_fen`` was handed back and is not part
    of the total. ``duplicate_no`` is 0 for the original and n for the n-th reprint.
    """

    number: str
    organisation: str
    community: str
    payer: str
    property_code: str
    issued_on: dt.date
    value_date: dt.date
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[Tender, ...]
    total_fen: int
    cashier: str
    prepayment_fen: int = 0
    change_fen: int = 0
    remark: str = ""
    voided: bool = False
    void_reason: str = ""
    voided_on: dt.date | None = None
    verify_url: str = ""
    duplicate_no: int = 0

    def to_json(self) -> dict[str, Any]:
        """A JSON document from which ``from_json`` makes an equal snapshot."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ReceiptSnapshot:
        """The snapshot of such a document; raises ``Invalid`` naming a key that is missing, unknown or misshapen."""
        facts = dict(document)
        for key, part in (("lines", ReceiptLine), ("tenders", Tender)):
            rows = facts.get(key)
            if not isinstance(rows, list | tuple):
                _misshapen(key)
            facts[key] = tuple(_build(part, row, f"{key}[{n}].") for n, row in enumerate(rows))
        snapshot: ReceiptSnapshot = _build(cls, facts, "")
        return snapshot


_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "dt.date": (dt.date,),
    "dt.date | None": (dt.date, type(None)),
}


def _plain(value: Any) -> Any:
    """Days become ISO text, and rows lists of dicts."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [{name: _plain(getattr(row, name)) for name in row.__slots__} for row in value]
    return value


def _build(kind: type, facts: Any, where: str) -> Any:
    """An instance of the dataclass ``kind`` from JSON values, every field checked against its declared type."""
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if not isinstance(facts, Mapping):
        _misshapen(where.rstrip("."))
    for key in facts:
        if key not in fields:
            _misshapen(where + key)
    made: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in facts:
            if field.default is dataclasses.MISSING:
                _misshapen(where + name)
            continue
        made[name] = _value(str(field.type), facts[name], where + name)
    return kind(**made)


def _value(declared: str, value: Any, where: str) -> Any:
    if declared.startswith("dt.date") and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            _misshapen(where)
    wanted = _KINDS.get(declared)
    if wanted is not None and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)):
        _misshapen(where)
    return value


def _misshapen(where: str) -> NoReturn:
    raise Invalid(field="收据存档", reason=Phrase("字段 {where} 缺失、多余或类型不对", where=where))


def check(snapshot: ReceiptSnapshot) -> None:
    """Raises ``Unbalanced`` when the figures contradict each other, ``Invalid`` for any other contradiction."""
    for row in snapshot.lines:
        _figure(snapshot, f"「{row.item}」的金额", row.principal_fen + row.late_fee_fen, row.amount_fen)
    lines = sum(row.amount_fen for row in snapshot.lines)
    _figure(snapshot, "合计", lines + snapshot.prepayment_fen, snapshot.total_fen)
    received = sum(row.amount_fen for row in snapshot.tenders)
    _figure(snapshot, "收款减找零", snapshot.total_fen, received - snapshot.change_fen)
    figures = [snapshot.prepayment_fen, snapshot.change_fen, *(row.amount_fen for row in snapshot.tenders)]
    figures += [part for row in snapshot.lines for part in (row.principal_fen, row.late_fee_fen)]
    if snapshot.total_fen <= 0 or any(figure < 0 for figure in figures):
        raise Invalid(field=f"收据 {snapshot.number}", reason="合计应大于 0，各项金额不能为负")
    if snapshot.voided != bool(snapshot.void_reason.strip()) or snapshot.voided != (snapshot.voided_on is not None):
        raise Invalid(field=f"收据 {snapshot.number}", reason="作废的收据应有日期和原因，未作废的不应有")
    if snapshot.duplicate_no < 0:
        raise Invalid(field=f"收据 {snapshot.number}", reason="重打次数不能为负")
    for row in snapshot.lines:
        first, last = row.service_from, row.service_to
        if (first is None) != (last is None) or (first is not None and last is not None and last < first):
            raise Invalid(field=f"收据 {snapshot.number}", reason=Phrase("「{item}」的服务起止日期不成对", item=row.item))


def _figure(snapshot: ReceiptSnapshot, what: str, expected: int, actual: int) -> None:
    if expected != actual:
        raise Unbalanced(
            number=snapshot.number, what=what, expected=yuan_text(expected), actual=yuan_text(actual)
        )
