"""Who has earned a head start: said by a room above, used for the order of private repairs that are not urgent alone."""

from __future__ import annotations

from collections.abc import Callable

_said: list[Callable[[int], int]] = []


def register_head_start(hours_of: Callable[[int], int]) -> None:
    """Called in ``AppConfig.ready`` by the room that knows: hours for a person's id, 0 for most."""
    _said[:] = [hours_of]


def earned(person_id: int) -> int:
    return _said[0](person_id) if _said else 0
