"""Proration (product row B3, contract clause on the fee).

The month is the unit: a whole month's charge is price × quantity rounded half up to the fen, a longer cycle is the
sum of its months. Inside a month rounding is cumulative::

    charge(from, to) = round(exact(month's first day → to)) − round(exact(month's first day → day before from))

where ``exact`` is piecewise over price and day. So any cut of a month adds up to the month.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, round_half_up

Share = tuple[int, int, int]
"""(low, high, of): the part of a sum between ``low`` and ``high`` of ``of`` equal parts."""


class Convention(StrEnum):
    CALENDAR = "calendar"
    """A day is one part in the month's own number of days."""
    THIRTY = "thirty"
    """A day is one part in thirty; day 31 adds nothing, February's last day completes the month."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price from a day on: ``per_unit`` yuan a month per unit of quantity, ``fixed`` yuan a month besides.

    ``daily``: ``per_unit`` is yuan a day, whatever the month's length. ``how``: how a price that follows from the property
    came about, as JSON text; it takes no part in the sum. ``share``: the part of every sum that is one payer's among
    several; the same on all prices of a bill.
    """

    since: dt.date
    per_unit: Decimal
    fixed: Decimal = Decimal(0)
    daily: bool = False
    how: str = ""
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one month under one price, for the explanation of a line."""

    span: Span
    price: Price
    days_in_month: int


def elapsed(month: Month, day: int, convention: Convention) -> Decimal | int:
    """How many of the month's day-parts have passed by the end of that day (0 … the month's parts)."""
    if convention is Convention.CALENDAR:
        return day
    return 30 if day == month.days else min(day, 30)


def parts_of(month: Month, convention: Convention) -> int:
    return month.days if convention is Convention.CALENDAR else 30


def pieces(span: Span, prices: Sequence[Price]) -> list[Piece]:
    """The span cut where a month or a price begins, each piece with its price."""
    found = []
    for month in span.months():
        inside = span.overlap(Span(month.first, month.last))
        assert inside is not None
        starts = sorted({inside.first, *(p.since for p in prices if inside.first < p.since <= inside.last)})
        for first, following in zip(starts, [*starts[1:], inside.last + DAY], strict=True):
            price = price_on(first, prices)
            if price is not None:
                found.append(Piece(Span(first, following - DAY), price, month.days))
    return found


def price_on(day: dt.date, prices: Sequence[Price]) -> Price | None:
    """The price of a day: the last that began on or before it. ``prices`` is sorted by ``since``."""
    position = bisect_right(prices, day, key=lambda price: price.since)
    return prices[position - 1] if position else None


def _exact(month: Month, to: dt.date, quantity: Decimal, prices: Sequence[Price], convention: Convention) -> Decimal:
    """The unrounded charge in fen for the month's first day … ``to``; days before the first price cost nothing."""
    numerator, cursor = Decimal(0), month.first
    while cursor <= to:
        price = price_on(cursor, prices)
        later = [p.since for p in prices if cursor < p.since <= to]
        end = min(later) - DAY if later else to
        if price is not None and price.daily:
            numerator += price.per_unit * quantity * ((end - cursor).days + 1) * parts_of(month, convention)
        elif price is not None:
            before = elapsed(month, cursor.day - 1, convention) if cursor.day > 1 else 0
            parts = elapsed(month, end.day, convention) - before
            numerator += (price.per_unit * quantity + price.fixed) * parts
        cursor = end + DAY
    return numerator * FEN_PER_YUAN / parts_of(month, convention)


def charge_in_month(
    month: Month, span: Span, quantity: Decimal, prices: Sequence[Price], convention: Convention = Convention.CALENDAR
) -> int:
    """The charge in fen for those days of ``month`` that lie in ``span``."""
    inside = span.overlap(Span(month.first, month.last))
    if inside is None:
        return 0
    upto, before = round_half_up(_exact(month, inside.last, quantity, prices, convention)), 0
    if inside.first != month.first:
        before = round_half_up(_exact(month, inside.first - DAY, quantity, prices, convention))
    share = prices[0].share if prices else None
    return upto - before if share is None else share_of(upto, share) - share_of(before, share)


def share_of(fen: int, share: Share) -> int:
    """One payer's part of a sum: the shares of a whole add up to it, each within a fen of its exact part."""
    low, high, of = share
    return round_half_up(Decimal(fen * high) / of) - round_half_up(Decimal(fen * low) / of)


def share_text(share: Share) -> str:
    """(0, 4, 10) → 2/5."""
    low, high, of = share
    return str(Fraction(high - low, of))


def charge_by_month(
    span: Span, quantity: Decimal, prices: Sequence[Price], convention: Convention = Convention.CALENDAR
) -> list[tuple[Month, int]]:
    """The charge in fen of each month the span touches.

    ``quantity`` is in the price's unit (m², spaces); ``prices`` are sorted and must cover the span's first day.
    Raises ``Invalid`` for a negative quantity or a day without a price.
    """
    if quantity < 0:
        raise Invalid(field="数量", reason="不能是负数")
    if price_on(span.first, prices) is None:
        raise Invalid(field="收费标准", reason=Phrase("{first} 还没有生效的价格", first=span.first))
    return [(month, charge_in_month(month, span, quantity, prices, convention)) for month in span.months()]
