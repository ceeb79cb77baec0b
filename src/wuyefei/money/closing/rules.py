"""Which month may be closed, and what an unsettled item means for it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError


class Key(StrEnum):
    """The items of the list, in the order in which a month is worked to its end."""

    RUNS = "runs"
    SHEETS = "sheets"
    SHIFTS = "shifts"
    INCOME = "income"
    TIES = "ties"
    PROOF = "proof"
    BANK = "bank"
    CHANNELS = "channels"
    DIFFERENCES = "differences"
    CASH = "cash"
    SUSPENSE = "suspense"
    APPROVALS = "approvals"


class Weight(StrEnum):
    """Whether an unsettled item hinders the closing or is carried over with a reason."""

    HINDERS = "hinders"
    CARRIED = "carried"


WEIGHTS: dict[Key, Weight] = {
    Key.RUNS: Weight.HINDERS, Key.SHEETS: Weight.HINDERS, Key.SHIFTS: Weight.HINDERS, Key.INCOME: Weight.HINDERS,
    Key.TIES: Weight.HINDERS, Key.PROOF: Weight.CARRIED, Key.BANK: Weight.CARRIED, Key.CHANNELS: Weight.CARRIED,
    Key.DIFFERENCES: Weight.CARRIED, Key.CASH: Weight.CARRIED, Key.SUSPENSE: Weight.CARRIED, Key.APPROVALS: Weight.CARRIED,
}  # fmt: skip
"""What stands still open in the books may be carried over; what would still be booked, or does not hold, may not."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list. ``count`` of 0 is settled; ``fen`` where it is about money. ``weight`` as in ``WEIGHTS`` unless
    what was found says otherwise (a proof that failed hinders, one that is missing does not)."""

    key: Key
    count: int
    fen: int | None = None
    weight: Weight = Weight.CARRIED

    @property
    def settled(self) -> bool:
        return self.count == 0

    @property
    def hinders(self) -> bool:
        return not self.settled and self.weight is Weight.HINDERS


def item(key: Key, count: int, fen: int | None = None) -> Item:
    return Item(key, count, fen, WEIGHTS[key])


class NotOver(DomainError):
    code = "month_not_over"
    message = "{month} 还没有过完，月末之后才能结账。"


class Already(DomainError):
    code = "month_closed"
    message = "{month} 已经结过账了。"


class EarlierFirst(DomainError):
    code = "earlier_month_first"
    message = "要先结 {month}，月份一个接一个结。"


class Hindered(DomainError):
    code = "close_hindered"
    message = "清单里还有 {count} 项必须先处理：{items}。没有结账。"


class ReasonMissing(DomainError):
    code = "close_reason_missing"
    message = "清单里有 {count} 项带着结转，请写明原因。"


class NotTheLatest(DomainError):
    code = "close_not_latest"
    message = "只能反结最近一次结账的月份（{month}）。"


def next_month(closed_through: dt.date | None) -> Month | None:
    """The month that is to be closed next; None where any may begin."""
    return None if closed_through is None else Month.of(closed_through).plus(1)


def check_month(month: Month, closed_through: dt.date | None, today: dt.date) -> None:
    """Raises ``NotOver``, ``Already`` or ``EarlierFirst``."""
    wanted = next_month(closed_through)
    if wanted is not None and month < wanted:
        raise Already(month=month)
    if month.last >= today:
        raise NotOver(month=month)
    if wanted is not None and month > wanted:
        raise EarlierFirst(month=wanted)


def check_reopen(month: Month, closed_through: dt.date | None) -> None:
    """Raises ``NotTheLatest``: what was closed later stands on what was closed before."""
    if closed_through != month.last:
        raise NotTheLatest(month=Month.of(closed_through) if closed_through else "—")


def check_list(items: Iterable[Item], reason: str, names: dict[Key, str]) -> None:
    """Raises ``Hindered`` naming what must be settled, ``ReasonMissing`` where something is carried over without one."""
    open_ = [one for one in items if not one.settled]
    hindering = [one for one in open_ if one.hinders]
    if hindering:
        raise Hindered(count=len(hindering), items="、".join(names[one.key] for one in hindering))
    if open_ and not reason.strip():
        raise ReasonMissing(count=len(open_))
