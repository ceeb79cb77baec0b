"""What is taken off a price, in which order (architecture: concessions are priced percentage, then fixed, then subsidy; never
below nothing). Pure; money in fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.money import round_half_up


class Kind(StrEnum):
    PERCENT = "percent"
    """``figure`` percent of the list price, rounded half up; several are each taken of the list price."""
    FIXED = "fixed"
    """``figure`` fen."""
    SUBSIDY = "subsidy"
    """``figure`` fen that somebody else bears: it lowers what the owner pays, not what the firm earns."""


ORDER = (Kind.PERCENT, Kind.FIXED, Kind.SUBSIDY)


@dataclass(frozen=True, slots=True)
class Concession:
    kind: Kind
    figure: int
    label: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a concession took off, and what was left after it."""

    concession: Concession
    off_fen: int
    left_fen: int


def percent_of(fen: int, percent: int) -> int:
    """A percentage of a sum, rounded half up to the fen."""
    return round_half_up(Decimal(fen) * percent / 100)


def priced(list_fen: int, concessions: Iterable[Concession]) -> list[Step]:
    """The steps from the list price down. Within one kind they stand as given; none takes more than is left."""
    left, steps = list_fen, []
    for one in sorted(concessions, key=lambda one: ORDER.index(one.kind)):
        off = min(left, percent_of(list_fen, one.figure) if one.kind is Kind.PERCENT else one.figure)
        left -= off
        steps.append(Step(one, off, left))
    return steps


def off_fen(list_fen: int, concessions: Iterable[Concession]) -> int:
    return sum(step.off_fen for step in priced(list_fen, concessions))
