"""What the pages of this room share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django import forms
from django.http import HttpRequest

from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound, spoken
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.shell.refusals import refuse

from ..actions.guarding import StepRefused
from ..rules.sources import SOURCES

Result = TypeVar("Result")


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query; anything else is taken for not given."""
    return whole_number(request.GET.get(name))


@dataclass(frozen=True)
class Note:
    """A refusal of the guard as the page shows it."""

    reason: str
    sources: list[str]
    instead: str
    at: object
    channel: str


def attempt(form: forms.Form, act: Callable[[], Result]) -> Result | Note | None:
    """What the action returns, the note of a refused step, or None where the form now says what is wrong."""
    try:
        return act()
    except (NotFound, Forbidden):
        raise
    except StepRefused as error:
        verdict = error.verdict
        return Note(
            spoken(verdict.reason), [spoken(SOURCES[code]) for code in verdict.sources], spoken(verdict.instead), verdict.at,
            verdict.channel.value if verdict.channel else "",
        )  # fmt: skip
    except DomainError as error:
        refuse(form, error)
        return None
