"""What this room shows on a person's page."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.rules import Permission

from .queries import addresses_of


def addresses(request: HttpRequest, person: Person) -> str:
    """Where the person is reached besides the mobile number, for those who may see notices there."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.NOTICE_VIEW, person.community_id):
        return ""
    found = addresses_of([person.pk]).get(person.pk, {})
    context = {
        "person": person, "rows": [(row.get_channel_display(), row.shown) for row in found.values()],
        "may_edit": actor.may(Permission.ESTATE_EDIT, person.community_id) and person.erased_at is None,
    }  # fmt: skip
    return render_to_string("notices/_addresses.html", context, request=request)
