"""What a refused action says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound, spoken

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


def answered(form: forms.Form, act: Callable[[], Result]) -> Result | None:
    """What the action returns, or None when it refused: its words then stand at the field they are about."""
    try:
        return act()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        refuse(form, error)
        return None


def refuse(form: forms.Form, error: DomainError) -> None:
    """Put a refusal into the form, at the field whose name or label (with or without its unit) the error names."""
    name, text = None, error.text
    if isinstance(error, Invalid) and (said := str(error.data.get("field", ""))):
        named = {said, spoken(said)}
        name = next((key for key, field in form.fields.items() if named & {key, str(field.label), str(field.label).split("（")[0]}), None)
        text = spoken(error.data.get("reason", text)) if name else text
    form.add_error(name, text)
