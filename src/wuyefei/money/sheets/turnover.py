"""The share of turnover beyond the minimum, lease by lease and month by month (product row B2). Pure.

The minimum is billed ahead by the runs, whether or not the turnover is known: that is what a late declaration costs
meanwhile. Once a turnover is confirmed its month owes what the share has above the minimum; a corrected turnover owes
the difference to what was charged for that month before, and where that is less, the next line is lowered by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.estate.tariffs.rules.public import Turnover, share_of_month
from wuyefei.foundation.kernel.dates import Month, Span

from .rules import Drawn, Json, Left, Why

Bands = Sequence[Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Declared:
    """One confirmed turnover with all that its share follows from; ``span``: the month's days within the lease."""

    declaration_id: int
    line_id: int
    property_id: int
    payer_id: int | None
    span: Span
    turnover_fen: int
    bands: Bands
    minimum_fen: int
    free: int
    before_fen: int = 0

    @property
    def due_fen(self) -> int:
        return share_of_month(self.turnover_fen, bands_of(self.bands), self.minimum_fen, self.span.days, self.free)[1]

    def as_json(self) -> Json:
        return {
            "declaration": self.declaration_id, "line": self.line_id, "month": str(Month.of(self.span.first)), "turnover_fen": self.turnover_fen,
            "bands": [list(band) for band in self.bands], "minimum_fen": self.minimum_fen, "days": self.span.days, "free": self.free,
            "before_fen": self.before_fen,
        }  # fmt: skip


def bands_of(rows: Bands) -> Turnover:
    """Bands as they are frozen: (up to fen or None, share)."""
    return Turnover([(None if upto is None else int(upto), Decimal(str(share))) for upto, share in rows])


def bands_json(terms: Turnover) -> list[list[str | None]]:
    return [[None if upto is None else str(upto), str(share)] for upto, share in terms.bands]


def part_fen(part: Json) -> tuple[int, int]:
    """(the share, what the line charges for the month) of one frozen part."""
    earned, due = share_of_month(part["turnover_fen"], bands_of(part["bands"]), part["minimum_fen"], part["days"], part["free"])
    return earned, due - part["before_fen"]


def parts_fen(inputs: Json) -> int:
    return sum(part_fen(part)[1] for part in inputs["parts"])


def shares(found: Sequence[Declared]) -> tuple[list[Drawn], list[Left]]:
    """Lines by property and payer of every month whose share differs from what was charged for it.

    Where corrections come to less than nothing there is no line: they wait for the next month, so that no bill is ever
    negative and no fen is lost.
    """
    groups: dict[tuple[int, int | None], list[Declared]] = {}
    for one in sorted(found, key=lambda row: (row.span.first, row.line_id)):
        if one.due_fen != one.before_fen:
            groups.setdefault((one.property_id, one.payer_id), []).append(one)
    drawn, left = [], []
    for (property_id, payer_id), rows in groups.items():
        amount = sum(row.due_fen - row.before_fen for row in rows)
        if payer_id is None or amount <= 0:
            left.append(Left(property_id, Why.NO_PAYER if payer_id is None else Why.OVERCHARGED, Decimal(amount) / 100))
            continue
        span = Span(min(row.span.first for row in rows), max(row.span.last for row in rows))
        drawn.append(Drawn(property_id, payer_id, span, Decimal(len(rows)), amount, {"parts": [row.as_json() for row in rows]}))
    return drawn, left


def free_days(span: Span, free: Sequence[Span]) -> int:
    """How many days of a span are free of rent."""
    return sum(part.days for one in free if (part := one.overlap(span)))


def stood(parts: Sequence[Json]) -> dict[tuple[int, dt.date], int]:
    """What standing lines charged in all, by lease and month."""
    found: dict[tuple[int, dt.date], int] = {}
    for part in parts:
        key = part["line"], Month.parse(part["month"]).first
        found[key] = found.get(key, 0) + part_fen(part)[1]
    return found
