"""Where a payer asked to pay in parts: rooms above say what their own references mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import whole_number


@dataclass(frozen=True, slots=True)
class Origin:
    """``ref`` is kept with the plan; ``label`` and ``text`` say who asked for what; ``months`` is how many parts they want;
    ``mediated``: both sides have signed it in mediation."""

    ref: str
    label: str
    text: str
    address: str
    community_id: int
    property_id: int
    payer_id: int
    months: int | None
    mediated: bool = False


Reader = Callable[[Actor, int], Origin]
"""Raises ``NotFound`` for what the actor does not see."""
_readers: dict[str, Reader] = {}


def register_origin(kind: str, reader: Reader) -> None:
    """Called by a higher room in ``AppConfig.ready``: references of the form ``kind:id`` are its."""
    _readers[kind] = reader


def origin_of(actor: Actor, ref: str) -> Origin:
    """What a reference means. Raises ``NotFound``."""
    kind, _colon, number = ref.partition(":")
    if kind not in _readers or whole_number(number) is None:
        raise NotFound()
    return _readers[kind](actor, int(number))
