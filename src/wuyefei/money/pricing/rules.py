"""What a new price means for those who pay by the tariff (product rows B1, B3). Pure; money in fen a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Paying:
    """A contract line: what a whole month of it costs before and after; None where that cannot be said."""

    contract_id: int
    property_id: int
    before_fen: int | None
    after_fen: int | None


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some lines: those of which both sums are known count in ``before_fen`` and ``after_fen``, the others in ``unknown``."""

    lines: int = 0
    homes: int = 0
    before_fen: int = 0
    after_fen: int = 0
    unknown: int = 0

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen


def summed(rows: Iterable[Paying]) -> Sums:
    """A property with two lines counts once."""
    found = list(rows)
    known = [(row.before_fen, row.after_fen) for row in found if row.before_fen is not None and row.after_fen is not None]
    return Sums(
        len(found), len({row.property_id for row in found}), sum(before for before, _ in known), sum(after for _, after in known),
        len(found) - len(known),
    )  # fmt: skip


def by_contract(rows: Sequence[Paying]) -> list[tuple[int, Sums]]:
    """The same contract by contract, in the order in which they first stand in the rows."""
    found: dict[int, list[Paying]] = {}
    for row in rows:
        found.setdefault(row.contract_id, []).append(row)
    return [(pk, summed(some)) for pk, some in found.items()]


def change_percent(before_fen: int, after_fen: int) -> Decimal | None:
    """By how many per cent the month rises (or falls, negative), to one decimal; None where nothing was charged before."""
    return round(Decimal(after_fen - before_fen) * 100 / before_fen, 1) if before_fen else None
