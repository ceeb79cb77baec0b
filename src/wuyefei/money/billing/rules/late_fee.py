"""Late fee 违约金 (product row B4; the contract's late-fee clause; Civil Code articles 577 and 585).

A pure function of the principal's history, the terms and the holds, for any day. A day bears ``rate`` × the
principal that was unpaid at its beginning; days run from the day after the due date; what is paid on day d has borne
d. Rounded half up once, at the end; at most ``cap`` of the fee due, rounded down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.dates import DAY, Span, days_covered
from wuyefei.foundation.kernel.money import round_down, round_half_up

DEFAULT_RATE = Decimal("0.0005")
"""0.05 % a day: the field's usual clause."""
DEFAULT_CAP = Decimal("0.05")
"""5 % of the fee due: the field's usual cap."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The clause: ``rate`` a day and ``cap`` as a share of the fee due (None: no cap)."""

    rate: Decimal
    cap: Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """The principal changes by ``amount_fen`` (a payment is negative) with value date ``on``."""

    on: dt.date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Accrual:
    """``exact`` is the unrounded, uncapped accrual in fen; ``days`` the days that bore anything."""

    exact: Decimal
    days: int
    outstanding_fen: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days (both included) with one principal, held or not; ``exact`` is their unrounded late fee in fen."""

    span: Span
    principal_fen: int
    days: int
    held: bool
    exact: Decimal

    @property
    def yuan_text(self) -> str:
        """Unrounded, in yuan: at least two decimals."""
        whole, _dot, part = f"{(self.exact / 100).normalize():f}".partition(".")
        return f"{whole}.{part.ljust(2, '0')}"


def stretches(
    amount_fen: int, due: dt.date, as_of: dt.date, rate: Decimal, changes: Sequence[Change] = (), holds: Sequence[Span] = ()
) -> list[Stretch]:
    """How an accrual came about, day by day in stretches: their ``exact`` adds up to that of ``accrue``."""
    if as_of <= due:
        return []
    cuts = {due + DAY, as_of + DAY} | {change.on + DAY for change in changes if due < change.on < as_of}
    for hold in holds:
        cuts |= {day for day in (hold.first, hold.last + DAY) if due < day <= as_of}
    edges, found = sorted(cuts), list[Stretch]()
    for first, following in zip(edges, edges[1:], strict=False):
        span = Span(first, following - DAY)
        principal = amount_fen + sum(change.amount_fen for change in changes if change.on < first)
        held = bool(days_covered(holds, span))
        bearing = 0 if held or principal <= 0 else span.days
        found.append(Stretch(span, principal, bearing, held, rate * max(principal, 0) * bearing))
    return found


def accrue(
    amount_fen: int, due: dt.date, as_of: dt.date, rate: Decimal, changes: Sequence[Change] = (), holds: Sequence[Span] = ()
) -> Accrual:
    """Walk the principal from the day after ``due`` to ``as_of`` (included); hold days bear nothing.

    Changes valued on or before the due date have happened before the first day; those after ``as_of`` not yet.
    """
    known = sorted((change for change in changes if change.on <= as_of), key=lambda change: change.on)
    principal = amount_fen + sum(change.amount_fen for change in known if change.on <= due)
    later = [change for change in known if change.on > due]
    exact, days, cursor = Decimal(0), 0, due + DAY
    for stop, step in [*((change.on, change.amount_fen) for change in later), (as_of, 0)]:
        if cursor <= stop:
            stretch = Span(cursor, stop)
            bearing = stretch.days - days_covered(holds, stretch)
            if principal > 0:
                exact += rate * principal * bearing
                days += bearing
            cursor = stop + DAY
        principal += step
    return Accrual(exact, days, principal)


def late_fee(exact: Decimal, fee_due_fen: int, cap: Decimal | None) -> int:
    """The late fee in fen for an unrounded accrual: rounded half up once, never above the cap (rounded down)."""
    rounded = round_half_up(exact)
    return rounded if cap is None else min(rounded, round_down(cap * fee_due_fen))


def payable(exact: Decimal, fee_due_fen: int, cap: Decimal | None, waived_fen: int, settled_fen: int) -> int:
    """What may still be asked: the late fee less what was waived and what was settled, never below zero."""
    return max(0, late_fee(exact, fee_due_fen, cap) - waived_fen - settled_fen)
