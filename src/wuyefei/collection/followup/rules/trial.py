"""A policy tried on what has happened: which contacts it would have made between two days (product row G2). Money in fen.

Payments stay as they were, every contact reaches somebody, nobody promises: so the trial shows the work of a policy and
whom it would have touched, not what it would have brought in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from wuyefei.foundation.kernel.dates import DAY

from .cadence import ROUTINE, Rung, Start, quarter_end
from .firstcall import why_called
from .grades import GRADE_OWNERS
from .nextstep import Situation, next_step
from .policy import Policy

Allowed = Callable[[str, dt.date, list[tuple[dt.date, str]]], str]
"""(way, day, contacts so far) → the code of the rule that refuses, empty where the guard lets the step go."""


@dataclass(frozen=True, slots=True)
class Debt:
    """A bill: due on a day, and what was paid or taken off it on which days (value dates)."""

    due_on: dt.date
    amount_fen: int
    paid: tuple[tuple[dt.date, int], ...] = ()

    def owed(self, day: dt.date) -> int:
        """What was unpaid of it at the end of a day."""
        return self.amount_fen - sum(fen for on, fen in self.paid if on <= day)


@dataclass(frozen=True, slots=True)
class Household:
    """A payer: ``who`` works their case (empty: whoever the grade names); ``past`` the contacts before the trial; ``told``: by
    due day, when the notice of its bills arrived, as far as one is on record."""

    person_id: int
    debts: tuple[Debt, ...]
    who: str = ""
    good: bool = False
    past: tuple[tuple[dt.date, str], ...] = ()
    told: tuple[tuple[dt.date, dt.date], ...] = ()


@dataclass
class Tally:
    """What a policy would have made. ``steps`` by (rung, way), ``people`` by name or post, ``refused`` by rule,
    ``most`` the most contacts of one household."""

    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    households: int = 0
    touched: int = 0
    most: int = 0

    @property
    def contacts(self) -> int:
        """Contacts made by people, without the notices before the due date."""
        return sum(self.people.values())


def try_policy(households: Iterable[Household], policy: Policy, first: dt.date, last: dt.date, allowed: Allowed) -> Tally:
    """The contacts of a policy from ``first`` to ``last``, both included."""
    tally = Tally()
    for home in households:
        tally.households += 1
        count = _before_due(home, policy, first, last, tally) + _after_due(home, policy, first, last, allowed, tally)
        tally.touched += count > 0
        tally.most = max(tally.most, count)
    return tally


def _before_due(home: Household, policy: Policy, first: dt.date, last: dt.date, tally: Tally) -> int:
    """Notices to everybody, and the first word to large and former debtors; returns how many calls that makes."""
    calls, arrived = 0, dict(home.told)
    notice = next((one for one in policy.rungs if one.start is Start.DUE and one.day < 0), None)
    for due_on in sorted({debt.due_on for debt in home.debts}):
        told_on = due_on + DAY * (notice.day if notice else -7)
        asked = sum(debt.owed(told_on) for debt in home.debts if debt.due_on == due_on)
        if asked <= 0:
            continue
        if notice is not None and first <= told_on <= last:
            tally.steps[notice.code, notice.channels[0]] += 1
        for rung in policy.rungs:
            on = arrived.get(due_on, told_on) + DAY * rung.day
            if rung.start is Start.NOTICE and first <= on <= min(last, due_on) and _spoken_to(home, rung, policy, due_on, on):
                _count(tally, rung.code, rung.channels[0], home.who or "前台")
                calls += 1
    return calls


def _spoken_to(home: Household, rung: Rung, policy: Policy, due_on: dt.date, on: dt.date) -> bool:
    asked = sum(debt.owed(on) for debt in home.debts if debt.due_on == due_on)
    owing = any(debt.due_on < on and debt.owed(on) > 0 for debt in home.debts)
    late = any(debt.due_on < on and debt.owed(debt.due_on) > 0 for debt in home.debts)
    return asked > 0 and why_called(policy, rung, asked, owing=owing, late=late) is not None


def _after_due(home: Household, policy: Policy, first: dt.date, last: dt.date, allowed: Allowed, tally: Tally) -> int:
    made, count, day, turned = list(home.past), 0, first, set[tuple[str, str]]()
    while day <= last:
        case = _situation(home, policy, made, day)
        if case is None:
            day = _wakes(home, day, last)
            continue
        step = next_step(case, day)
        if not step.channel or step.on > day:
            day = min(step.on if step.channel else last + DAY, _wakes(home, day, last), _drive(day, policy, last))
            continue
        code = allowed(step.channel, day, made)
        if code:
            if (step.rung, code) not in turned:
                tally.refused[code] += 1
                turned.add((step.rung, code))
        else:
            made.append((day, step.channel))
            _count(tally, step.rung, step.channel, home.who or GRADE_OWNERS[case.grade])
            count += 1
        day += DAY
    return count


def _count(tally: Tally, rung: str, way: str, who: str) -> None:
    tally.steps[rung, way] += 1
    tally.people[who] += 1


def _situation(home: Household, policy: Policy, made: list[tuple[dt.date, str]], day: dt.date) -> Situation | None:
    late = [(debt.due_on, debt.owed(day)) for debt in home.debts if debt.due_on < day and debt.owed(day) > 0]
    if not late:
        return None
    oldest, due = min(on for on, _fen in late), {on for on, _fen in late}
    run = longest = 0
    for on in sorted({debt.due_on for debt in home.debts if oldest <= debt.due_on < day}):
        run = run + 1 if on in due else 0
        longest = max(longest, run)
    since = [(on, way) for on, way in made if on > oldest]
    return Situation(
        sum(fen for _on, fen in late), len(due), longest, oldest, good=home.good, channels=[way for _on, way in since],
        last_on=max((on for on, _way in made), default=None), policy=policy,
    )  # fmt: skip


def _wakes(home: Household, day: dt.date, last: dt.date) -> dt.date:
    """The next day on which something falls due or is paid."""
    events = [debt.due_on + DAY for debt in home.debts] + [on for debt in home.debts for on, _fen in debt.paid]
    return min((on for on in events if on > day), default=last + DAY)


def _drive(day: dt.date, policy: Policy, last: dt.date) -> dt.date:
    """The next first day of a quarter's drive."""
    rung = next((one for one in policy.rungs if one.start is Start.QUARTER), None)
    if rung is None:
        return last + DAY
    begin = quarter_end(day) + DAY * rung.day
    return begin if begin > day else quarter_end(quarter_end(day) + DAY) + DAY * rung.day


def names_of(policy: Policy) -> dict[str, str]:
    """The rungs of a policy by code, routine included."""
    return {rung.code: rung.name for rung in (*policy.rungs, ROUTINE)}
