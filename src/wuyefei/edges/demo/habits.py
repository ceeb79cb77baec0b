"""Who pays, when and how: the behaviour the field reports. Pure: the same seed gives the same visits, in any order asked.

Of the payers 70 % are of class A (on time), 15 % B (on reminder), 10 % C (often late, in lumps), 5 % D (refusing). One A
in six slips now and then, so that about 12 % of all who were ever in arrears are stubborn. Commercial payers pay worse.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from wuyefei.foundation.kernel.dates import DAY, Month

CLASSES = "ABCD"
SHARES = {"residential": (70, 15, 10, 5), "commercial": (38, 20, 22, 20)}
CHANNELS = ("scan", "cash", "transfer", "card")
CHANNEL_SHARES = {"residential": (70, 16, 9, 5), "old": (48, 40, 6, 6), "commercial": (22, 3, 72, 3)}
SLIPS = 1 / 6


class Fate(StrEnum):
    """What a payer settles on a visit."""

    ALL = "all"
    OLD = "old"
    """Only what has been due for a month: the newest bill waits."""
    PART = "part"
    AHEAD = "ahead"
    """All, and money ahead for later bills."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A person who owes: ``home`` is the property the money is kept for, ``code`` its code."""

    person_id: int
    home_id: int
    code: str
    kind: str
    since: dt.date
    habit: str
    channel: str
    slips: bool


@dataclass(frozen=True, slots=True)
class Visit:
    payer: Payer
    on: dt.date
    fate: Fate


@dataclass(frozen=True, slots=True)
class Habit:
    """The chance that a bill brings the payer in at all, and the days after its due date between which it does."""

    chance: float
    first: int
    last: int
    fates: tuple[int, int, int, int]
    """Weights of all, old, part, ahead."""


HABITS = {
    "A": Habit(0.996, -12, 0, (966, 0, 4, 30)),
    "B": Habit(0.94, 3, 45, (940, 40, 15, 5)),
    "C": Habit(0.25, 25, 110, (250, 550, 200, 0)),
    "D": Habit(0.022, 60, 150, (0, 500, 500, 0)),
}
SLIP = Habit(0.9, 4, 26, (1, 0, 0, 0))
MONTHS_BACK = 5
"""A bill brings nobody in later than so many months after its own."""


@lru_cache(maxsize=100_000)
def character(seed: str, kind: str, age: str) -> tuple[str, str, bool]:
    """Class, channel and whether an A slips now and then, of the payer the seed names."""
    dice = random.Random(seed)
    trade = "residential" if kind == "residential" else "commercial"
    habit = dice.choices(CLASSES, SHARES[trade])[0]
    ways = CHANNEL_SHARES["old" if age == "old" and trade == "residential" else trade]
    return habit, dice.choices(CHANNELS, ways)[0], habit == "A" and dice.random() < SLIPS


def visits(payers: Iterable[Payer], cycle: Month, months: int, due: dt.date, dice: random.Random) -> Iterator[Visit]:
    """The visits that the bills of a cycle of so many ``months`` bring about. Every payer draws the same number of dice.

    Who pays seldom pays no more often for being billed more often: the chances of C and D are those of a quarter.
    """
    for payer in payers:
        comes, when, how, slip = dice.random(), dice.random(), dice.random(), dice.random()
        habit = SLIP if payer.slips and slip < 0.15 else HABITS[payer.habit]
        chance = habit.chance if payer.habit in "AB" else 1 - (1 - habit.chance) ** (months / 3)
        if comes < chance:
            on = due + DAY * (habit.first + int(when * (habit.last - habit.first + 1)))
            yield Visit(payer, max(on, cycle.first + DAY), _fate(habit, how))


def _fate(habit: Habit, how: float) -> Fate:
    left = how * sum(habit.fates)
    for fate, weight in zip(Fate, habit.fates, strict=True):
        left -= weight
        if left < 0:
            return fate
    return Fate.ALL


def to_pay(fate: Fate, due_fen: int) -> int:
    """What is handed over for ``due_fen``: a part is a round sum, money ahead rounds up to the next thousand yuan."""
    if fate == Fate.PART and due_fen > 20_000:
        return max(10_000, due_fen * 3 // 5 // 10_000 * 10_000)
    if fate == Fate.AHEAD:
        return (due_fen // 100_000 + 1) * 100_000
    return due_fen
