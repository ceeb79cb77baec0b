"""Commercial rent 商铺租金 over time: steps, escalation, free months, and a share of turnover (product rows B2, J5).

A rent is a monthly sum with a history, so it becomes prices by date and is prorated like any other (row B3). An
escalated rent is rounded half up to the fen and the next one rises from the rounded sum: the figure in the contract's
own table is the figure billed.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import round_half_up

MOST_YEARS = 40
MOST_ESCALATION = Decimal("0.5")
"""More than half a year's rent a step is a typing error."""


@dataclass(frozen=True, slots=True)
class RentStep:
    """From a day on the rent is ``monthly_fen`` a month."""

    since: dt.date
    monthly_fen: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """Every ``months`` months, counted from the term's first day, the rent rises by ``share`` (0.05 for 5 %)."""

    months: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class Rent:
    """A lease's rent: the steps as agreed, an escalation of the latest step, and days that are free of rent."""

    term: Span
    steps: Sequence[RentStep]
    escalation: Escalation | None = None
    free: Sequence[Span] = ()


def check_rent(rent: Rent) -> None:
    """Raises ``Invalid`` for a rent that leaves a day without a price or says two things of one day."""
    if not rent.steps or min(step.since for step in rent.steps) != rent.term.first:
        raise Invalid(field="租金", reason=Phrase("第一档应自租期首日 {day} 起", day=rent.term.first))
    days = [step.since for step in rent.steps]
    if len(set(days)) != len(days):
        raise Invalid(field="租金", reason="同一天有两档租金")
    if any(step.monthly_fen < 0 for step in rent.steps):
        raise Invalid(field="租金", reason="不能是负数")
    if max(days) > rent.term.last:
        raise Invalid(field="租金", reason="有一档在租期结束之后")
    if rent.term.days > MOST_YEARS * 366:
        raise Invalid(field="租期", reason=Phrase("不能超过 {years} 年", years=MOST_YEARS))
    if rent.escalation is not None:
        if not 1 <= rent.escalation.months <= 120:
            raise Invalid(field="递增周期", reason="应为 1 到 120 个月")
        if not 0 < rent.escalation.share <= MOST_ESCALATION:
            raise Invalid(field="递增比例", reason=Phrase("应大于 0，不超过 {most}", most=MOST_ESCALATION))
    free = sorted(rent.free)
    for earlier, later in zip(free, free[1:], strict=False):
        if later.first <= earlier.last:
            raise Invalid(field="免租期", reason=Phrase("{first} 起的一段与前一段重叠", first=later.first))
    for span in free:
        if span.first < rent.term.first or span.last > rent.term.last:
            raise Invalid(field="免租期", reason="应在租期之内")


def monthly(rent: Rent) -> list[RentStep]:
    """The monthly rent over the term before free days: the steps, and what escalation makes of the last of them."""
    check_rent(rent)
    found = sorted(rent.steps, key=lambda step: step.since)
    if rent.escalation is None:
        return found
    base, number = found[-1], 1
    while True:
        since = _after(rent.term.first, rent.escalation.months * number)
        if since > rent.term.last:
            return found
        if since > base.since:
            raised = round_half_up(found[-1].monthly_fen * (1 + rent.escalation.share))
            found.append(RentStep(since, raised))
        number += 1


def prices(rent: Rent) -> list[RentStep]:
    """The monthly rent by date with free days at zero: what proration is given. Sorted, one a day."""
    steps = monthly(rent)

    def on(day: dt.date) -> int:
        return steps[bisect_right(steps, day, key=lambda step: step.since) - 1].monthly_fen

    starts = {step.since for step in steps}
    for span in rent.free:
        starts |= {span.first, span.last + DAY}
    found: list[RentStep] = []
    for day in sorted(day for day in starts if day <= rent.term.last):
        fen = 0 if any(span.first <= day <= span.last for span in rent.free) else on(day)
        if not found or found[-1].monthly_fen != fen:
            found.append(RentStep(day, fen))
    return found


def _after(day: dt.date, months: int) -> dt.date:
    return Month.of(day).plus(months).day(day.day)


@dataclass(frozen=True, slots=True)
class Turnover:
    """The share of a period's turnover that is rent, stepwise by turnover: (up to fen or None, share)."""

    bands: Sequence[tuple[int | None, Decimal]]


def _share(turnover_fen: int, terms: Turnover) -> Decimal:
    """The unrounded share of a turnover in fen. Raises ``Invalid`` for negative turnover or bands that fall."""
    if turnover_fen < 0:
        raise Invalid(field="营业额", reason="不能是负数")
    exact, below = Decimal(0), 0
    for position, (upto, share) in enumerate(terms.bands):
        last = position == len(terms.bands) - 1
        if (upto is None) != last or not 0 <= share <= 1 or (upto is not None and upto <= below):
            raise Invalid(field="分成", reason="各档上限要递增，最后一档不设上限，比例在 0 到 1 之间")
        top = turnover_fen if upto is None else min(turnover_fen, upto)
        exact += max(0, top - below) * share
        below = upto if upto is not None else below
    return exact


def turnover_rent(turnover_fen: int, terms: Turnover, minimum_fen: int) -> tuple[int, int]:
    """(rent, share of turnover) in fen of a period: the higher of the share and the minimum (保底加分成取高).

    The share is rounded half up once, over all bands. Raises ``Invalid``.
    """
    earned = round_half_up(_share(turnover_fen, terms))
    return max(earned, minimum_fen), earned


def share_of_month(turnover_fen: int, terms: Turnover, minimum_fen: int, days: int, free: int = 0) -> tuple[int, int]:
    """(share, what is due beyond the minimum) in fen of one month of a lease.

    The minimum is billed ahead, escalated and without free days; the month's turnover brings what its share has above
    it. ``days``: the month's days within the lease; ``free`` of them without rent bear no share, so that the share
    counts ``(days − free) ÷ days``. Rounded half up once. Raises ``Invalid``.
    """
    if not 0 <= free <= days or days < 1:
        raise Invalid(field="免租天数", reason="应在 0 到当月租期天数之间")
    earned = round_half_up(_share(turnover_fen, terms) * (days - free) / days)
    return earned, max(0, earned - minimum_fen)
