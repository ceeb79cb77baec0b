"""camt.053, the bank-to-customer statement of ISO 20022, any version: booked entries and their transactions.

The document may declare nothing: a document type, an entity or anything outside is refused before it is parsed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from wuyefei.foundation.kernel.money import MAX_FEN

from .shapes import Line, Statement, StatementRefused, check_balances

_DECLARES = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.I)


def looks_like(text: str) -> bool:
    head = text[:4000]
    return head.lstrip("\ufeff \t\r\n").startswith("<") and ("camt.053" in head or "BkToCstmrStmt" in head)


def read(text: str) -> Statement:
    """Raises ``StatementRefused``."""
    if _DECLARES.search(text):
        raise StatementRefused("xml_declares", "XML 里有文档类型或实体声明，不是正常的银行流水，未打开。")
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise StatementRefused("broken_xml", "XML 不完整或有错，读不出来。请向银行重新下载。") from error
    found = [node for node in root.iter() if _name(node) == "Stmt"]
    if not found:
        raise StatementRefused("no_statement", "文件里没有银行流水（Stmt）。")
    accounts = {_account(_child(node, "Acct")) for node in found}
    if len(accounts) > 1:
        raise StatementRefused("accounts", "文件里有不止一个账户的流水，请分开上传。")
    lines: list[Line] = []
    for node in found:
        for entry in _children(node, "Ntry"):
            for on, fen, about in _moves(entry, len(lines) + 1):
                lines.append(Line(len(lines) + 1, on, fen, *about))
    opening, closing = _balance(found[0], ("OPBD", "PRCD")), _balance(found[-1], ("CLBD",))
    return check_balances(Statement("camt.053", accounts.pop(), tuple(lines), opening, closing))


def _name(node: Element) -> str:
    return node.tag.rpartition("}")[2]


def _children(node: Element | None, name: str) -> list[Element]:
    return [] if node is None else [child for child in node if _name(child) == name]


def _child(node: Element | None, *path: str) -> Element | None:
    for name in path:
        node = next(iter(_children(node, name)), None)
    return node


def _text(node: Element | None, *path: str) -> str:
    found = _child(node, *path)
    return (found.text or "").strip() if found is not None else ""


def _account(node: Element | None) -> str:
    return _text(node, "Id", "IBAN") or _text(node, "Id", "Othr", "Id")


def _fen(node: Element, number: int) -> int:
    amount = _child(node, "Amt")
    text = (amount.text or "").strip() if amount is not None else ""
    if amount is None or not re.fullmatch(r"\d{1,18}(\.\d{1,5})?", text):
        raise StatementRefused("amount", "第 {row} 笔的金额「{amount}」不是数。", row=number, amount=text[:30])
    if amount.get("Ccy", "CNY") != "CNY":
        raise StatementRefused("currency", "流水的币种是 {currency}，只能导入人民币流水。", currency=amount.get("Ccy", ""))
    try:
        fen = Decimal(text) * 100
    except InvalidOperation as error:
        raise StatementRefused("amount", "第 {row} 笔的金额「{amount}」不是数。", row=number, amount=text[:30]) from error
    if fen != fen.to_integral_value() or fen > MAX_FEN:
        raise StatementRefused("amount", "第 {row} 笔的金额「{amount}」不是整分，或过大。", row=number, amount=text[:30])
    return int(fen)


def _day(node: Element, number: int) -> dt.date:
    for name in ("ValDt", "BookgDt"):
        text = _text(node, name, "Dt") or _text(node, name, "DtTm")
        if text:
            try:
                return dt.date.fromisoformat(text[:10])
            except ValueError as error:
                raise StatementRefused("day", "第 {row} 笔的日期 {day} 不存在。", row=number, day=text[:20]) from error
    raise StatementRefused("day", "第 {row} 笔没有日期。", row=number)


def _sign(node: Element) -> int:
    sign = 1 if _text(node, "CdtDbtInd") == "CRDT" else -1
    return -sign if _text(node, "RvslInd") == "true" else sign


def _moves(entry: Element, number: int) -> Iterator[tuple[dt.date, int, tuple[str, str, str, str]]]:
    """One line a transaction where they state their own amounts and add up to the entry, else one an entry."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    if status not in ("BOOK", ""):
        return
    on, sign, total = _day(entry, number), _sign(entry), _fen(entry, number)
    details = [detail for group in _children(entry, "NtryDtls") for detail in _children(group, "TxDtls")]
    ref = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    if len(details) > 1 and all(_child(detail, "Amt") is not None for detail in details):
        sums = [_fen(detail, number) for detail in details]
        if sum(sums) != total:
            raise StatementRefused("amount", "第 {row} 笔的明细合计与总额不符。", row=number)
        for detail, fen in zip(details, sums, strict=True):
            yield on, sign * fen, _about(detail, sign, entry, ref)
        return
    yield on, sign * total, _about(details[0] if details else None, sign, entry, ref)


def _about(detail: Element | None, sign: int, entry: Element, ref: str) -> tuple[str, str, str, str]:
    """(payer's name, account, memo, the bank's reference)."""
    side = "Dbtr" if sign > 0 else "Cdtr"
    parties = _child(detail, "RltdPties")
    name = _text(parties, side, "Nm") or _text(parties, side, "Pty", "Nm")
    memo = " ".join((node.text or "").strip() for node in _children(_child(detail, "RmtInf"), "Ustrd"))
    memo = memo or _text(entry, "AddtlNtryInf")
    return name, _account(_child(parties, f"{side}Acct")), memo, (_text(detail, "Refs", "AcctSvcrRef") or ref)[:60]


def _balance(node: Element, codes: tuple[str, ...]) -> int | None:
    for balance in _children(node, "Bal"):
        if _text(balance, "Tp", "CdOrPrtry", "Cd") in codes:
            return _sign(balance) * _fen(balance, 0)
    return None
