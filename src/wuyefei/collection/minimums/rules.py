"""Was the minimum of a grade met, and if not, why (product rows G3, G8). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY

ESCALATE_AFTER = 3
"""Days that a miss may stand before the manager is asked."""
ANSWER_HOLDS = 7
"""Days for which an answer is enough; where the minimum is still missed then, the manager is asked again."""
WEEK = 7


class Why(StrEnum):
    HOLD = "hold"
    LAW = "law"
    REFUSED = "refused"
    NONE = "none"
    FEW = "few"


WHY_NAMES: dict[Why, str] = {
    Why.HOLD: "暂停，不应联系", Why.LAW: "已做到法律允许的最多", Why.REFUSED: "联系规则拦下过", Why.NONE: "没有联系过", Why.FEW: "联系得不够",
}  # fmt: skip
EXPLAINED = frozenset({Why.HOLD, Why.LAW})
"""Nobody has to answer for these."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many contacts by one way on a day, in seven and in thirty days; ``taken``: how many of them in the
    stretch were something else than asking (bills sent)."""

    day: int
    week: int
    month: int
    taken: int = 0


def most(cap: Cap, days: int) -> int:
    """The most contacts that a way permits in so many days: full weeks at the cap of the week, the rest day by day.

    Phone at 1 a day, 3 a week, 8 a month: 3 in 7 days; in 30 days min(8, 4 × 3 + min(3, 2 × 1)) = 8.
    """
    weeks, rest = divmod(days, WEEK)
    whole = weeks * min(cap.week, cap.day * WEEK) + min(cap.week, cap.day * rest)
    return min(whole, cap.month) if days <= 30 else whole


def allowed(caps: Mapping[str, Cap], barred: Collection[str], days: int, all_day: int) -> int:
    """How often the law guard lets somebody be asked in so many days, by the ways that the payer has not refused."""
    free = sum(max(0, most(cap, days) - cap.taken) for way, cap in caps.items() if way not in barred)
    return min(free, all_day * days)


@dataclass(frozen=True, slots=True)
class Seen:
    """A case over the ``days`` of its minimum ``least``: contacts ``done``, how many the guard would have ``allowed``,
    attempts that it ``refused``, and whether an agreement or a dispute forbids contact today (``held``)."""

    least: int
    days: int
    done: int
    allowed: int
    refused: int = 0
    held: bool = False

    @property
    def asked(self) -> int:
        """The minimum, as far as the law allows."""
        return min(self.least, self.allowed)

    @property
    def lacking(self) -> int:
        return max(0, self.asked - self.done)


def why(seen: Seen) -> Why | None:
    """Why fewer contacts than the minimum were made; None where it was met. What forbids contact comes first, then the
    law, then what the guard turned away."""
    if seen.done >= seen.least:
        return None
    if seen.held:
        return Why.HOLD
    if seen.done >= seen.asked:
        return Why.LAW
    if seen.refused:
        return Why.REFUSED
    return Why.FEW if seen.done else Why.NONE


def escalates_on(first_on: dt.date, answered_on: dt.date | None) -> dt.date:
    """The day on which a miss that still stands goes to the manager."""
    due = first_on + DAY * ESCALATE_AFTER
    return due if answered_on is None else max(due, answered_on + DAY * ANSWER_HOLDS)
