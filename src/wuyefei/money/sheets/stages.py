"""Metered use under a price that changes inside the period (product rows B2, B3). Pure.

The use between two readings is taken as even by day: it is cut at each day a price begins, to four places and
conserved, so that the parts add up to the readings. What falls under a price goes on where the part before it stopped
in the steps; each part is charged cumulatively (``tiers``), so that a change to the same price changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.estate.tariffs.rules.public import Step, cut, tiered
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase

ZERO = Decimal(0)
MOST_CHANGES = 6


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps that hold from a day on; ``since`` is None for those that held before any change."""

    since: dt.date | None
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Stretched:
    """What was used of ``quantity`` in (``since``, ``on``]: the day of the earlier reading is not counted, the later is."""

    since: dt.date
    on: dt.date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """The use under one stage, where it begins in the steps, and its charge in fen."""

    stage: Stage
    quantity: Decimal
    before: Decimal
    amount_fen: int


def check_stages(stages: Sequence[Stage]) -> None:
    """Raises ``Invalid`` where a change has no day, or two have the same."""
    days = [stage.since for stage in stages[1:]]
    if not stages or stages[0].since is not None or None in days:
        raise Invalid(field="换价", reason="换价要写自哪天起")
    if len(days) > MOST_CHANGES:
        raise Invalid(field="换价", reason=Phrase("一张计费单最多换价 {most} 次", most=MOST_CHANGES))
    if days != sorted(set(days), key=str):
        raise Invalid(field="换价", reason="换价日要一天比一天晚")


def quantities(pieces: Iterable[Stretched], stages: Sequence[Stage]) -> list[Decimal]:
    """What each stage has of the use, in their order, conserved.

    Where an estimate was too high its return may leave a stage below zero: what is missing is taken from the stages
    after it, then from those before it, so that none is negative unless the whole is.
    """
    starts = [stage.since for stage in stages[1:] if stage.since is not None]
    found = [ZERO] * len(stages)
    for piece in pieces:
        days = Span(piece.since + DAY, piece.on) if piece.on > piece.since else Span(piece.on, piece.on)
        for span, part in cut(days, piece.quantity, starts):
            found[sum(day <= span.first for day in starts)] += part
    for number in range(len(found) - 1):
        if found[number] < 0:
            found[number + 1] += found[number]
            found[number] = ZERO
    for number in range(len(found) - 1, 0, -1):
        if found[number] < 0:
            found[number - 1] += found[number]
            found[number] = ZERO
    return found


def charged(pieces: Iterable[Stretched], stages: Sequence[Stage], before: Decimal) -> list[Part]:
    """The charge under each stage that has any use. ``before``: used in this stage of the year already."""
    found, cursor = [], before
    for stage, quantity in zip(stages, quantities(pieces, stages), strict=True):
        if quantity > 0:
            amount = sum(part.amount_fen for part in tiered(quantity, stage.steps, cursor))
            found.append(Part(stage, quantity, cursor, amount))
            cursor += quantity
    return found
