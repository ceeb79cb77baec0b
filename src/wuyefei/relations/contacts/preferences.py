"""What people wish of reminders where they say so themselves: a higher room keeps it and is asked here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from .rules.limits import Window
from .rules.steps import Channel


@dataclass(frozen=True, slots=True)
class Preference:
    """``channel``: tried first; ``quiet``: no calls or messages in these hours; ``silent``: no electronic reminders."""

    channel: Channel | None = None
    quiet: Window | None = None
    silent: bool = False


Reader = Callable[[Collection[int]], Mapping[int, Preference]]


@dataclass(frozen=True, slots=True)
class InBulk:
    """The same wishes for many at once, for statements over a whole community: ``likes`` are rows (person, channel) of those
    who wish for a channel, ``more`` the persons who wish for anything else too."""

    likes: Callable[[], QuerySet[Any, tuple[int, str]]]
    more: Callable[[], QuerySet[Any, int]]


_readers: dict[Reader, InBulk] = {}


def register_preferences(reader: Reader, in_bulk: InBulk) -> None:
    """Name who knows the wishes of persons by id, in a fixed number of queries. Called in ``AppConfig.ready``."""
    _readers[reader] = in_bulk


def preferences_in_bulk() -> list[InBulk]:
    return list(_readers.values())


def preferences_of(person_ids: Collection[int]) -> dict[int, Preference]:
    """The wishes of those who have said any."""
    found: dict[int, Preference] = {}
    for reader in _readers:
        found |= reader(person_ids)
    return found
