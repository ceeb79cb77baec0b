"""``wuyefei calc RULE``: one rule on one JSON document. Amounts are strings in yuan, days are ``2026-11-23``."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from typing import Any

from wuyefei.foundation.kernel.dates import Span, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import allocate, parse_yuan, yuan
from wuyefei.money.billing.rules import late_fee as fee
from wuyefei.money.billing.rules.proration import Convention, Price, charge_by_month

from . import charges
from .documents import MAX_WEIGHTS, Document, amount_of, got, known, number_of, rows_of, span_of

MAX_SPAN_DAYS = 366 * 60
MAX_BYTES = 16 * 2**20
DIGITS = 60
"""More than any product of two figures within the limits above needs, so that nothing is rounded on the way."""


def late_fee(document: Document) -> Document:
    """The late fee of one receivable as of a day."""
    known(document, {"amount", "due", "as_of", "rate_per_day", "cap", "payments", "holds"})
    amount = amount_of(got(document, "amount"), "amount")
    due, as_of = parse_day(got(document, "due"), "due"), parse_day(got(document, "as_of"), "as_of")
    rate = number_of(document.get("rate_per_day", fee.DEFAULT_RATE), "rate_per_day", Decimal(1))
    raw_cap = document.get("cap", fee.DEFAULT_CAP)
    cap = None if raw_cap is None else number_of(raw_cap, "cap", Decimal(100))
    changes, paid = [], 0
    for number, row in enumerate(rows_of(document, "payments")):
        where = f"payments[{number}]."
        known(row, {"on", "principal"}, where)
        principal = amount_of(got(row, "principal", where), f"{where}principal")
        changes.append(fee.Change(parse_day(got(row, "on", where), f"{where}on"), -principal))
        paid += principal
    if paid > amount:
        raise Invalid(field="payments", reason=Phrase("已付本金 {paid} 超过应收 {amount}", paid=yuan(paid), amount=yuan(amount)))
    holds = [span_of(row, f"holds[{number}].") for number, row in enumerate(rows_of(document, "holds"))]
    accrual = fee.accrue(amount, due, as_of, rate, changes, holds)
    return {"late_fee": yuan(fee.late_fee(accrual.exact, amount, cap)), "days": accrual.days}


def proration(document: Document) -> Document:
    """The charge of a span, month by month."""
    known(document, {"from", "to", "quantity", "prices", "convention"})
    span = Span(parse_day(got(document, "from"), "from"), parse_day(got(document, "to"), "to"))
    if span.days > MAX_SPAN_DAYS:
        raise Invalid(field="to", reason="起止相差不能超过 60 年")
    quantity = number_of(got(document, "quantity"), "quantity")
    prices = []
    for number, row in enumerate(rows_of(document, "prices")):
        where = f"prices[{number}]."
        known(row, {"from", "per_month"}, where)
        price = number_of(got(row, "per_month", where), f"{where}per_month")
        prices.append(Price(parse_day(got(row, "from", where), f"{where}from"), price))
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
    known(document, {"total", "weights"})
    weights = [number_of(weight, f"weights[{number}]") for number, weight in enumerate(rows_of(document, "weights", MAX_WEIGHTS))]
    return {"parts": [yuan(part) for part in allocate(parse_yuan(got(document, "total"), "total"), weights)]}


RULES: dict[str, Callable[[Document], Document]] = {
    "late-fee": late_fee, "proration": proration, "share": share, "tiers": charges.tiers, "usage": charges.usage,
    "shared": charges.shared, "rent": charges.rent, "formula": charges.formula,
}  # fmt: skip


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
