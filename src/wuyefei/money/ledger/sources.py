"""What an entry came from: each kind of entry has a name and, where there is one, the page of its document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Source:
    """A kind of entry. ``address`` maps the entry's ``source_id`` to a page; None where it has no page of its own."""

    kind: str
    label: Text
    address: Callable[[int], str] | None = None


_sources: dict[str, Source] = {}


def register_source(kind: str, label: Text, address: Callable[[int], str] | None = None) -> None:
    """Called in ``AppConfig.ready`` for each kind of entry that a room posts."""
    _sources[kind] = Source(kind, label, address)


def source_of(kind: str) -> Source:
    """The kind as registered; one that no room has named is called by its code."""
    return _sources.get(kind) or Source(kind, kind)


def sources() -> dict[str, Source]:
    return dict(_sources)
