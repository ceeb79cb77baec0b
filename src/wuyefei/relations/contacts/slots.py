"""What this room shows on the pages of a property and a person."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Permission

from .queries import contacts, wishes_of
from .rules.steps import CHANNEL_NAMES, Channel

SHOWN = 8


def property_log(request: HttpRequest, home: Property) -> str:
    """The latest contacts about a property."""
    return _panel(request, home.community_id, {"property_id": home.pk}, reverse("contacts:new_at", args=[home.pk]), home.ended_on is None)


def person_log(request: HttpRequest, person: Person) -> str:
    """The latest contacts with a person, and what they want of the channels."""
    add = reverse("contacts:new", args=[person.pk])
    return _panel(request, person.community_id, {"person_id": person.pk}, add, person.erased_at is None, person)


def _panel(
    request: HttpRequest, community_id: int, about: dict[str, int], add: str, open_: bool, person: Person | None = None
) -> str:
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.CONTACT_VIEW, community_id):
        return ""
    rows = list(contacts(actor).filter(**about).select_related("person", "property", "made_by").order_by("-at", "-pk")[: SHOWN + 1])
    wishes = wishes_of(actor, person.pk) if person is not None else {}
    context = {
        "rows": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "more_url": f"{reverse('contacts:log')}?{'property' if 'property_id' in about else 'person'}={next(iter(about.values()))}",
        "add_url": add if open_ and actor.may(Permission.CONTACT_RECORD, community_id) else "",
        "person": person,
        "wishes": [(CHANNEL_NAMES[Channel(code)], wish) for code, wish in wishes.items() if wish.kind != "usual"],
    }
    return render_to_string("contacts/_panel.html", context, request=request)
