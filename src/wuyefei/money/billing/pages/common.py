"""What the pages of this room share."""

from __future__ import annotations

import json
from typing import TypeVar

from django.http import HttpRequest, HttpResponse

from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.shell.refusals import attempt as attempt

Result = TypeVar("Result")


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query; anything else is taken for not given."""
    return whole_number(request.GET.get(name))


def tell(response: HttpResponse, toast: str = "", **events: object) -> HttpResponse:
    """Events for the page, after what was swapped."""
    found: dict[str, object] = dict(events)
    if toast:
        found["wy:toast"] = {"text": toast}
    response.headers["HX-Trigger"] = json.dumps(found, ensure_ascii=True)
    return response
