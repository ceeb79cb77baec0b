"""Pictures drawn on the server: whole coordinates for the templates, nothing that needs a style or a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wuyefei.foundation.kernel.money import yuan_text


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``amount_fen`` high, of which ``owed_fen`` is still owed (drawn on top, hatched)."""

    label: str
    amount_fen: int
    owed_fen: int = 0
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar as placed; ``top`` its sum in words, blank where the neighbour already says the same."""

    label: str
    x: int
    width: int
    y: int
    height: int
    owed_y: int
    owed_height: int
    middle: int
    top: str
    marked: bool
    full: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart 360 wide; the bars stand on ``base``."""

    bars: list[Drawn]
    width: int = 360
    height: int = 132
    base: int = 108


TALLEST = 82


def bars(rows: Sequence[Bar]) -> Bars:
    """Bars side by side from zero, the highest ``TALLEST`` units high."""
    most = max((row.amount_fen for row in rows), default=0) or 1
    step = 360 // max(1, len(rows))
    width = min(44, step - max(4, step // 4))
    drawn, said = [], None
    for number, row in enumerate(rows):
        height = -(-row.amount_fen * TALLEST // most)
        owed = -(-row.owed_fen * TALLEST // most) if row.owed_fen else 0
        x, y = number * step + (step - width) // 2, 108 - height
        last = number == len(rows) - 1
        text = yuan_text(row.amount_fen) if row.marked or (row.amount_fen != said and len(rows) <= 7) or (last and len(rows) <= 7) else ""
        said = row.amount_fen
        drawn.append(
            Drawn(row.label, x, width, y, height, y, min(owed, height), x + width // 2, text, row.marked, yuan_text(row.amount_fen))
        )
    return Bars(_without_crowding(drawn))


def _without_crowding(rows: list[Drawn]) -> list[Drawn]:
    """Sums over bars only where they do not run into each other: the marked one first."""
    if sum(bool(row.top) for row in rows) * 62 <= 360:
        return rows
    return [row if row.marked or row is rows[0] else _untopped(row) for row in rows]


def _untopped(row: Drawn) -> Drawn:
    return Drawn(
        row.label, row.x, row.width, row.y, row.height, row.owed_y, row.owed_height, row.middle, "", row.marked, row.full
    )


@dataclass(frozen=True, slots=True)
class Floor:
    """A storey of the house that pictures a fee: ``windows`` are the (x, y) of its windows."""

    name: str
    note: str
    percent: int
    amount: str
    y: int
    height: int
    colour: int
    line_y: int
    text_y: int
    windows: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Tower:
    floors: list[Floor]
    height: int
    words: str


TOWER_HEIGHT, LEAST_TEXT = 214, 34


def tower(parts: Sequence[tuple[str, str, int, int]]) -> Tower:
    """A house whose storeys are as high as their shares: (name, note, percent, fen) from the roof down."""
    whole = sum(part[2] for part in parts) or 1
    floors, y, text_y = [], 26, 34
    for number, (name, note, percent, fen) in enumerate(parts):
        height = max(10, TOWER_HEIGHT * percent // whole)
        line_y = y + height // 2
        text_y = max(text_y, line_y)
        windows = [(x, wy) for wy in range(y + 7, y + height - 8, 14) for x in (60, 76, 92, 108)]
        floors.append(Floor(name, note, percent, yuan_text(fen), y, height - 2, number + 1, line_y, text_y, windows))
        text_y += LEAST_TEXT
        y += height
    words = "、".join(f"{floor.name} {floor.amount}" for floor in floors)
    return Tower(floors, max(y, text_y - 10) + 14, words)


@dataclass(frozen=True, slots=True)
class Square:
    """One of the hundred squares of 100 yuan."""

    x: int
    y: int
    colour: int


def squares(percents: Sequence[int]) -> list[Square]:
    """A hundred squares, ten a row, coloured by part."""
    colours = [number for number, percent in enumerate(percents, start=1) for _ in range(percent)]
    return [Square(place % 10 * 16, place // 10 * 16, colour) for place, colour in enumerate(colours[:100])]


@dataclass(frozen=True, slots=True)
class Pair:
    label: str
    income_fen: int
    spending_fen: int


@dataclass(frozen=True, slots=True)
class DrawnPair:
    label: str
    middle: int
    in_x: int
    in_y: int
    in_height: int
    out_x: int
    out_y: int
    out_height: int
    income: str
    spending: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Income and spending side by side, 360 wide, on the base of ``Bars``."""

    pairs: list[DrawnPair]


def pairs(rows: Sequence[Pair]) -> Pairs:
    most = max((max(row.income_fen, row.spending_fen) for row in rows), default=0) or 1
    step, drawn = 360 // max(1, len(rows)), []
    for number, row in enumerate(rows):
        up, down = -(-row.income_fen * TALLEST // most), -(-row.spending_fen * TALLEST // most)
        middle = number * step + step // 2
        drawn.append(
            DrawnPair(
                row.label, middle, middle - 26, 108 - up, up, middle + 2, 108 - down, down, yuan_text(row.income_fen),
                yuan_text(row.spending_fen),
            )
        )  # fmt: skip
    return Pairs(drawn)
