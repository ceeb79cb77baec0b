"""The follow-up calls that letters put on the worklist, and taking them back."""

from __future__ import annotations

from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.relations.contacts.public import Contact, cancel

from ..models import Letter, Matter


def call_ref(letter_id: int) -> str:
    return f"legal.call:{letter_id}"


def drop_calls(matter: Matter, why: str) -> int:
    """Take the follow-up calls of a matter back: it was answered or is over. Returns how many."""
    refs = [call_ref(pk) for pk in Letter.objects.filter(matter=matter).values_list("pk", flat=True)]
    waiting = Contact.objects.filter(source_ref__in=refs, state=Contact.State.PLANNED).values_list("pk", flat=True)
    system = service_actor(matter.organisation_id, SYSTEM)
    return len([cancel(pk, why, actor=system) for pk in list(waiting)])
