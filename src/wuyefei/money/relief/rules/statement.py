"""The public statement of a fund: sums by month, and of nobody (product row C5). Pure; money in fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from wuyefei.foundation.kernel.dates import Month


@dataclass(frozen=True, slots=True)
class Move:
    """What a fund gained (positive) or gave (negative) on a day. ``source`` of a gain: who gave it, in general; of what was
    given out ``households`` were helped. What is undone is the same move with the opposite signs on its own day."""

    on: dt.date
    fen: int
    source: str = ""
    households: int = 0


@dataclass(slots=True)
class Row:
    """A month: what came by source, what was given out to how many households, what was held at its end."""

    month: Month
    came: dict[str, int] = field(default_factory=dict)
    out_fen: int = 0
    households: int = 0
    closing_fen: int = 0

    @property
    def in_fen(self) -> int:
        return sum(self.came.values())


@dataclass(frozen=True, slots=True)
class Statement:
    first: Month
    last: Month
    opening_fen: int
    rows: tuple[Row, ...]

    @property
    def came(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.rows:
            for source, fen in row.came.items():
                found[source] = found.get(source, 0) + fen
        return found

    @property
    def in_fen(self) -> int:
        return sum(row.in_fen for row in self.rows)

    @property
    def out_fen(self) -> int:
        return sum(row.out_fen for row in self.rows)

    @property
    def households(self) -> int:
        return sum(row.households for row in self.rows)

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.in_fen - self.out_fen


def statement(moves: Iterable[Move], first: Month, last: Month) -> Statement:
    """The months ``first`` to ``last``, in which nothing moved left out."""
    found = sorted(moves, key=lambda move: move.on)
    opening = sum(move.fen for move in found if Month.of(move.on) < first)
    rows: dict[Month, Row] = {}
    for move in found:
        month = Month.of(move.on)
        if not first <= month <= last:
            continue
        row = rows.setdefault(month, Row(month))
        if move.source:
            row.came[move.source] = row.came.get(move.source, 0) + move.fen
        else:
            row.out_fen -= move.fen
            row.households += move.households
    held = opening
    for row in rows.values():
        held += row.in_fen - row.out_fen
        row.closing_fen = held
    return Statement(first, last, opening, tuple(rows.values()))
