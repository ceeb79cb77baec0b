"""Metered use under a price that changes inside the period, or with the season or the hour (product rows B2, B3). Pure.

The use between two readings is taken as even by day: it is cut at each day a price begins, to four places and
conserved, so that the parts add up to the readings. What falls under a price goes on where the part before it stopped
in the steps; each part is charged cumulatively (``tiers``), so that a change to the same price changes nothing. A register
that counts one band of the day has the band's own price, one figure without steps, and never touches the steps of others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.estate.tariffs.rules.public import BAND_NAMES, QUANTITY_PLACES, Band, Step, cut, tiered_fen
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase

ZERO = Decimal(0)
MOST_CHANGES = 6
Bands = tuple[tuple[str, Decimal], ...]
"""(code of a band of the day, yuan a unit)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A price that holds from a day on; ``since`` is None for the one that held before any change. ``steps`` for plain
    meters, ``bands`` for registers that tell the time; ``name`` is that of the season, where prices have seasons."""

    since: dt.date | None
    steps: Sequence[Step]
    name: str = ""
    bands: Bands = ()

    def steps_for(self, band: str) -> Sequence[Step]:
        """Empty where the price says nothing of the band."""
        if not band:
            return self.steps
        return [Step(None, price) for code, price in self.bands if code == band]


@dataclass(frozen=True, slots=True)
class Stretched:
    """What was used of ``quantity`` in (``since``, ``on``]: the day of the earlier reading is not counted, the later is.
    ``band``: the part of the day in which, for a register that counts one."""

    since: dt.date
    on: dt.date
    quantity: Decimal
    band: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The use of one band under one stage, where it begins in the steps, and its charge in fen."""

    stage: Stage
    quantity: Decimal
    before: Decimal
    amount_fen: int
    band: str = ""


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
    if len(stages) == 1:
        return [sum((piece.quantity.quantize(QUANTITY_PLACES) for piece in pieces), ZERO)]
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


def unpriced(bands: Iterable[str], stages: Iterable[Stage]) -> str | None:
    """The first band (empty for plain meters) of which some stage says no price; None where all are priced."""
    wanted, listed = set(bands), list(stages)
    return next((band for band in ("", *(one.value for one in Band)) if band in wanted and not all(stage.steps_for(band) for stage in listed)), None)


def no_price(band: str) -> Invalid:
    """That a sheet has meters of a band, and no price for them."""
    if not band:
        return Invalid(field="单价", reason="有不分时的表，请写它们的单价，如 3.45，峰 1.2，平 0.8，谷 0.4")
    return Invalid(field="单价", reason=Phrase("有{band}时段的表，每个价都要写{band}的单价，如 {band} 1.2", band=BAND_NAMES[band]))


def charged(pieces: Iterable[Stretched], stages: Sequence[Stage], before: Decimal) -> list[Part]:
    """The charge under each stage that has any use, band by band. ``before``: used in this stage of the year already, by
    plain meters. Every band used must be priced."""
    listed = list(pieces)
    found = []
    for band in ("", *(one.value for one in Band)):
        own = [piece for piece in listed if piece.band == band]
        if own:
            found += _charged(own, stages, ZERO if band else before, band)
    return found


def _charged(pieces: Sequence[Stretched], stages: Sequence[Stage], before: Decimal, band: str) -> list[Part]:
    found, cursor = [], before
    for stage, quantity in zip(stages, quantities(pieces, stages), strict=True):
        if quantity > 0:
            found.append(Part(stage, quantity, cursor, tiered_fen(quantity, stage.steps_for(band), cursor), band))
            cursor += quantity
    return found
