"""A bill's amount as the pieces it was made of, each with its own sum. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.dates import Month, Span

from .proration import Convention, Price, Share, charge_in_month, elapsed, parts_of, pieces


@dataclass(frozen=True, slots=True)
class PieceLine:
    """One stretch of one month under one price: ``parts`` of the month's ``of`` day-parts cost ``amount_fen``."""

    span: Span
    per_unit: Decimal
    fixed: Decimal
    version: int
    quantity: Decimal
    parts: int
    of: int
    amount_fen: int
    daily: bool = False
    how: str = ""
    share: Share | None = None

    @property
    def whole(self) -> bool:
        return self.parts == self.of

    @property
    def monthly(self) -> Decimal:
        """The unrounded charge in yuan of a whole month at this price."""
        return self.per_unit * self.quantity + self.fixed


def explain(
    span: Span, quantity: Decimal, prices: Sequence[Price], convention: Convention, versions: Mapping[object, int]
) -> list[PieceLine]:
    """The pieces in order. Rounding inside a month is cumulative, so their sums add up to the bill exactly."""
    found = []
    for piece in pieces(span, prices):
        month = Month.of(piece.span.first)
        before = elapsed(month, piece.span.first.day - 1, convention) if piece.span.first.day > 1 else 0
        parts = int(elapsed(month, piece.span.last.day, convention) - before)
        amount = charge_in_month(month, piece.span, quantity, prices, convention)
        version = versions.get(piece.price.since, 0)
        of = parts_of(month, convention)
        price = piece.price
        found.append(PieceLine(piece.span, price.per_unit, price.fixed, version, quantity, parts, of, amount, price.daily, price.how, price.share))
    return found
