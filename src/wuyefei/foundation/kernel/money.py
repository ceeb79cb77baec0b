"""Money is an integer count of fen (分). Rates and quantities are ``Decimal``. Float never touches money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import Invalid, Phrase

FEN_PER_YUAN = 100
MAX_FEN = 10**15
"""Ten trillion yuan: above it a figure is a typing error, never money."""

_YUAN = re.compile(r"^[+\-−]?(\d{1,14}|\d{1,3}(,\d{3})+)(\.\d{1,2})?$")


def round_half_up(value: Decimal) -> int:
    """The nearest integer, halves away from zero (四舍五入)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def round_down(value: Decimal) -> int:
    """The integer part: used for caps, which round in the payer's favour."""
    return int(value.quantize(Decimal(1), rounding=ROUND_DOWN))


def allocate(total: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Cut ``total`` into whole parts in proportion to ``weights``, conserving it (largest remainder, 最大余额法).

    Ties go to the part named first. A negative total is cut like its positive and negated.
    Raises ``Invalid`` for no weights, a negative weight, or weights that are all zero.
    """
    exact = [Decimal(weight) for weight in weights]
    if not exact or any(weight < 0 or not weight.is_finite() for weight in exact):
        raise Invalid(field="weights", reason="权重必须是一个或多个不小于 0 的数")
    whole = sum(exact, Decimal(0))
    if whole == 0:
        raise Invalid(field="weights", reason="权重不能全部为 0")
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    parts, remainders = [], []
    for position, weight in enumerate(exact):
        numerator = total * weight
        part = int(numerator // whole)
        parts.append(part)
        remainders.append((-(numerator - part * whole), position))
    for _, position in sorted(remainders)[: total - sum(parts)]:
        parts[position] += 1
    return parts


def tax_included(amount_fen: int, rate: Decimal) -> int:
    """The tax contained in a tax-inclusive price: ``amount · r / (1 + r)``, rounded half up, in fen."""
    return round_half_up(Decimal(amount_fen) * rate / (1 + rate))


def parse_yuan(text: object, field: str = "金额") -> int:
    """Fen from a figure in yuan such as ``1,650.00``; at most two decimals, no exponent, no currency sign.

    Raises ``Invalid`` naming ``field``.
    """
    raw = str(text).strip().replace("，", ",")
    if not _YUAN.match(raw):
        raise Invalid(field=field, reason=Phrase("「{value}」不是金额，应为如 1650.00 的元，最多两位小数", value=raw[:40]))
    fen = int(Decimal(raw.replace(",", "").replace("−", "-")) * FEN_PER_YUAN)
    if abs(fen) > MAX_FEN:
        raise Invalid(field=field, reason=Phrase("{raw} 超出可记账的范围", raw=raw))
    return fen


def parse_decimal(text: object, field: str = "数值") -> Decimal:
    """A finite ``Decimal`` from text or a spreadsheet number (a float goes through ``str``)."""
    try:
        value = Decimal(str(text).strip().replace(",", ""))
    except InvalidOperation as error:
        raise Invalid(field=field, reason=Phrase("「{value}」不是数字", value=str(text)[:40])) from error
    if not value.is_finite():
        raise Invalid(field=field, reason="不是有限的数字")
    return value


def yuan(fen: int) -> str:
    """``165000`` → ``"1650.00"``: the plain form of interfaces."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def yuan_text(fen: int) -> str:
    """``-120000`` → ``"−1,200.00"``: the form people read (U+2212 minus, thousands separators)."""
    sign = "−" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
