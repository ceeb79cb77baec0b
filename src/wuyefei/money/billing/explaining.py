"""A stored bill or draft in words and figures: how its amount came about, and its late fee as of a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.estate.tariffs.public import unit_of
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.money import round_down

from . import wording
from .fees import Standing, facts_of, standings
from .models import Receivable, RunLine
from .rules.drafting import thawed_prices
from .rules.explaining import explain
from .rules.late_fee import Stretch, late_fee, stretches
from .rules.proration import Convention


def plain(value: Decimal, least: int = 2) -> str:
    """A decimal without idle zeros, but with at least ``least`` decimals: 2.5000 → 2.50."""
    text = f"{value.normalize():f}"
    whole, _dot, part = text.partition(".")
    return f"{whole}.{part.ljust(least, '0')}" if max(least, len(part)) else whole


def percent(rate: Decimal) -> str:
    """0.0005 → 0.05%."""
    return f"{plain(rate * 100, 0)}%"


@dataclass(frozen=True)
class Piece:
    """One stretch in words: ``formula`` the whole month, ``share`` its part where it is not whole."""

    span: Span
    formula: str
    share: str
    version: int
    amount_fen: int


@dataclass(frozen=True)
class Explanation:
    pieces: list[Piece]
    unit: str
    versions: list[tuple[int, dt.date, str]]
    late_from: dt.date | None
    rate: str
    cap: str


def explanation(row: RunLine | Receivable) -> Explanation:
    """How a charge's amount follows from its frozen prices, quantity and days."""
    method = row.tariff.method if row.tariff else ""
    prices = thawed_prices(row.prices)
    numbers: dict[object, int] = {dt.date.fromisoformat(str(p["since"])): int(str(p["version"])) for p in row.prices}
    span = Span(row.service_from, row.service_to)
    found = explain(span, row.quantity, prices, Convention(row.convention), numbers) if prices else []
    used = {piece.version: piece for piece in found}
    since = {number: day for day, number in reversed(numbers.items())} | _begun(row)
    return Explanation(
        [Piece(p.span, wording.formula(p, method), wording.share(p), p.version, p.amount_fen) for p in found],
        unit_of(method, row.prices[0].get("how", {})) if method and row.prices else "",
        [(number, since[number], wording.price(piece, method)) for number, piece in sorted(used.items())],  # type: ignore[misc]
        row.due_on + DAY if row.late_fee_rate else None,
        percent(row.late_fee_rate) if row.late_fee_rate else "",
        percent(row.late_fee_cap) if row.late_fee_cap else "",
    )


def _begun(row: RunLine | Receivable) -> dict[int, dt.date]:
    """When each price version began whose frozen prices begin with a season."""
    frozen = [price for price in row.prices if "since" in price.get("how", {})]
    return {int(price["version"]): dt.date.fromisoformat(price["how"]["since"]) for price in frozen}


@dataclass(frozen=True)
class LateFee:
    """The late fee of a receivable as of a day: stretches, the rounded sum, the cap and what is left to pay."""

    as_of: dt.date
    rate: str
    stretches: list[Stretch]
    exact: Decimal
    rounded_fen: int
    cap: str
    cap_fen: int | None
    standing: Standing

    @property
    def capped(self) -> bool:
        return self.cap_fen is not None and self.rounded_fen > self.cap_fen


def late_fee_of(row: Receivable, as_of: dt.date) -> LateFee | None:
    """None without a clause, or where the receivable was reversed."""
    if row.late_fee_rate is None or row.reversed_at is not None:
        return None
    standing = standings([row], as_of)[row.pk]
    facts = facts_of([row.pk])
    found = stretches(row.amount_fen, row.due_on, as_of, row.late_fee_rate, facts.changes[row.pk], facts.holds[row.pk])
    exact = sum((piece.exact for piece in found), Decimal(0))
    return LateFee(
        as_of, percent(row.late_fee_rate), found, exact, late_fee(exact, 0, None),
        percent(row.late_fee_cap) if row.late_fee_cap else "",
        round_down(row.late_fee_cap * standing.fee_due_fen) if row.late_fee_cap else None, standing,
    )  # fmt: skip
