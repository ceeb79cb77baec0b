"""What the pages of this room share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound

Result = TypeVar("Result")


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def attempt(request: HttpRequest, act: Callable[[], Result]) -> Result | None:
    """Do it, or say on the next page why it was refused. What may not be addressed at all stays an error page."""
    try:
        return act()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return None


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query; anything else is taken for not given."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def tell(response: HttpResponse, toast: str = "", **events: object) -> HttpResponse:
    """Events for the page, after what was swapped."""
    found: dict[str, object] = dict(events)
    if toast:
        found["wy:toast"] = {"text": toast}
    response.headers["HX-Trigger"] = json.dumps(found, ensure_ascii=True)
    return response
