"""Which lines are our own cash that was paid in. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .shapes import bare

MIN_NUMBER = 4
"""A shorter slip number could stand in any memo by chance; such slips are found by a person."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that the bank has not shown yet."""

    id: int
    number: str
    amount_fen: int
    bank_on: dt.date


@dataclass(frozen=True, slots=True)
class PaidIn:
    """A line of money in: what the bank says beside it."""

    number: int
    amount_fen: int
    on: dt.date
    words: str


def matched(lines: Iterable[PaidIn], slips: Sequence[Slip]) -> dict[int, int]:
    """Line number → slip: the slip's own number stands in the line, the sum is the same, and the line is not earlier.

    Sum and day alone are no proof: a payer may have paid the same. Two lines for one slip, or two slips for one line, are
    left to a person.
    """
    found: dict[int, list[int]] = {}
    for line in lines:
        words = bare(line.words)
        found[line.number] = [
            slip.id for slip in slips
            if len(bare(slip.number)) >= MIN_NUMBER and bare(slip.number) in words and slip.amount_fen == line.amount_fen and line.on >= slip.bank_on
        ]  # fmt: skip
    sure = {number: ids[0] for number, ids in found.items() if len(ids) == 1}
    taken = list(sure.values())
    return {number: slip_id for number, slip_id in sure.items() if taken.count(slip_id) == 1}
