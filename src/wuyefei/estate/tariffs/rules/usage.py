"""Meters 抄表: from readings to a quantity used (product row B2).

Use = Σ over the meters of the period (end − start, past the dial's end where it rolled over) × multiplier. A period
that ends in an estimate is charged on it; the next reading counts from it, so the first true reading settles the
difference (多退少补) and the sum over any run of periods is what the dial says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median

from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

QUANTITY_PLACES = Decimal("0.0001")
ABSURD_TIMES = 3
"""A daily use this many times the meter's usual one is held for review; so is one below its inverse."""
USUAL_OF = 6
"""The usual daily use is the median of the last so many periods; with fewer than two nothing is called unusual."""
MOST_DIGITS = 9


class Source(StrEnum):
    READ = "read"
    ESTIMATED = "estimated"
    CLOSED = "closed"
    """The last figure of a meter that was taken off."""
    OPENED = "opened"
    """The first figure of a meter that was put on."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a dial showed at the end of a day; ``rolled`` where it passed its end since the last reading."""

    on: dt.date
    value: Decimal
    source: Source = Source.READ
    rolled: bool = False


@dataclass(frozen=True, slots=True)
class Dial:
    """One meter: ``multiplier`` (transformer ratio 倍率), and the ``digits`` before the decimal point of its dial."""

    number: str
    multiplier: Decimal = Decimal(1)
    digits: int = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """The use on one meter between two readings; ``quantity`` may be negative only where it settles an estimate."""

    meter: str
    start: Figure
    end: Figure
    multiplier: Decimal
    quantity: Decimal

    @property
    def days(self) -> int:
        return (self.end.on - self.start.on).days

    @property
    def settles(self) -> bool:
        return self.start.source is Source.ESTIMATED and self.end.source is not Source.ESTIMATED


class ReadingRefused(DomainError):
    code = "reading_refused"
    message = "表 {meter} 的读数 {value} 不能保存：{reason}。"


class Doubt(StrEnum):
    """Why a reading that can be true is held until somebody has looked at it."""

    HIGH = "high"
    LOW = "low"
    NONE = "none"
    ROLLED = "rolled"


DOUBT_NAMES: dict[Doubt, str] = {
    Doubt.HIGH: "用量明显偏高",
    Doubt.LOW: "用量明显偏低",
    Doubt.NONE: "没有用量",
    Doubt.ROLLED: "过了满度，从零重新走",
}


def check_dial(dial: Dial) -> None:
    """Raises ``Invalid`` for a multiplier or a number of digits that no meter has."""
    if not dial.multiplier.is_finite() or not 0 < dial.multiplier <= 100_000:
        raise Invalid(field="倍率", reason="应大于 0，不超过 100000")
    if not 3 <= dial.digits <= MOST_DIGITS:
        raise Invalid(field="表盘位数", reason=Phrase("应为 3 到 {most} 位", most=MOST_DIGITS))


def stretch(dial: Dial, start: Figure, end: Figure) -> Stretch:
    """The use between two readings of one meter. Raises ``ReadingRefused`` naming what is wrong and what would be right."""
    full = Decimal(10) ** dial.digits
    value = end.value

    def refuse(reason: str) -> ReadingRefused:
        return ReadingRefused(meter=dial.number, value=value, reason=reason)

    if not value.is_finite() or value < 0:
        raise refuse("读数不能是负数")
    if value >= full:
        raise refuse(Phrase("这块表最多 {digits} 位，读数应小于 {full}", digits=dial.digits, full=full))
    if end.on <= start.on:
        raise refuse(Phrase("抄表日应晚于上次的 {day}", day=start.on))
    moved = value - start.value
    if end.rolled:
        if moved >= 0:
            raise refuse("读数没有小于上次，不像过了满度")
        moved += full
    elif start.source is Source.ESTIMATED and start.rolled and moved > full / 2:
        moved -= full  # the estimate had passed the dial's end, the dial itself had not
    elif moved < 0 and start.source is not Source.ESTIMATED:
        raise refuse(Phrase("小于上次的 {last}；如过了满度请注明，如换过表请先登记换表", last=start.value))
    quantity = (moved * dial.multiplier).quantize(QUANTITY_PLACES)
    return Stretch(dial.number, start, end, dial.multiplier, quantity)


def used(stretches: Sequence[Stretch]) -> Decimal:
    """The quantity used over the stretches of a period, meters replaced in it included."""
    return sum((piece.quantity for piece in stretches), Decimal(0))


def doubts(piece: Stretch, usual: Sequence[Decimal]) -> list[Doubt]:
    """Why a stretch should be looked at before it is billed; ``usual`` are earlier daily uses, the latest last."""
    found = [Doubt.ROLLED] if piece.end.rolled else []
    if piece.settles:
        return found
    if piece.quantity == 0:
        return [*found, Doubt.NONE] if any(usual[-USUAL_OF:]) else found
    known = [daily for daily in usual[-USUAL_OF:] if daily > 0]
    if len(known) < 2:
        return found
    middle, daily = median(known), piece.quantity / piece.days
    if daily > middle * ABSURD_TIMES:
        found.append(Doubt.HIGH)
    elif daily * ABSURD_TIMES < middle:
        found.append(Doubt.LOW)
    return found


def estimate(start: Figure, on: dt.date, usual: Sequence[Decimal], dial: Dial) -> Figure:
    """An estimated reading of ``on`` from the usual daily use (of the period, multiplier included).

    Raises ``Invalid`` where nothing is known of the meter's use.
    """
    known = list(usual[-USUAL_OF:])
    if not known:
        raise Invalid(field="估抄", reason="这块表还没有用量记录，不能估抄，请实抄")
    moved = median(known) * (on - start.on).days / dial.multiplier
    full = Decimal(10) ** dial.digits
    value = (start.value + moved).quantize(Decimal(1))
    return Figure(on, value % full, Source.ESTIMATED, rolled=value >= full)


def cut(span: Span, quantity: Decimal, starts: Sequence[dt.date]) -> list[tuple[Span, Decimal]]:
    """A use cut by day where a price or season begins inside the period, conserving the quantity.

    Cumulative: what falls up to a day is ``quantity × days so far ÷ days`` to four places; the parts add up exactly.
    """
    edges = sorted({day for day in starts if span.first < day <= span.last})
    found, done = [], Decimal(0)
    first = span.first
    for following in [*edges, span.last + DAY]:
        upto = (quantity * (following - span.first).days / span.days).quantize(QUANTITY_PLACES)
        found.append((Span(first, following - DAY), upto - done))
        first, done = following, upto
    return found
