"""What changed since the last period, reason by reason (product row C1). Pure: no database, no clock.

The bridge starts at the last sum of every contract line that is billed now or should be, and ends at this run's sum.
A line that was billed both times is moved from then to now in one order — price within the last period, days,
quantity, price — and each step's difference is that reason's share, so that the shares add up to the fen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import Month, Span

from .drafting import Flag
from .proration import Convention, Price, charge_by_month, price_on

OUTLIERS: tuple[Flag, ...] = (Flag.JUMP, Flag.NEW, Flag.LATE, Flag.QUANTITY)
"""A line with one of these is looked at by a person before the run is confirmed. A price that changed by version and a
payer who changed by transfer are known acts; where they move a line by more than a fifth it is a jump."""


class Reason(StrEnum):
    """Why this period's sum differs from the last one's."""

    NEW = "new"
    LATE = "late"
    DAYS = "days"
    QUANTITY = "quantity"
    PRICE = "price"
    PAYER = "payer"
    OTHER = "other"
    GONE = "gone"
    STRUCK = "struck"


REASON_NAMES: dict[Reason, str] = {
    Reason.NEW: "首次出账",
    Reason.LATE: "补出以前账期",
    Reason.DAYS: "计费天数变动",
    Reason.QUANTITY: "计费数量变动",
    Reason.PRICE: "价格变动",
    Reason.PAYER: "缴费人变更",
    Reason.OTHER: "其他",
    Reason.GONE: "本期没有出账",
    Reason.STRUCK: "本期剔除",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One bill of a contract line: money in fen."""

    payer_id: int
    period: Month
    span: Span
    quantity: Decimal
    prices: tuple[Price, ...]
    convention: Convention
    amount_fen: int
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A contract line: its bills of the last period billed (empty: never) and its drafts of this run."""

    line_id: int
    last: Sequence[Part]
    now: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Step:
    """One reason with the number of contract lines it moved and by how much in all."""

    reason: Reason
    lines: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """``last_fen`` + the steps = ``now_fen``."""

    last_fen: int
    steps: list[Step]
    now_fen: int

    @property
    def difference_fen(self) -> int:
        return self.now_fen - self.last_fen


def line_reasons(line: Compared, month: Month) -> dict[Reason, int]:
    """The shares of one contract line in a run of ``month``; a payer who changed is named with nothing."""
    kept = [part for part in line.now if not part.struck]
    due = [part for part in kept if part.period >= month]
    late = sum(part.amount_fen for part in kept if part.period < month)
    found: dict[Reason, int] = {Reason.LATE: late} if late else {}
    last_fen = sum(part.amount_fen for part in line.last)
    if due and line.last:
        found |= _moved(line.last, due)
    elif due:
        found[Reason.NEW] = sum(part.amount_fen for part in due)
    elif line.last and any(part.struck and part.period >= month for part in line.now):
        found[Reason.STRUCK] = -last_fen
    elif line.last:
        found[Reason.GONE] = -last_fen
    return found


def _moved(last: Sequence[Part], now: Sequence[Part]) -> dict[Reason, int]:
    """From the last bills to the present ones, step by step; steps without an effect are left out."""
    was, quantity = sum(part.amount_fen for part in last), last[-1].quantity
    flat = _last_price(last[-1])
    if flat is None:
        shares = {Reason.OTHER: sum(part.amount_fen for part in now) - was}
    else:
        at_last_price = sum(_charge(part, part.quantity, (flat,)) for part in last)
        same_quantity = sum(_charge(part, quantity, (flat,)) for part in last)
        days = sum(_charge(part, quantity, (flat,)) for part in now)
        amount = sum(_charge(part, part.quantity, (flat,)) for part in now)
        price = sum(_charge(part, part.quantity, part.prices) for part in now)
        shares = {
            Reason.DAYS: days - same_quantity,
            Reason.QUANTITY: amount - days + same_quantity - at_last_price,
            Reason.PRICE: price - amount + at_last_price - was,
            Reason.OTHER: sum(part.amount_fen for part in now) - price,
        }
    found = {reason: fen for reason, fen in shares.items() if fen}
    if {part.payer_id for part in last} != {part.payer_id for part in now}:
        found[Reason.PAYER] = 0
    return found


def _last_price(part: Part) -> Price | None:
    """The price of the last day billed, as if it had always held."""
    price = price_on(part.span.last, part.prices)
    return Price(dt.date.min, price.per_unit, price.fixed) if price else None


def _charge(part: Part, quantity: Decimal, prices: Sequence[Price]) -> int:
    if price_on(part.span.first, prices) is None:
        return 0
    share = part.prices[0].share if part.prices else None
    mine = [replace(price, share=share) for price in prices]
    return sum(fen for _, fen in charge_by_month(part.span, quantity, mine, part.convention))


def bridge(lines: Iterable[Compared], month: Month, same_fen: int = 0) -> Bridge:
    """The bridge over all lines; ``same_fen`` is the sum of lines already known to be the same both times."""
    last_fen = now_fen = same_fen
    counts: dict[Reason, int] = {}
    sums: dict[Reason, int] = {}
    for line in lines:
        last_fen += sum(part.amount_fen for part in line.last)
        now_fen += sum(part.amount_fen for part in line.now if not part.struck)
        for reason, fen in line_reasons(line, month).items():
            counts[reason] = counts.get(reason, 0) + 1
            sums[reason] = sums.get(reason, 0) + fen
    steps = [Step(reason, counts[reason], sums[reason]) for reason in Reason if reason in counts]
    assert last_fen + sum(step.amount_fen for step in steps) == now_fen
    return Bridge(last_fen, steps, now_fen)


def is_outlier(flags: Iterable[str]) -> bool:
    return bool(set(flags) & set(OUTLIERS))


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of the bridge's picture, in the picture's own units."""

    label: str
    value: int
    x: Decimal
    y: Decimal
    height: Decimal
    kind: str

    @property
    def text_y(self) -> Decimal:
        return self.y - 5


def picture(found: Bridge, names: Mapping[Reason, str], first: str, last: str, width: int = 640, height: int = 96) -> list[Bar]:
    """Columns of a waterfall: the axis begins a little under the lowest level, so that small steps can be seen."""
    steps = [step for step in found.steps if step.amount_fen]
    levels, level = [found.last_fen], found.last_fen
    for step in steps:
        level += step.amount_fen
        levels.append(level)
    low, high = min(levels), max(levels)
    floor = max(0, low - max(1, (high - low) // 3)) if low else 0
    scale = Decimal(height) / max(1, high - floor)
    at = [20 + height - scale * (value - floor) for value in levels]
    ground, half = Decimal(20 + height), Decimal(width) / (2 * len(steps) + 4)
    bars = [Bar(first, found.last_fen, half, at[0], ground - at[0], "total")]
    for number, step in enumerate(steps, start=1):
        top, bottom = min(at[number - 1], at[number]), max(at[number - 1], at[number])
        kind = "up" if step.amount_fen > 0 else "down"
        bars.append(Bar(names[step.reason], step.amount_fen, half * (2 * number + 1), top, max(Decimal(2), bottom - top), kind))
    bars.append(Bar(last, found.now_fen, half * (2 * len(steps) + 3), at[-1], ground - at[-1], "total"))
    return bars
