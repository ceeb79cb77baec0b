"""A share of a counted whole, with how sure one may be of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Z = Decimal("1.959964")
"""95 % two-sided."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``all``; ``low`` … ``high`` is Wilson's 95 % interval. Shares between 0 and 1."""

    hits: int
    all: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.hits) / self.all if self.all else Decimal(0)

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """The ends of the interval; 0 and 1 where there is nobody."""
        if not self.all:
            return Decimal(0), Decimal(1)
        n, p, square = Decimal(self.all), self.share, Z * Z
        middle = (p + square / (2 * n)) / (1 + square / n)
        half = Z * (p * (1 - p) / n + square / (4 * n * n)).sqrt() / (1 + square / n)
        return max(Decimal(0), middle - half), min(Decimal(1), middle + half)
