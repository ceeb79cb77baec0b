"""What a refused action says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest

from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound

Result = TypeVar("Result")


def attempt(request: HttpRequest, act: Callable[[], Result]) -> Result | None:
    """Do it, or say on the next page why it was refused. What may not be addressed at all stays an error page."""
    try:
        return act()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return None
