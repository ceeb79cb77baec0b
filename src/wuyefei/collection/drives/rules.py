"""How a list is shared out, where a drive stands, and what may honestly be expected of it (product row G2). Money in fen."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import allocate, round_half_up

LONGEST = 45
"""Days that a drive may last."""
LEAST_DAYS = 3
"""After fewer whole days than these nothing is expected: a day or two say nothing."""


class Aim(StrEnum):
    AMOUNT = "amount"
    RATE = "rate"


AIM_NAMES: dict[Aim, str] = {Aim.AMOUNT: "收回金额", Aim.RATE: "当期收缴率"}


def check_days(first: dt.date, last: dt.date, today: dt.date) -> None:
    """Raises ``Invalid`` for days in the wrong order, gone by, or too many."""
    if first < today:
        raise Invalid(field="开始", reason="不能早于今天")
    if last < first:
        raise Invalid(field="结束", reason="不能早于开始")
    if (last - first).days >= LONGEST:
        raise Invalid(field="结束", reason=Phrase("最多 {most} 天", most=LONGEST))


def needed_for_rate(due_fen: int, paid_fen: int, target: Decimal) -> int:
    """What has still to come in of ``due_fen`` so that the rate reaches ``target`` (0.92 for 92 %); rounded up to the fen."""
    wanted = Decimal(due_fen) * target
    whole = int(wanted)
    return max(0, whole + (wanted > whole) - paid_fen)


@dataclass(frozen=True, slots=True)
class Debtor:
    """A household to be given to somebody. ``building_id`` 0: of no building."""

    key: int
    building_id: int
    owed_fen: int


def share_out(homes: Iterable[Debtor], keepers: Mapping[int, int], people: Sequence[int]) -> dict[int, int]:
    """By household, whose it is. A building goes to its housekeeper where they take part; every other building goes whole to
    one of those who keep none here (to anybody where all keep one), the building with most owed first, each to whoever has
    least so far. Raises ``Invalid`` where nobody takes part."""
    if not people:
        raise Invalid(field="参加人", reason="至少选一个人")
    blocks: dict[int, list[Debtor]] = defaultdict(list)
    for home in homes:
        blocks[home.building_id].append(home)
    kept = {block: keepers[block] for block in blocks if keepers.get(block) in people}
    load = dict.fromkeys(people, 0)
    for block, user in kept.items():
        load[user] += _owed(blocks[block])
    free = [user for user in people if user not in kept.values()] or list(people)
    for block in sorted(blocks.keys() - kept.keys(), key=lambda one: (-_owed(blocks[one]), one)):
        user = min(free, key=lambda one: (load[one], free.index(one)))
        kept[block] = user
        load[user] += _owed(blocks[block])
    return {home.key: kept[block] for block, rows in blocks.items() for home in rows}


def _owed(rows: Iterable[Debtor]) -> int:
    return sum(row.owed_fen for row in rows)


def targets_of(target_fen: int, owed: Mapping[int, int]) -> dict[int, int]:
    """By person, the part of a community's target, in proportion to what is owed on their list; conserved to the fen."""
    if not any(owed.values()):
        return dict.fromkeys(owed, 0)
    return dict(zip(owed, allocate(target_fen, list(owed.values())), strict=True))


@dataclass(frozen=True)
class Home:
    """A household of the list as of the end of a day. ``taken``: by day, the principal of its bills that new money paid;
    ``left_fen``: what is still unpaid of them, however the rest went."""

    user_id: int
    owed_fen: int
    left_fen: int
    taken: Mapping[dt.date, int] = field(default_factory=dict)
    contacted: bool = False
    promised: bool = False
    promised_fen: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Where a list stands: ``homes`` households owing ``owed_fen`` on the first day; ``settled`` of them owe nothing any more."""

    homes: int = 0
    owed_fen: int = 0
    contacted: int = 0
    promised: int = 0
    promised_fen: int = 0
    today_fen: int = 0
    so_far_fen: int = 0
    settled: int = 0
    left_fen: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in Tally.__slots__))


def tally(homes: Iterable[Home], day: dt.date) -> Tally:
    """The sums of some households; ``today_fen`` is what came in on that very day."""
    found = Tally()
    for home in homes:
        found += Tally(
            1, home.owed_fen, int(home.contacted), int(home.promised), home.promised_fen, home.taken.get(day, 0), sum(home.taken.values()),
            int(home.left_fen <= 0), max(0, home.left_fen),
        )  # fmt: skip
    return found


def by_person(homes: Iterable[Home], day: dt.date) -> dict[int, Tally]:
    found: dict[int, Tally] = defaultdict(Tally)
    for home in homes:
        found[home.user_id] += tally([home], day)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the drive may end with: at the pace of all whole days so far, of their slower and of their faster half."""

    low_fen: int
    expected_fen: int
    high_fen: int


def outlook(daily: Sequence[int], days_left: int, left_fen: int, today_fen: int | None = None) -> Outlook | None:
    """``daily``: what each whole day brought; ``days_left``: the days that are not over, today among them where ``today_fen``
    says what it has brought so far: it counts as the pace or, where that is more, as what has come in. None before
    ``LEAST_DAYS`` whole days. Never less than has come in, never more than that and all that is left."""
    if len(daily) < LEAST_DAYS:
        return None
    turn, half = sorted(daily), (len(daily) + 1) // 2
    so_far = sum(daily) + (today_fen or 0)

    def at(days: Sequence[int]) -> int:
        pace = Decimal(sum(days)) / len(days)
        more = pace * days_left if today_fen is None else max(pace, Decimal(today_fen)) + pace * (days_left - 1)
        return min(max(sum(daily) + round_half_up(more), so_far), so_far + left_fen)

    return Outlook(at(turn[:half]), at(turn), at(turn[-half:]))


@dataclass(frozen=True, slots=True)
class Days:
    """Days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    @property
    def count(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def __iter__(self) -> Iterator[dt.date]:
        return (self.first + DAY * number for number in range(self.count))


def quarter_of(day: dt.date) -> Days:
    """The quarter of a day."""
    first = dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    later = first + DAY * 92
    return Days(first, dt.date(later.year, (later.month - 1) // 3 * 3 + 1, 1) - DAY)


def same_days_before(days: Days) -> Days:
    """The same days of the quarter before, counted back from the quarter's end: a drive that ends five days before the end
    of one quarter is set against days that end five days before the end of the other."""
    here = quarter_of(days.last)
    before = quarter_of(here.first - DAY)
    return Days(before.last - (here.last - days.first), before.last - (here.last - days.last))


def days_ahead_of(days: Days) -> Days:
    """The quarter's days before the drive; none (a count of 0) where the drive begins with the quarter."""
    return Days(quarter_of(days.first).first, days.first - DAY)


def at_pace(fen: int, days: int, for_days: int) -> int | None:
    """What so many days bring at the pace of others; None where there were none."""
    return round_half_up(Decimal(fen) * for_days / days) if days > 0 else None
