"""What a bill comes to under a price that was entered late (product rows B3, C2). Pure: no database, no clock.

The bill's days, quantity, share and way of proration stay as they are frozen; only its prices are others from a day on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.money import tax_included

from .proration import Convention, Price, charge_by_month, price_on


def spliced(before: Sequence[Price], fresh: Sequence[Price], day: dt.date) -> list[Price]:
    """The prices of a bill: ``before`` up to ``day``, ``fresh`` from then on; the bill's share stays on all of them."""
    share = before[0].share if before else None
    kept = [price for price in before if price.since < day]
    now, later = price_on(day, fresh), [price for price in fresh if price.since > day]
    begins = [replace(now, since=day)] if now else []
    return [replace(price, share=share) for price in (*kept, *begins, *later)]


def changed(span: Span, quantity: Decimal, before: Sequence[Price], after: Sequence[Price], convention: Convention) -> list[tuple[Month, int]]:
    """By month of the bill, what it costs more (or less, negative) by ``after``."""
    olds, news = (charge_by_month(span, quantity, prices, convention) for prices in (before, after))
    return [(month, new - old) for (month, old), (_, new) in zip(olds, news, strict=True)]


def net_later(months: Sequence[tuple[Month, int]], rate: Decimal, now: Month) -> dict[Month, int]:
    """The net income of the changes that belong to months after ``now``, each month by itself; what rounding of the tax
    leaves stays with the month of booking."""
    return {month: net for month, fen in months if month > now and (net := fen - signed_tax_of(fen, rate))}


def signed_tax_of(fen: int, rate: Decimal) -> int:
    """The tax in a sum, with its sign."""
    return -tax_included(-fen, rate) if fen < 0 else tax_included(fen, rate)
