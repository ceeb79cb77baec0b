"""How channels of contact compare: what share of those reminded paid within 7 and 14 days (product row G5). Pure.

What is compared was not drawn by lot: letters and visits go to those who owe more and longer, and some would have paid anyway.
So rates stand with their 95 % interval, within one age of debt, and a channel with few contacts is not ranked at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .scripts import interval

SOON, LATER = 7, 14
"""Days after a contact, the day itself included, in which a payment is looked for."""
ENOUGH = 30
"""So many contacts of a channel before it is compared with another."""
SPANS = (90, 180, 365)


class Age(StrEnum):
    """How long the oldest debt had been overdue when the contact was made."""

    YOUNG = "young"
    MIDDLE = "middle"
    OLD = "old"


AGE_NAMES: dict[Age, str] = {Age.YOUNG: "逾期 1–30 天", Age.MIDDLE: "逾期 31–90 天", Age.OLD: "逾期 90 天以上"}
AGE_DAYS = (30, 90)


class Kind(StrEnum):
    PERSON = "person"
    FIRM = "firm"


KIND_NAMES: dict[Kind, str] = {Kind.PERSON: "个人", Kind.FIRM: "单位"}


@dataclass(frozen=True, slots=True)
class Fared:
    """How the contacts of one channel fared within a segment. ``known``: of how many it is known whether they reached anybody (a
    message that was only sent may have); ``reached`` are those that did. ``again``: of them, those after which the household was contacted
    once more before it paid, or before 14 days were over."""

    channel: str
    age: str
    kind: str
    made: int
    known: int
    reached: int
    paid_soon: int
    paid_later: int
    again: int

    @property
    def enough(self) -> bool:
        return self.made >= ENOUGH

    @property
    def soon(self) -> tuple[int | None, int, int]:
        """Rate and interval in per mille of those who paid within 7 days."""
        return (permille(self.paid_soon, self.made), *interval(self.paid_soon, self.made))

    @property
    def later(self) -> tuple[int | None, int, int]:
        """The same within 14 days."""
        return (permille(self.paid_later, self.made), *interval(self.paid_later, self.made))

    def each_fen(self, cost_fen: int) -> int | None:
        """What the contacts cost for each household that paid within 14 days, rounded half up."""
        return (2 * cost_fen * self.made + self.paid_later) // (2 * self.paid_later) if self.paid_later else None


def permille(part: int, whole: int) -> int | None:
    return (part * 2000 + whole) // (2 * whole) if whole else None


def merged(rows: Iterable[Fared], *, age: str = "", kind: str = "") -> list[Fared]:
    """One row a channel over the rows of a segment ("" for all of them), the channel with most contacts first."""
    found: dict[str, list[Fared]] = {}
    for row in rows:
        if age in ("", row.age) and kind in ("", row.kind):
            found.setdefault(row.channel, []).append(row)
    made = [
        Fared(
            channel, age, kind, sum(one.made for one in some), sum(one.known for one in some), sum(one.reached for one in some), sum(one.paid_soon for one in some),
            sum(one.paid_later for one in some), sum(one.again for one in some),
        )
        for channel, some in found.items()
    ]  # fmt: skip
    return sorted(made, key=lambda one: (-one.made, one.channel))


def ahead(rows: Iterable[Fared]) -> tuple[Fared, Fared] | None:
    """The best channel and the one after it, where the best one's interval at 14 days lies above the other's; else nothing may be said."""
    ranked = sorted((row for row in rows if row.enough), key=lambda one: (-(one.later[0] or 0), one.channel))
    if len(ranked) < 2:
        return None
    best, second = ranked[0], ranked[1]
    return (best, second) if best.later[1] > second.later[2] else None
