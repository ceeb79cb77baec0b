"""What the pages share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from django.contrib import messages
from django.http import HttpRequest

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import StaffRequest
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound

Result = TypeVar("Result")


def actor_of(request: HttpRequest) -> Actor:
    return cast(StaffRequest, request).actor


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def attempt(request: HttpRequest, act: Callable[[], Result]) -> Result | None:
    """Do it, or say on the next page why it was refused."""
    try:
        return act()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return None
