"""The one place where time enters. Rules never ask it: they are given ``today``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from wuyefei.foundation.kernel.dates import CHINA

_set: ContextVar[dt.datetime | None] = ContextVar("clock", default=None)


def now() -> dt.datetime:
    """This moment, with its zone."""
    return _set.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The calendar day in China."""
    return now().astimezone(CHINA).date()


@contextmanager
def at(moment: dt.datetime | dt.date) -> Iterator[None]:
    """Set the clock for what runs inside: only the demo generator and the tests call this.

    A bare date means nine in the morning in China.
    """
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time(9), tzinfo=CHINA)
    token = _set.set(moment)
    try:
        yield
    finally:
        _set.reset(token)
