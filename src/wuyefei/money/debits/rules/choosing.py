"""Which bills of which payers go into a file, and when a bill that failed is tried again (product row D1). Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a bill of a payer with a mandate stays out of a file."""

    NOT_DUE = "not_due"
    WAITING = "waiting"
    DISPUTED = "disputed"
    PLAN = "plan"
    DEFERRED = "deferred"
    TOO_SOON = "too_soon"
    TRIED = "tried"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Open:
    """An open bill; ``fen`` with its late fee as of the day of the debit."""

    receivable_id: int
    payer_id: int
    property_id: int
    due_on: dt.date
    fen: int
    disputed: bool = False
    in_plan: bool = False
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """How often the bank refused a bill, and when last."""

    times: int
    last_on: dt.date


@dataclass(frozen=True, slots=True)
class Retry:
    """At most ``attempts`` tries of a bill, at least ``days_apart`` days from one to the next."""

    attempts: int
    days_apart: int

    def next_on(self, tried: Tried | None) -> dt.date | None:
        """The first day of the next try (None: no further one; ``date.min``: any day)."""
        if tried is None or tried.times == 0:
            return dt.date.min
        if tried.times >= self.attempts:
            return None
        return tried.last_on + dt.timedelta(days=self.days_apart)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one payer is asked for: the bills in order of due date, ``fen`` their sum."""

    payer_id: int
    property_id: int
    bills: tuple[Open, ...]

    @property
    def fen(self) -> int:
        return sum(bill.fen for bill in self.bills)


@dataclass(frozen=True, slots=True)
class Chosen:
    asked: tuple[Asked, ...]
    left_out: Mapping[Why, int]


def choose(
    bills: Sequence[Open], limits: Mapping[int, int | None], waiting: Collection[int], tried: Mapping[int, Tried], retry: Retry, on: dt.date
) -> Chosen:
    """The debits of a day, payer by payer, the oldest bill first.

    ``limits``: payer → what one debit may be at most (None: nothing agreed); a payer without a mandate is not in it and not asked.
    A bill goes whole or not at all: one that would pass the limit is left out, and a smaller, later one may still fit.
    """
    out: Counter[Why] = Counter()
    found: dict[int, list[Open]] = {}
    for bill in sorted(bills, key=lambda one: (one.due_on, one.receivable_id)):
        if bill.payer_id not in limits:
            continue
        why = _hindrance(bill, waiting, retry.next_on(tried.get(bill.receivable_id)), on)
        limit = limits[bill.payer_id]
        taken = found.setdefault(bill.payer_id, [])
        if why is None and limit is not None and sum(one.fen for one in taken) + bill.fen > limit:
            why = Why.LIMIT
        if why is None:
            taken.append(bill)
        else:
            out[why] += 1
    asked = [Asked(payer, rows[0].property_id, tuple(rows)) for payer, rows in found.items() if rows]
    return Chosen(tuple(sorted(asked, key=lambda one: one.payer_id)), dict(out))


def _hindrance(bill: Open, waiting: Collection[int], next_on: dt.date | None, on: dt.date) -> Why | None:
    if bill.receivable_id in waiting:
        return Why.WAITING
    if bill.due_on > on:
        return Why.NOT_DUE
    if bill.disputed:
        return Why.DISPUTED
    if bill.in_plan:
        return Why.PLAN
    if bill.deferred:
        return Why.DEFERRED
    if next_on is None:
        return Why.TRIED
    return Why.TOO_SOON if on < next_on else None
