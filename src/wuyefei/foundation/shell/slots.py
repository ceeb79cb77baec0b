"""Places on a page that rooms above fill, so that no page has to know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Render = Callable[[HttpRequest, Any], str]

_slots: dict[str, dict[str, tuple[int, Render]]] = {}


def register_slot(slot: str, order: int, render: Render, *, name: str = "") -> None:
    """Fill ``slot`` (such as ``property.360``) with what ``render(request, subject)`` returns.

    Text is escaped unless it is a ``SafeString``; an empty text shows nothing. Lower ``order`` stands higher.
    ``name`` defaults to the function's own dotted name; the same name registered again replaces it.
    """
    key = name or f"{render.__module__}.{getattr(render, '__qualname__', repr(render))}"
    _slots.setdefault(slot, {})[key] = (order, render)


def fill(slot: str, request: HttpRequest, subject: Any) -> SafeString:
    """Everything registered for the slot, in order."""
    parts = sorted(_slots.get(slot, {}).items(), key=lambda part: (part[1][0], part[0]))
    return mark_safe("".join(conditional_escape(render(request, subject)) for _, (_, render) in parts))  # noqa: S308
