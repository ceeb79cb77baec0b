"""A whole year of a contract line billed ahead of its cycles (product row C3). Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.money import allocate

from .drafting import LineFacts, Terms
from .proration import charge_by_month, price_on

YEAR_MONTHS = 12


class Hindrance(StrEnum):
    """Why a line's year cannot be billed ahead."""

    BILLED = "billed"
    ENDS = "ends"
    PAYER = "payer"
    PRICE = "price"
    ZERO = "zero"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve whole months of a line for one payer, at the list price: ``months`` in fen, month by month."""

    facts: LineFacts
    terms: Terms
    payer_id: int
    span: Span
    months: tuple[tuple[Month, int], ...]

    @property
    def amount_fen(self) -> int:
        return sum(fen for _, fen in self.months)


def year_span(start: Month) -> Span:
    return Span(start.first, start.plus(YEAR_MONTHS).first - DAY)


def year_of(facts: LineFacts, terms: Terms, payers: Iterable[tuple[int, Span]], billed: Sequence[Span], start: Month) -> Year | Hindrance:
    """The year from ``start`` on, or why it cannot be billed: no day twice, none without service, one payer for all of it."""
    span = year_span(start)
    if not facts.own_income:
        return Hindrance.OTHERS
    ends = [day for day in (facts.ends_on, terms.ends_on) if day is not None]
    if max(facts.starts_on, terms.starts_on) > span.first or any(day < span.last for day in ends):
        return Hindrance.ENDS
    if any(span.overlap(one) for one in billed):
        return Hindrance.BILLED
    owing = {payer_id: part for payer_id, paid_for in payers if (part := span.overlap(paid_for)) is not None}
    if len(owing) != 1 or span not in owing.values():
        return Hindrance.PAYER
    if price_on(span.first, facts.prices) is None:
        return Hindrance.PRICE
    (payer_id,) = owing
    year = Year(facts, terms, payer_id, span, tuple(charge_by_month(span, facts.quantity, facts.prices, terms.convention)))
    return year if year.amount_fen > 0 else Hindrance.ZERO


def spread(net_fen: int, months: Sequence[tuple[Month, int]], now: Month) -> dict[Month, int]:
    """What of a change of net income belongs to the months after ``now``: cut in the proportion of their charges."""
    parts = allocate(net_fen, [fen for _, fen in months])
    return {month: part for (month, _), part in zip(months, parts, strict=True) if month > now and part}


def changed_months(net_fen: int, months: Sequence[tuple[Month, int]], now: Month) -> dict[Month, int]:
    """What of a change of a bill's net income, up or down, belongs to its months after ``now``."""
    if not months:
        return {}
    sign = -1 if net_fen < 0 else 1
    return {month: sign * fen for month, fen in spread(abs(net_fen), months, now).items()}
