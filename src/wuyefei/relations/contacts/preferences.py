"""What people wish of reminders where they say so themselves: a higher room keeps it and is asked here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from .rules.limits import Window
from .rules.steps import Channel


@dataclass(frozen=True, slots=True)
class Preference:
    """``channel``: tried first; ``quiet``: no calls or messages in these hours; ``silent``: no electronic reminders."""

    channel: Channel | None = None
    quiet: Window | None = None
    silent: bool = False


Reader = Callable[[Collection[int]], Mapping[int, Preference]]
_readers: list[Reader] = []


def register_preferences(reader: Reader) -> None:
    """Name who knows the wishes of persons by id, in a fixed number of queries. Called in ``AppConfig.ready``."""
    if reader not in _readers:
        _readers.append(reader)


def preferences_of(person_ids: Collection[int]) -> dict[int, Preference]:
    """The wishes of those who have said any."""
    found: dict[int, Preference] = {}
    for reader in _readers:
        found |= reader(person_ids)
    return found
