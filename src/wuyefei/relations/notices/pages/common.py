"""What the pages of this room share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.http import HttpRequest

from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound, spoken
from wuyefei.foundation.kernel.text import whole_number

Result = TypeVar("Result")


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query; anything else is taken for not given."""
    return whole_number(request.GET.get(name))


def attempt(form: forms.Form, act: Callable[[], Result]) -> Result | None:
    """What the action returns, or None where the form now says what is wrong."""
    try:
        return act()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        name, text = None, error.text
        if isinstance(error, Invalid):
            label = str(error.data.get("field", ""))
            name = next((key for key, field in form.fields.items() if label in (key, str(field.label)) or str(field.label) == spoken(label)), None)
            text = spoken(error.data.get("reason", text)) if name else text
        form.add_error(name, text)
        return None
