"""What several pages of this room share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound, spoken
from wuyefei.foundation.platform import clock

from ..models import Change, Rating
from ..queries import facts_of
from ..rules import rate


def reasons(row: Rating | Change, today: Any = None) -> list[str]:
    """Why, in words, the parts in their order."""
    return [spoken(text) for part in rate(facts_of(row), today or clock.today()).parts for text in part.reasons]


def attempt(request: HttpRequest, act: Callable[[], Any], done: str, to: str, *args: Any) -> HttpResponse:
    """Do it and say so, or say why not; back to the page either way."""
    try:
        act()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, done)
    return redirect(to, *args)
