"""Work that comes by the clock: what there is, when it last ran, and running it by hand (product row L2).

A room registers its work in ``AppConfig.ready``; ``wuyefei worker`` asks for it by name at its times. Each work is
idempotent: run twice, or by hand between two times, it does nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError, NotFound

from .clock import now
from .models import ScheduledRun

log = logging.getLogger("wuyefei.schedule")
Work = Callable[[int | None], int]
"""Given an organisation's id, or None for all; returns how many it dealt with."""


@dataclass(frozen=True)
class Scheduled:
    """``every``: when it runs, in words; ``title``: what it does."""

    name: str
    title: str
    every: str
    work: Work


_known: dict[str, Scheduled] = {}


def register_scheduled(name: str, title: str, every: str, work: Work) -> None:
    """The same name again replaces it."""
    _known[name] = Scheduled(name, title, every, work)


def scheduled() -> list[tuple[Scheduled, ScheduledRun | None]]:
    """Everything that comes by the clock, each with its last run."""
    last = {row.name: row for row in ScheduledRun.objects.filter(name__in=_known)}
    return [(one, last.get(name)) for name, one in _known.items()]


def run_scheduled(name: str, *, organisation_id: int | None = None, by: str = "") -> int:
    """Run it now and note how it went. ``by``: who asked for it by hand. What it raises is noted and raised on."""
    if name not in _known:
        raise NotFound()
    started = now()
    facts = {"started_at": started, "finished_at": None, "by_name": by[:80], "failed": False, "dealt_with": 0}
    ScheduledRun.objects.update_or_create(name=name, defaults=facts)
    mine = ScheduledRun.objects.filter(name=name, started_at=started)
    try:
        count = _known[name].work(organisation_id)
    except Exception as error:
        mine.update(finished_at=now(), failed=True)
        if not isinstance(error, DomainError):
            log.exception("scheduled work %s broke off", name)
        raise
    mine.update(finished_at=now(), dealt_with=count)
    return count
