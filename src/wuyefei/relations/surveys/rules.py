"""Scores, the least group that is shown, and what may be said of one. Pure: no clock, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.shares import Rate

SCORES: dict[int, str] = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}
SATISFIED = 4
"""From this score on a household counts as satisfied."""
LOW = 2
"""Up to this score somebody calls back."""
LEAST_GROUP = 5
"""Answers that a shown group has at least."""
RATE_WITHIN = dt.timedelta(days=30)
"""How long after it was closed a work order can be rated."""
WAVE_DAYS = 30
"""Days that a quarter's wave is open, the first included."""
MOST_WORDS = 300

Key = TypeVar("Key", bound=Hashable)


class AlreadyAnswered(DomainError):
    code = "already_answered"
    message = "已经评过了，谢谢您。"


class TooLate(DomainError):
    code = "survey_over"
    message = "这次评价已经截止。想说的话可以用报修投诉告诉我们。"


class WaveThere(DomainError):
    code = "wave_there"
    message = "这个小区本季度的调查已经开始过。"


class NotToHandle(DomainError):
    code = "nothing_to_handle"
    message = "这条评价不需要回访，或已经回访过。"


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts of a group by score; ``asked`` households or work orders could have answered."""

    scores: tuple[int, int, int, int, int]
    asked: int

    @property
    def count(self) -> int:
        return sum(self.scores)

    @property
    def satisfied(self) -> Rate:
        return Rate(sum(self.scores[SATISFIED - 1 :]), self.count)

    @property
    def mean(self) -> Decimal | None:
        """With two decimals, half up; None where nobody answered."""
        if not self.count:
            return None
        whole = sum(score * count for score, count in enumerate(self.scores, 1))
        return (Decimal(whole) / self.count).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def answered(self) -> Rate:
        """The response rate; more answers than could be given now (homes that are gone) count as all."""
        return Rate(min(self.count, self.asked), self.asked)

    def __add__(self, other: Standing) -> Standing:
        first, second = self.scores, other.scores
        return Standing(
            (first[0] + second[0], first[1] + second[1], first[2] + second[2], first[3] + second[3], first[4] + second[4]), self.asked + other.asked
        )


NOTHING = Standing((0, 0, 0, 0, 0), 0)


def shown(groups: Mapping[Key, int]) -> set[Key]:
    """Which groups may be shown beside their total, by how many answered in each.

    Fewer than ``LEAST_GROUP`` are hidden. What is hidden could be worked out as the total less what is shown: so further
    groups are hidden, the smallest first, until those hidden together are nobody or ``LEAST_GROUP`` at least.
    """
    order = sorted(groups, key=lambda key: (groups[key], str(key)))
    found = {key for key in order if groups[key] >= LEAST_GROUP}
    hidden = sum(count for key, count in groups.items() if key not in found)
    for key in order:
        if not 0 < hidden < LEAST_GROUP:
            break
        if key in found:
            found.remove(key)
            hidden += groups[key]
    return found


def total_shown(counts: Iterable[int]) -> bool:
    """Whether the total over communities may stand beside those that are shown one by one: the small ones together, which
    are its difference, must be nobody or ``LEAST_GROUP`` at least."""
    rows = list(counts)
    small = sum(count for count in rows if count < LEAST_GROUP)
    return sum(rows) >= LEAST_GROUP and (small == 0 or small >= LEAST_GROUP)


def check_score(text: str) -> int:
    """A score as sent. Raises ``Invalid``."""
    if text not in {str(score) for score in SCORES}:
        raise Invalid(field="评分", reason="请选 1 到 5 分")
    return int(text)


def needs_call(score: int, about_keeper: bool) -> bool:
    return score <= LOW or about_keeper


def wave_ends(opened: dt.date) -> dt.date:
    """The last day of a wave."""
    return opened + DAY * (WAVE_DAYS - 1)


def wave_due(today: dt.date) -> bool:
    """Whether the quarter's wave begins by itself: from the first day of the quarter's last month."""
    return today.month % 3 == 0
