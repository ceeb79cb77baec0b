"""The sums from which every rate is computed, and the options under which they are taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from .definitions import dso, ratio


@dataclass(frozen=True, slots=True)
class Options:
    """How the current-period rate is taken (product map, Measures); the defaults are the definition itself.

    ``prepaid``: what was offset from prepayments counts as paid (where not, payments made of nothing else are left out). ``late_fees``: late fees paid on the period's bills
    count, in both parts of the rate. ``waived``: a reduction lowers what was due; a reversal always does.
    """

    prepaid: bool = True
    late_fees: bool = False
    waived: bool = True

    @property
    def standard(self) -> bool:
        return self == Options()


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of a period as of a day, in fen. They add: the figures of a whole are the sums of its parts.

    Its rates are unrounded: they are rounded once, where they are shown.

    ``closing_fen``: arrears at the period's end, or at the as-of day within it; ``billed_fen``: due by that day;
    ``days``: of the period passed by then.
    """

    due_fen: int = 0
    paid_fen: int = 0
    households: int = 0
    households_paid: int = 0
    opening_fen: int = 0
    cleared_fen: int = 0
    closing_fen: int = 0
    billed_fen: int = 0
    arrears_fen: int = 0
    days: int = 0

    @property
    def unpaid_fen(self) -> int:
        return self.due_fen - self.paid_fen

    @property
    def current(self) -> Decimal | None:
        return ratio(self.paid_fen, self.due_fen)

    @property
    def household(self) -> Decimal | None:
        return ratio(self.households_paid, self.households)

    @property
    def clearance(self) -> Decimal | None:
        return ratio(self.cleared_fen, self.opening_fen)

    @property
    def overall(self) -> Decimal | None:
        return ratio(self.paid_fen + self.cleared_fen, self.due_fen + self.opening_fen)

    @property
    def dso(self) -> Decimal | None:
        return dso(self.opening_fen, self.closing_fen, self.billed_fen, self.days)

    def __add__(self, other: Figures) -> Figures:
        sums = {name: getattr(self, name) + getattr(other, name) for name in _SUMS}
        return Figures(**sums, days=max(self.days, other.days))


_SUMS = tuple(field.name for field in fields(Figures) if field.name != "days")
NOTHING = Figures()


def total(parts: Iterable[Figures]) -> Figures:
    return sum(parts, NOTHING)
