"""A building drawn by state: what a home's cell shows, and where it stands. Days and counts, sums in fen; no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

OTHER = ""
"""The floor of homes whose number tells none."""


class State(StrEnum):
    NONE = "none"
    CLEAR = "clear"
    PAUSED = "paused"
    DAYS_30 = "30"
    DAYS_90 = "90"
    DAYS_180 = "180"
    LONGER = "long"


STATE_NAMES: dict[State, str] = {
    State.CLEAR: "没有逾期", State.DAYS_30: "逾期 30 天以内", State.DAYS_90: "逾期 31–90 天", State.DAYS_180: "逾期 91–180 天",
    State.LONGER: "逾期 180 天以上", State.PAUSED: "争议或停计", State.NONE: "没有账单",
}  # fmt: skip
MARKS: dict[State, str] = {
    State.CLEAR: "✓", State.DAYS_30: "30", State.DAYS_90: "90", State.DAYS_180: "180", State.LONGER: "180+", State.PAUSED: "‖", State.NONE: "–",
}  # fmt: skip
"""What stands in a cell beside its pattern and colour: a state is never told by colour alone."""


@dataclass(frozen=True, slots=True)
class Home:
    """A home as of a day. ``overdue_fen``: unpaid principal past its due date; ``held_fen``: the part of it that is in
    dispute or stopped; ``days`` since the oldest of the rest fell due."""

    id: int
    entrance: str
    number: str
    floor: str
    bills: int
    overdue_fen: int
    held_fen: int
    days: int

    @property
    def state(self) -> State:
        if not self.bills:
            return State.NONE
        if self.overdue_fen <= 0:
            return State.CLEAR
        if self.held_fen >= self.overdue_fen:
            return State.PAUSED
        if self.days <= 30:
            return State.DAYS_30
        return State.DAYS_90 if self.days <= 90 else State.DAYS_180 if self.days <= 180 else State.LONGER


def place_of(floor: str, number: str) -> tuple[str, str]:
    """Floor and column of a home: as registered, else the number without its last two digits, which are the column.

    ``1203`` is column 03 on floor 12; ``B105`` column 05 on floor B1; ``7`` tells no floor.
    """
    match = re.fullmatch(r"(.*?\d+?)(\d{2})\D*", number)
    found, column = (match[1].lstrip("0") or match[1], match[2]) if match else (OTHER, number)
    return floor.strip() or found, column


@dataclass(frozen=True, slots=True)
class Grid:
    """``columns`` by entrance; ``floors`` from the top down, each with a list of homes for every column (most often one)."""

    columns: list[tuple[str, list[str]]]
    floors: list[tuple[str, list[list[Home]]]]


def grid(homes: list[Home]) -> Grid:
    """The homes of a building, in the order of entrances, as floors and columns."""
    where: dict[tuple[str, str, str], list[Home]] = {}
    columns: dict[str, set[str]] = {}
    for home in homes:
        floor, column = place_of(home.floor, home.number)
        where.setdefault((floor, home.entrance, column), []).append(home)
        columns.setdefault(home.entrance, set()).add(column)
    heads = [(entrance, sorted(found, key=_ordered)) for entrance, found in columns.items()]
    floors = sorted({floor for floor, _entrance, _column in where}, key=_height, reverse=True)
    rows = [(floor, [where.get((floor, entrance, column), []) for entrance, found in heads for column in found]) for floor in floors]
    return Grid(heads, rows)


def _ordered(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isascii() and text.isdigit() else (10**6, text)


def _height(floor: str) -> tuple[int, str]:
    """Basements lie under the first floor, what tells no floor under them."""
    digits = re.sub(r"\D", "", floor)
    if not digits or len(digits) > 6:
        return (-(10**6), floor)
    below = floor[:1] in ("-", "−", "B", "b", "负", "地")
    return (-int(digits) if below else int(digits), floor)
