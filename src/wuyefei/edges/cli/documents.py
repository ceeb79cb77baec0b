"""Fields of the JSON documents that ``wuyefei calc`` reads: each is taken as what it should be, or named as wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wuyefei.foundation.kernel.dates import Span, parse_day
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_decimal, parse_yuan

Document = dict[str, Any]
MAX_ROWS, MAX_WEIGHTS = 1000, 100_000
MAX_NUMBER, MAX_PLACES = Decimal(10**12), 12


def got(document: Document, name: str, where: str = "") -> Any:
    if not isinstance(document, dict):
        raise Invalid(field=where.rstrip(".") or "文档", reason="应为 JSON 对象")
    if name not in document:
        raise Invalid(field=f"{where}{name}", reason="缺少这个字段")
    return document[name]


def rows_of(document: Document, name: str, most: int = MAX_ROWS) -> list[Any]:
    rows = document.get(name, [])
    if not isinstance(rows, list):
        raise Invalid(field=name, reason="应为列表")
    if len(rows) > most:
        raise Invalid(field=name, reason=Phrase("最多 {most} 行", most=most))
    return rows


def known(document: Document, names: set[str], where: str = "") -> None:
    """A misspelt field is an error, never silently ignored."""
    if not isinstance(document, dict):
        raise Invalid(field=where.rstrip(".") or "文档", reason="应为 JSON 对象")
    for name in document:
        if name not in names:
            raise Invalid(field=f"{where}{name}", reason=Phrase("不认识的字段，可用的是 {names}", names='、'.join(sorted(names))))


def number_of(value: Any, field: str, most: Decimal = MAX_NUMBER) -> Decimal:
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


def amount_of(value: Any, field: str) -> int:
    fen = parse_yuan(value, field)
    if fen < 0:
        raise Invalid(field=field, reason="不能是负数")
    return fen


def span_of(row: Document, where: str) -> Span:
    known(row, {"from", "to"}, where)
    return Span(parse_day(got(row, "from", where), f"{where}from"), parse_day(got(row, "to", where), f"{where}to"))
