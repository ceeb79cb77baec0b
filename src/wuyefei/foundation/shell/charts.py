"""Charts as inline SVG: positions are worked out here, colours come from the design's tokens, no script is needed.

A chart says its conclusion in ``summary`` (what a screen reader hears) and carries the same figures as a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

WIDTH, HEIGHT = 640, 278
LEFT, RIGHT, TOP, BOTTOM = 34, 570, 14, 254
LABEL_GAP = 14
"""Least distance between two words beside the lines' ends."""
STEPS = (Decimal("0.5"), Decimal(1), Decimal(2), Decimal(5), Decimal(10), Decimal(20), Decimal(25), Decimal(50))


@dataclass(frozen=True)
class Series:
    """One line. ``style``: main, past, target or mean; a value of None is a gap. ``label`` stands at its end."""

    label: str
    values: Sequence[Decimal | None]
    style: str = "main"


@dataclass(frozen=True)
class Tick:
    text: str
    at: Decimal


@dataclass(frozen=True)
class Line:
    """A series as drawn: ``path`` in SVG, ``area`` below it (main only), ``dots``, and its word at the right."""

    style: str
    path: str
    area: str
    dots: list[tuple[Decimal, Decimal]]
    text: str
    text_y: Decimal
    shown: list[str]
    label: str


@dataclass(frozen=True)
class LineChart:
    summary: str
    ticks: list[Tick]
    months: list[Tick]
    lines: list[Line]
    truncated: bool
    rows: list[tuple[str, list[str]]]


def one(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))


def scale(values: Sequence[Decimal], most: Decimal = Decimal(100)) -> tuple[Decimal, Decimal, Decimal]:
    """Lowest, highest and step of an axis with four or five lines that holds all values, within 0 … ``most``."""
    low, high = (min(values), max(values)) if values else (Decimal(0), most)
    for step in STEPS:
        bottom = (low / step).to_integral_value(ROUND_FLOOR) * step
        top = (high / step).to_integral_value(ROUND_CEILING) * step
        if top == bottom:
            top += step
        if (top - bottom) / step <= 4:
            if top > most and bottom >= step:
                bottom, top = bottom - (top - most), most
            return max(bottom, Decimal(0)), top, step
    return Decimal(0), max(most, high), Decimal(25)


def line_chart(summary: str, labels: Sequence[str], series: Sequence[Series]) -> LineChart:
    """Lines over ``labels``, in per cent. The axis begins where the figures do; the page says so when that is not zero."""
    known = [value for one_series in series for value in one_series.values if value is not None]
    bottom, top, step = scale(known)
    count = max(len(labels) - 1, 1)

    def x(position: int) -> Decimal:
        return one(LEFT + Decimal(RIGHT - LEFT) * position / count)

    def y(value: Decimal) -> Decimal:
        return one(BOTTOM - (BOTTOM - TOP) * (value - bottom) / (top - bottom))

    ticks, at = [], bottom
    while at <= top:
        ticks.append(Tick(f"{at.normalize():f}", y(at)))
        at += step
    ends = _spread([(number, y(value)) for number, row in enumerate(series) if (value := _last(row.values)) is not None])
    lines = [_line(row, [None if value is None else (x(n), y(value)) for n, value in enumerate(row.values)], ends.get(number))
             for number, row in enumerate(series)]  # fmt: skip
    rows = [(label, [_text(row.values[number]) for row in series]) for number, label in enumerate(labels)]
    return LineChart(summary, ticks, [Tick(label, x(n)) for n, label in enumerate(labels)], lines, bottom > 0, rows)


def _last(values: Sequence[Decimal | None]) -> Decimal | None:
    return next((value for value in reversed(values) if value is not None), None)


def _text(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _spread(ends: list[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Where the words stand so that none lies on another: in the order of the lines, pushed down, then up from below."""
    found = sorted(ends, key=lambda end: end[1])
    placed: list[Decimal] = []
    for _, at in found:
        placed.append(max(at, placed[-1] + LABEL_GAP) if placed else at)
    floor = Decimal(BOTTOM)
    for position in range(len(placed) - 1, -1, -1):
        placed[position] = min(placed[position], floor)
        floor = placed[position] - LABEL_GAP
    return {number: at + 4 for (number, _), at in zip(found, placed, strict=True)}


def _line(series: Series, points: list[tuple[Decimal, Decimal] | None], text_y: Decimal | None) -> Line:
    path, gap = "", True
    for point in points:
        if point is None:
            gap = True
            continue
        mark = "M" if gap else "L"
        path += f"{mark}{point[0]} {point[1]} "
        gap = False
    dots = [point for point in points if point is not None]
    whole = series.style == "main" and len(dots) > 1 and path.count("M") == 1
    area = f"{path}L{dots[-1][0]} {BOTTOM} L{dots[0][0]} {BOTTOM}Z" if whole else ""
    value = _last(series.values)
    text = "" if value is None else f"{series.label} {value:.1f}"
    return Line(series.style, path.strip(), area, dots if series.style == "main" else [], text, text_y or Decimal(0),
                [_text(value) for value in series.values], series.label)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A part of a whole, or a bar: ``share`` in per cent, ``style`` a token such as ``age-3``, ``text`` its exact sum."""

    label: str
    text: str
    share: Decimal
    style: str = "c-1"
    url: str = ""


def shares(values: Sequence[int]) -> list[Decimal]:
    """Each value's part of their sum in per cent, to two places; zeros where the sum is zero."""
    whole = sum(values)
    return [(Decimal(value) * 100 / whole).quantize(Decimal("0.01")) if whole > 0 else Decimal(0) for value in values]
