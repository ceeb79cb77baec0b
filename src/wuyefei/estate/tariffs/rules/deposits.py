"""What a deposit comes to by its policy 押金标准 (product rows B2, J5): fit-out, door cards, a shop's months of rent.

A deposit is taken once, held as a debt to its payer, and never charged by the month. A shop's counts months of the
rent that its lease says for the day, free months and proration left aside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, MAX_FEN, round_half_up

from .rent import monthly
from .terms import lease

LEAST_MONTHS, MOST_MONTHS = 1, 3
"""A shop's deposit is one to three months' rent (row J5)."""
MOST_YUAN = 1_000_000


class DepositBy(StrEnum):
    PROPERTY = "property"
    """So much a property: fit-out."""
    AREA = "area"
    """So much a m² of building area."""
    PIECE = "piece"
    """So much a piece: door cards."""
    MONTHS = "months"
    """So many months' rent: shops."""


class RentMissing(DomainError):
    code = "deposit_rent_missing"
    message = "{home} 在 {day} 没有商铺租金的计费行，算不出几个月的租金。"


@dataclass(frozen=True, slots=True)
class DepositRule:
    """``figure``: yuan, or months for a shop."""

    by: DepositBy
    figure: Decimal


def check_deposit(rule: DepositRule) -> None:
    """Raises ``Invalid``: months are whole or half ones from 1 to 3, sums above 0 with two decimals."""
    figure = rule.figure
    if rule.by is DepositBy.MONTHS:
        if not figure.is_finite() or not LEAST_MONTHS <= figure <= MOST_MONTHS or (figure * 2) % 1:
            raise Invalid(field="标准", reason=Phrase("应为 {least} 到 {most} 个月，可以是半个月", least=LEAST_MONTHS, most=MOST_MONTHS))
    elif not figure.is_finite() or not 0 < figure <= MOST_YUAN or figure != round(figure, 2):
        raise Invalid(field="标准", reason=Phrase("应大于 0、不超过 {most} 元，最多两位小数", most=MOST_YUAN))


def deposit_fen(rule: DepositRule, quantity: Decimal) -> int:
    """The deposit in fen: ``quantity`` is 1, the area in m², the pieces, or the month's rent in fen.

    Rounded half up. Raises ``Invalid`` for nothing, or too much.
    """
    check_deposit(rule)
    exact = rule.figure * quantity * (1 if rule.by is DepositBy.MONTHS else FEN_PER_YUAN)
    amount = round_half_up(exact)
    if not 0 < amount <= MAX_FEN:
        raise Invalid(field="押金", reason="算出来的金额应大于 0")
    return amount


def agreed_rent(terms: Mapping[str, Any], first: dt.date, area: Decimal | None, day: dt.date) -> int:
    """The monthly rent in fen that a lease says for a day, whether or not that day is free; before its first, the first."""
    steps = monthly(lease(terms, first, area or Decimal(1)))
    return next((step.monthly_fen for step in reversed(steps) if step.since <= day), steps[0].monthly_fen)
