"""Who owes what on which side of a transfer's day (product row A4). Pure: ``today`` is an argument.

The owner of a day owes it. A bill that reaches over the day is cut between the day before and the day itself by the
contract's proration convention; a bill wholly after it goes over whole; an older one stays. Figures:
``docs/rules/transfer.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import allocate
from wuyefei.money.billing.rules.public import Convention, Price, accrue, charge_by_month, payable

GRACE_DAYS = 15
"""A new owner has at least this long to pay what was billed to the former one and is due already."""
FARTHEST = 366
"""A transfer is registered at most this many days ahead."""


class Basis(StrEnum):
    SALE = "sale"
    INHERITANCE = "inheritance"
    COURT = "court"
    DELIVERY = "delivery"


class Prepaid(StrEnum):
    """What becomes of the former owner's prepayment."""

    MOVE = "move"
    LEAVE = "leave"


class Held(StrEnum):
    """What becomes of the deposits the former owner has at the homes."""

    LEAVE = "leave"
    MOVE = "move"
    SETTLE = "settle"
    """They should go back to the former owner by the transfer's day, after inspection."""


class Paid(StrEnum):
    """What becomes of days after the transfer that the former owner has paid already."""

    LEAVE = "leave"
    SPLIT = "split"


class Fate(StrEnum):
    STAYS = "stays"
    KEPT = "kept"
    SPLIT = "split"
    MOVES = "moves"


FATE_NAMES = {Fate.STAYS: "归原业主", Fate.KEPT: "原业主已付，不拆", Fate.SPLIT: "按日拆分", Fate.MOVES: "转给新业主"}


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill that stands. ``cuttable``: billed by a run to one of the former owners; ``adjustments``: changes of its amount."""

    id: int
    property_code: str
    item: str
    payer: str
    span: Span
    due_on: dt.date
    amount_fen: int
    adjustments: tuple[int, ...]
    paid_fen: int
    late_fee_fen: int
    quantity: Decimal
    prices: Sequence[Price]
    convention: Convention
    rate: Decimal | None
    cap: Decimal | None
    cuttable: bool
    holds: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """What a transfer makes of a bill: each side's part of the fee due, days and the late fee of the former owner today."""

    bill: Bill
    fate: Fate
    before_fen: int
    after_fen: int
    before: Span | None
    after: Span | None
    after_due: dt.date | None
    before_late_fen: int

    @property
    def changes(self) -> bool:
        return self.fate in (Fate.SPLIT, Fate.MOVES)

    @property
    def words(self) -> str:
        return FATE_NAMES[self.fate]


class SameOwner(DomainError):
    code = "same_owner"
    message = "{name} 已经是这套房屋的业主。"


def check_day(day: dt.date, today: dt.date) -> dt.date:
    """Raises ``Invalid`` for a day too far ahead."""
    if (day - today).days > FARTHEST:
        raise Invalid(field="过户日期", reason=Phrase("最多提前 {days} 天登记", days=FARTHEST))
    return day


def new_due(due_on: dt.date, first: dt.date, today: dt.date) -> dt.date:
    """When the new owner's part is due: as billed, unless that day is past, or before their first day.

    It is then the same day of a month, at least ``GRACE_DAYS`` after both today and their first day.
    """
    if due_on >= max(first, today):
        return due_on
    earliest = max(first, today) + GRACE_DAYS * DAY
    month = Month.of(earliest)
    return next(day for step in (0, 1) if (day := month.plus(step).day(due_on.day)) >= earliest)


def cut(bill: Bill, day: dt.date, today: dt.date, paid: Paid) -> Cut:
    """What becomes of one bill when the property changes hands on ``day``."""
    due = bill.amount_fen + sum(bill.adjustments)
    stays = Cut(bill, Fate.STAYS, due, 0, bill.span, None, None, bill.late_fee_fen)
    if not bill.cuttable or bill.span.last < day:
        return stays
    before = Span(bill.span.first, day - DAY) if bill.span.first < day else None
    after = Span(max(day, bill.span.first), bill.span.last)
    first = _charge(bill, before) if before else 0
    parts = [first, bill.amount_fen - first]
    if parts[1] <= 0:
        return stays
    if bill.paid_fen and paid is Paid.LEAVE:
        return Cut(bill, Fate.KEPT, due, 0, bill.span, None, None, bill.late_fee_fen)
    if parts[0] <= 0 and before is not None:
        return stays
    sums = parts
    for adjustment in bill.adjustments:
        sums = [fen + change for fen, change in zip(sums, allocate(adjustment, parts), strict=True)]
    late = _late(bill, sums[0], today) if before else 0
    fate = Fate.SPLIT if before else Fate.MOVES
    return Cut(bill, fate, sums[0], sums[1], before, after, new_due(bill.due_on, after.first, today), late)


def _charge(bill: Bill, span: Span) -> int:
    return sum(fen for _, fen in charge_by_month(span, bill.quantity, bill.prices, bill.convention))


def _late(bill: Bill, fen: int, today: dt.date) -> int:
    """The late fee on the former owner's own days, from the due day they missed. Of a paid bill none is foreseen: what
    was paid settles it as of the day it was paid."""
    if bill.rate is None or bill.paid_fen:
        return 0
    return payable(accrue(fen, bill.due_on, today, bill.rate, (), bill.holds).exact, fen, bill.cap, 0, 0)
