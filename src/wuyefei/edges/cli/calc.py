"""``wuyefei calc RULE``: one rule on one JSON document. Amounts are strings in yuan, days are ``2026-11-23``."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from typing import Any

from wuyefei.foundation.kernel.dates import Span, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import allocate, parse_decimal, parse_yuan, yuan
from wuyefei.money.billing.rules import late_fee as fee
from wuyefei.money.billing.rules.proration import Convention, Price, charge_by_month

Document = dict[str, Any]
MAX_SPAN_DAYS = 366 * 60
MAX_ROWS, MAX_WEIGHTS = 1000, 100_000
MAX_BYTES = 16 * 2**20
MAX_NUMBER, MAX_PLACES = Decimal(10**12), 12
DIGITS = 60
"""More than any product of two figures within the limits above needs, so that nothing is rounded on the way."""


def _get(document: Document, name: str, where: str = "") -> Any:
    if not isinstance(document, dict):
        raise Invalid(field=where.rstrip(".") or "文档", reason="应为 JSON 对象")
    if name not in document:
        raise Invalid(field=f"{where}{name}", reason="缺少这个字段")
    return document[name]


def _rows(document: Document, name: str, most: int = MAX_ROWS) -> list[Any]:
    rows = document.get(name, [])
    if not isinstance(rows, list):
        raise Invalid(field=name, reason="应为列表")
    if len(rows) > most:
        raise Invalid(field=name, reason=Phrase("最多 {most} 行", most=most))
    return rows


def _known(document: Document, names: set[str], where: str = "") -> None:
    """A misspelt field is an error, never silently ignored."""
    if not isinstance(document, dict):
        raise Invalid(field=where.rstrip(".") or "文档", reason="应为 JSON 对象")
    for name in document:
        if name not in names:
            raise Invalid(field=f"{where}{name}", reason=Phrase("不认识的字段，可用的是 {names}", names='、'.join(sorted(names))))


def _number(value: Any, field: str, most: Decimal = MAX_NUMBER) -> Decimal:
    """A number from 0 to ``most`` with at most twelve decimals."""
    if isinstance(value, str) and len(value) > 60:
        raise Invalid(field=field, reason="位数太多")
    number = parse_decimal(value, field)
    if number < 0:
        raise Invalid(field=field, reason="不能是负数")
    if number > most:
        raise Invalid(field=field, reason=Phrase("不能大于 {most}", most=most))
    if int(number.as_tuple().exponent) < -MAX_PLACES:
        raise Invalid(field=field, reason=Phrase("最多 {most} 位小数", most=MAX_PLACES))
    return number


def _amount(value: Any, field: str) -> int:
    fen = parse_yuan(value, field)
    if fen < 0:
        raise Invalid(field=field, reason="不能是负数")
    return fen


def _span(row: Document, where: str) -> Span:
    _known(row, {"from", "to"}, where)
    return Span(parse_day(_get(row, "from", where), f"{where}from"), parse_day(_get(row, "to", where), f"{where}to"))


def late_fee(document: Document) -> Document:
    """The late fee of one receivable as of a day."""
    _known(document, {"amount", "due", "as_of", "rate_per_day", "cap", "payments", "holds"})
    amount = _amount(_get(document, "amount"), "amount")
    due, as_of = parse_day(_get(document, "due"), "due"), parse_day(_get(document, "as_of"), "as_of")
    rate = _number(document.get("rate_per_day", fee.DEFAULT_RATE), "rate_per_day", Decimal(1))
    raw_cap = document.get("cap", fee.DEFAULT_CAP)
    cap = None if raw_cap is None else _number(raw_cap, "cap", Decimal(100))
    changes, paid = [], 0
    for number, row in enumerate(_rows(document, "payments")):
        where = f"payments[{number}]."
        _known(row, {"on", "principal"}, where)
        principal = _amount(_get(row, "principal", where), f"{where}principal")
        changes.append(fee.Change(parse_day(_get(row, "on", where), f"{where}on"), -principal))
        paid += principal
    if paid > amount:
        raise Invalid(field="payments", reason=Phrase("已付本金 {paid} 超过应收 {amount}", paid=yuan(paid), amount=yuan(amount)))
    holds = [_span(row, f"holds[{number}].") for number, row in enumerate(_rows(document, "holds"))]
    accrual = fee.accrue(amount, due, as_of, rate, changes, holds)
    return {"late_fee": yuan(fee.late_fee(accrual.exact, amount, cap)), "days": accrual.days}


def proration(document: Document) -> Document:
    """The charge of a span, month by month."""
    _known(document, {"from", "to", "quantity", "prices", "convention"})
    span = Span(parse_day(_get(document, "from"), "from"), parse_day(_get(document, "to"), "to"))
    if span.days > MAX_SPAN_DAYS:
        raise Invalid(field="to", reason="起止相差不能超过 60 年")
    quantity = _number(_get(document, "quantity"), "quantity")
    prices = []
    for number, row in enumerate(_rows(document, "prices")):
        where = f"prices[{number}]."
        _known(row, {"from", "per_month"}, where)
        price = _number(_get(row, "per_month", where), f"{where}per_month")
        prices.append(Price(parse_day(_get(row, "from", where), f"{where}from"), price))
    if len({price.since for price in prices}) != len(prices):
        raise Invalid(field="prices", reason="同一天有两个价格")
    prices.sort(key=lambda price: price.since)
    convention = document.get("convention", Convention.CALENDAR.value)
    if convention not in list(Convention):
        raise Invalid(field="convention", reason="应为 calendar 或 thirty")
    months = charge_by_month(span, quantity, prices, Convention(convention))
    return {
        "total": yuan(sum(fen for _, fen in months)),
        "months": [{"month": str(month), "amount": yuan(fen)} for month, fen in months],
    }


def share(document: Document) -> Document:
    """A total cut in proportion to weights, conserved to the fen."""
    _known(document, {"total", "weights"})
    weights = [_number(weight, f"weights[{number}]") for number, weight in enumerate(_rows(document, "weights", MAX_WEIGHTS))]
    return {"parts": [yuan(part) for part in allocate(parse_yuan(_get(document, "total"), "total"), weights)]}


RULES: dict[str, Callable[[Document], Document]] = {"late-fee": late_fee, "proration": proration, "share": share}


def _once(pairs: list[tuple[str, Any]]) -> Document:
    """An object whose fields are each named once."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise Invalid(field=next(name for name in names if names.count(name) > 1), reason="这个字段写了两次")
    return found


def calculate(rule: str, raw: bytes) -> Document:
    """Apply a rule to a JSON text in UTF-8. Raises ``DomainError`` naming the field that is wrong."""
    if len(raw) > MAX_BYTES:
        raise DomainError("too_big", "输入超过 16 MB。")
    if not raw.strip():
        raise DomainError("empty", "标准输入上没有内容，应为一个 JSON 文档。")
    try:
        text = raw.decode("utf-8-sig")
        document = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise DomainError("encoding", "输入不是 UTF-8 文本。") from error
    except json.JSONDecodeError as error:
        raise DomainError("not_json", "输入不是 JSON：第 {line} 行第 {column} 列读不懂。", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise DomainError("not_json", "输入不是可用的 JSON：嵌套太深。") from error
    with localcontext(Context(prec=DIGITS)):
        return RULES[rule](document)
