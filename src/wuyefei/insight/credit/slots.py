"""What this room shows on the page of a person."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.rules import Permission

from .queries import opted_out, rating_of


def person_panel(request: HttpRequest, person: Person) -> str:
    """The rating and the way to its reasons."""
    actor = request.actor  # type: ignore[attr-defined]
    if person.kind != Person.Kind.INDIVIDUAL or not actor.may(Permission.CREDIT_VIEW, person.community_id):
        return ""
    context = {"person": person, "row": rating_of(actor, person.pk), "out": opted_out(person.pk)}
    return render_to_string("credit/_panel.html", context, request=request)
