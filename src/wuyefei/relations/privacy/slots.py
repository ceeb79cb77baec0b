"""What this room shows on the page of a person."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.rules import Permission

from .queries import consents_of


def person_panel(request: HttpRequest, person: Person) -> str:
    """The uses a person has agreed to, and the way to copy and erasure."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.PRIVACY_MANAGE, person.community_id):
        return ""
    known = [row for row in consents_of(actor, person.pk).values() if row.given]
    return render_to_string("privacy/_panel.html", {"person": person, "known": known}, request=request)
