"""MT940, the customer statement of SWIFT (category 9, "Customer Statement Message"): fields 25, 60, 61, 86 and 62."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from wuyefei.foundation.kernel.money import MAX_FEN

from .shapes import Line, Statement, StatementRefused, check_balances

_FIELD = re.compile(r"^:(\d{2}[A-Z]?):", re.M)
_MOVE = re.compile(r"(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d{1,12},\d{0,2})([A-Z][A-Z0-9]{3})?([^/\n]*)?(?://([^\n]*))?(?:\n(.*))?", re.S)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,2})")
_SUB = re.compile(r"\?(\d{2})|/(NAME|ACCT|REMI|ORDP|PURP)/")
"""The two usual ways of structuring field 86."""

NAME_PARTS, ACCOUNT_PARTS = ("32", "33", "NAME", "ORDP"), ("31", "ACCT")


def looks_like(text: str) -> bool:
    return bool(re.search(r"^:20:", text[:2000], re.M) and re.search(r"^:60[FM]:", text, re.M))


def read(text: str) -> Statement:
    """The statement, or the statements of one account one after the other. Raises ``StatementRefused``."""
    account, opening, closing = "", None, None
    lines: list[Line] = []
    waiting: tuple[dt.date, int, str, str] | None = None

    def keep(about: str) -> None:
        if waiting is not None:
            on, fen, ref, rest = waiting
            name, number, memo = _about(about)
            lines.append(Line(len(lines) + 1, on, fen, name, number, memo or rest, ref))

    for tag, body in _fields(text):
        if tag == "86":
            keep(body)
            waiting = None
            continue
        keep("")
        waiting = None
        if tag == "25":
            if account and body.strip() != account:
                raise StatementRefused("accounts", "文件里有不止一个账户的流水，请分开上传。")
            account = body.strip()
        elif tag in ("60F", "60M") and opening is None:
            opening = _balance(body)
        elif tag in ("62F", "62M"):
            closing = _balance(body)
        elif tag == "61":
            waiting = _move(body, len(lines) + 1)
    keep("")
    return check_balances(Statement("MT940", account.rpartition("/")[2], tuple(lines), opening, closing))


def _fields(text: str) -> list[tuple[str, str]]:
    parts = _FIELD.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return [(tag, re.sub(r"\n-?\}?\s*$", "", body)) for tag, body in zip(parts[1::2], parts[2::2], strict=True)]


def _fen(amount: str, number: int) -> int:
    fen = int(Decimal(amount.replace(",", ".") + ("0" if amount.endswith(",") else "")) * 100)
    if fen > MAX_FEN:
        raise StatementRefused("amount", "第 {row} 笔的金额 {amount} 过大。", row=number, amount=amount)
    return fen


def _day(digits: str, number: int) -> dt.date:
    try:
        return dt.date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError as error:
        raise StatementRefused("day", "第 {row} 笔的日期 {day} 不存在。", row=number, day=digits) from error


def _balance(body: str) -> int:
    found = _BALANCE.match(body.strip())
    if found is None:
        raise StatementRefused("broken_mt940", "MT940 的余额行「{text}」读不懂。", text=body.strip()[:30])
    if found[3] != "CNY":
        raise StatementRefused("currency", "流水的币种是 {currency}，只能导入人民币流水。", currency=found[3])
    fen = _fen(found[4], 0)
    return fen if found[1] == "C" else -fen


def _move(body: str, number: int) -> tuple[dt.date, int, str, str]:
    """(value date, signed fen, the bank's reference, what else the line says). RC and RD undo: they count the other way."""
    found = _MOVE.fullmatch(body.strip())
    if found is None:
        raise StatementRefused("broken_mt940", "第 {row} 笔（:61:）读不懂：{text}", row=number, text=body.strip()[:40])
    fen = _fen(found[5], number)
    ref = (found[8] or found[7] or "").strip()
    sign = 1 if found[3] in ("C", "RD") else -1
    return _day(found[1], number), sign * fen, "" if ref == "NONREF" else ref[:60], (found[9] or "").strip().replace("\n", "")


def _about(body: str) -> tuple[str, str, str]:
    """(payer's name, payer's account, memo) of field 86; unstructured text is all memo."""
    parts = _SUB.split(body.replace("\n", ""))
    if len(parts) < 4:
        return "", "", parts[0].strip()
    name, number, memo = "", "", []
    for code, word, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        kind = code or word
        if kind in NAME_PARTS:
            name += text.strip()
        elif kind in ACCOUNT_PARTS:
            number = text.strip()
        elif kind in ("REMI", "PURP") or "20" <= kind <= "29" or "60" <= kind <= "63":
            memo.append(text.strip())
    return name, number, " ".join(memo)

