"""What the pages of this room share."""

from __future__ import annotations

from django.http import HttpRequest

from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.kernel.text import whole_number


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query; anything else is taken for not given."""
    return whole_number(request.GET.get(name))
