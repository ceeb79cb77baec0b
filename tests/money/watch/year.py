"""A year of invented behaviour at ten desks, with forty planted frauds of eight kinds, five of each.

Everybody has a pace and habits of their own, weeks vary by chance and season, and honest deeds come in clusters. A fraud lasts two to
six weeks and adds a few deeds a week to what is honest, often one or two. ``measure`` counts what the rules find. The figures were
chosen before the thresholds; the thresholds were tuned on seeds 0 to 9, tests use others.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass, field

from wuyefei.money.watch.rules import WEEK, Alert, Deed, Sign, alerts, tally

START = dt.date(2025, 1, 6)
PEOPLE, WEEKS, EACH = 10, 52, 5
HONEST = {
    Sign.VOID: 0.004, Sign.REFUND: 0.002, Sign.REPRINT: 0.012, Sign.SHORT: 0.0025, Sign.LATE: 0.006, Sign.WAIVER: 0.003, Sign.HOURS: 0.008,
    Sign.SPLIT: 0.0007,
}  # fmt: skip
"""How often an honest person does it per payment taken."""
PLANTED = {
    Sign.VOID: (1, 4), Sign.REFUND: (1, 3), Sign.REPRINT: (3, 7), Sign.SHORT: (1, 3), Sign.LATE: (2, 6), Sign.WAIVER: (1, 4), Sign.HOURS: (3, 7),
    Sign.SPLIT: (1, 2),
}  # fmt: skip
"""How many deeds a week a fraud adds."""
TUNED_ON = range(10)


@dataclass(frozen=True)
class Fraud:
    who: tuple[int, int]
    first: int
    weeks: int
    sign: Sign


@dataclass
class Year:
    deeds: list[Deed] = field(default_factory=list)
    frauds: list[Fraud] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """``false``: alerts a cashier-week that no fraud accounts for."""

    found: int
    planted: int
    false: float


def make_year(seed: int) -> Year:
    dice, made = random.Random(f"year {seed}"), Year()
    for number in range(PEOPLE):
        habits = {sign: often * dice.lognormvariate(0, 0.45) for sign, often in HONEST.items()}
        pace = dice.uniform(8, 35)
        for week in range(WEEKS):
            taken = sum(_chance(dice, pace * (1.6 if week % 13 in (0, 1) else 1)) for _day in range(6) if dice.random() > 0.06)
            made.deeds += [Deed((1, number), _moment(dice, week), None) for _one in range(taken)]
            for sign, often in habits.items():
                count = _chance(dice, taken * often * dice.gammavariate(2.5, 0.4))
                made.deeds += [Deed((1, number), _moment(dice, week), sign, 10_000) for _one in range(count)]
    for sign in Sign:
        for _fraud in range(EACH):
            _plant(dice, made, sign)
    return made


def _plant(dice: random.Random, made: Year, sign: Sign) -> None:
    """One fraud that touches no other of the same person."""
    while True:
        one = Fraud((1, dice.randrange(PEOPLE)), dice.randrange(8, WEEKS - 6), dice.randint(2, 6), sign)
        if not any(one.who == other.who and one.first <= other.first + other.weeks + 1 and other.first <= one.first + one.weeks + 1 for other in made.frauds):
            break
    made.frauds.append(one)
    for week in range(one.first, one.first + one.weeks):
        made.deeds += [Deed(one.who, _moment(dice, week), sign, 10_000) for _one in range(dice.randint(*PLANTED[sign]))]


def _moment(dice: random.Random, week: int) -> dt.datetime:
    day = START + week * WEEK + dt.timedelta(days=dice.randrange(6))
    return dt.datetime.combine(day, dt.time(8)) + dt.timedelta(minutes=dice.randrange(600))


def _chance(dice: random.Random, expected: float) -> int:
    """Poisson."""
    limit, count, product = math.exp(-expected), 0, dice.random()
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


def measure(year: Year) -> Measured:
    """A fraud is found by an alert on its person, in its weeks or the one after, that names its sign."""
    counts = tally(year.deeds)
    found, false = set(), 0
    for week in range(WEEKS):
        for alert in alerts(counts, START + week * WEEK):
            reasons = {number for number, one in enumerate(year.frauds) if _accounts(one, alert, week)}
            named = {number for number in reasons if year.frauds[number].sign in {one.sign for one in alert.signs}}
            found |= named
            false += not reasons
    return Measured(len(found), len(year.frauds), false / (PEOPLE * WEEKS))


def _accounts(one: Fraud, alert: Alert, week: int) -> bool:
    return one.who == alert.who and one.first <= week <= one.first + one.weeks
