"""Service cycles of a contract and their due dates (product row B1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from wuyefei.foundation.kernel.dates import DAY, Month, Span


def cycle_of(month: Month, anchor: Month, months: int) -> Month:
    """The first month of the cycle that ``month`` lies in; cycles of ``months`` are counted from ``anchor``."""
    return anchor.plus((month.index - anchor.index) // months * months)


def cycles(first: dt.date, last: dt.date, anchor: Month, months: int) -> Iterator[tuple[Month, Span]]:
    """The cycles that touch ``first`` … ``last``, each as (its first month, its whole span)."""
    start = cycle_of(Month.of(first), anchor, months)
    while start.first <= last:
        yield start, Span(start.first, start.plus(months).first - DAY)
        start = start.plus(months)


def due_date(start: Month, due_month: int, due_day: int) -> dt.date:
    """The due day of a cycle: the ``due_day`` of its ``due_month``-th month (1 = first), the last day where the month
    is shorter. Never rolled to a working day."""
    return start.plus(due_month - 1).day(due_day)


def due_date_for(start: Month, first_day: dt.date, due_month: int, due_day: int) -> dt.date:
    """The due day of what a cycle charges from ``first_day`` on: the cycle's, unless the service began after it.

    Nobody is overdue before their service begins: it is then the first due day on or after ``first_day``.
    """
    due = due_date(start, due_month, due_day)
    if due >= first_day:
        return due
    month = Month.of(first_day)
    return next(day for step in (0, 1) if (day := month.plus(step).day(due_day)) >= first_day)
