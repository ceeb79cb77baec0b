"""The kinds of request, registered by the rooms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission

from .models import Request


@dataclass(frozen=True)
class Kind:
    """What a kind of request is called, who may decide, and what approval and refusal do.

    ``describe`` tells the second person in words what they decide on, as (label, value); ``address`` leads to the subject.
    """

    code: str
    label: str
    permission: Permission
    execute: Callable[[Request, Actor], None]
    refuse: Callable[[Request, Actor], None] | None = None
    address: Callable[[Request], str] | None = None
    describe: Callable[[Request], Sequence[tuple[str, str]]] | None = None


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Called by a room in ``AppConfig.ready`` for each act of its that needs a second person."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> Kind:
    return _kinds[code]


def kinds() -> list[Kind]:
    return list(_kinds.values())
