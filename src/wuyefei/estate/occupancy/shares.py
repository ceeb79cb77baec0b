"""Several payers of one property by share 分摊缴费人 (product row A4). Pure; figures in ``docs/rules/shares.md``.

The shares of an agreement add up to exactly one. Each has its place on the line from 0 to 1, so that a sum in fen is cut by
cumulative rounding: what lies between ``low`` and ``high`` of ``of`` parts. Any sum is then conserved to the fen, and a cut
of its days cuts each share the same way.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from wuyefei.foundation.kernel.dates import LATEST, Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

MOST_PAYERS, FINEST = 20, 1_000_000
"""At most so many payers of one property; no share is finer than one in so many parts."""
_FRACTION = re.compile(r"\d{1,6}\s*/\s*\d{1,7}|\d{1,3}(\.\d{1,4})?\s*%|[01](\.\d{1,6})?")
Share = tuple[int, int, int]
"""(low, high, of): the part of a sum that lies between ``low`` and ``high`` of ``of`` equal parts."""


class NotWhole(DomainError):
    code = "shares_not_whole"
    message = "各人的份额合计是 {total}，应正好是 1（100%）。"


@dataclass(frozen=True, slots=True)
class Portion:
    """One payer and the part of every sum that is theirs."""

    person_id: int
    share: Share


@dataclass(frozen=True, slots=True)
class SharingFact:
    """An agreement in force from a day to a day, both included; ``ends_on`` None: still open."""

    starts_on: dt.date
    ends_on: dt.date | None
    portions: tuple[Portion, ...]

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on or LATEST)


def parse_share(text: str) -> Fraction:
    """``1/3``, ``40%``, ``0.4``. Raises ``Invalid``."""
    raw = text.strip().replace("％", "%")
    if not _FRACTION.fullmatch(raw):
        raise Invalid(field="份额", reason=Phrase("「{text}」不是份额，如 1/3、40%、0.4", text=raw[:20]))
    if raw.endswith("%"):
        found = Fraction(raw[:-1].strip()) / 100
    else:
        above, _slash, below = raw.partition("/")
        if below and not int(below):
            raise Invalid(field="份额", reason="分母不能是 0")
        found = Fraction(above.strip()) / (int(below) if below else 1)
    if not 0 < found < 1:
        raise Invalid(field="份额", reason="应大于 0、小于 1")
    return found


def portions_of(shares: Sequence[tuple[int, Fraction]]) -> tuple[Portion, ...]:
    """The places of the shares beside each other, in the order given. Raises ``NotWhole``, ``Invalid``."""
    if not 2 <= len(shares) <= MOST_PAYERS:
        raise Invalid(field="缴费人", reason=Phrase("应有 2 到 {most} 位", most=MOST_PAYERS))
    if len({person for person, _ in shares}) != len(shares):
        raise Invalid(field="缴费人", reason="同一个人只能写一次")
    total = sum((part for _, part in shares), Fraction(0))
    if total != 1:
        raise NotWhole(total=str(total))
    of = lcm(*(part.denominator for _, part in shares))
    if of > FINEST:
        raise Invalid(field="份额", reason=Phrase("份额太细，分母合起来不能超过 {most}", most=FINEST))
    found, low = [], 0
    for person_id, part in shares:
        high = low + int(part * of)
        found.append(Portion(person_id, (low, high, of)))
        low = high
    return tuple(found)


def overlapping_sharing(known: Sequence[SharingFact], starts_on: dt.date, ends_on: dt.date | None) -> SharingFact | None:
    """An agreement that shares a day with the new one, or None."""
    wanted = Span(starts_on, ends_on or LATEST)
    return next((one for one in known if one.span.overlap(wanted) is not None), None)
