"""The day's contacts of a place: steps of its cases, and first calls about new bills."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, get_community, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import audit, clock

from .firstcalls import first_words
from .reckoning import reckon
from .steps import Released, draft, drop_stale, release_by_rule


def draft_all(organisation_id: int | None) -> int:
    """Every community: what is out of date goes, today's steps are drafted and those of the rule released, and first calls
    planned; returns how many were drafted. For the clock, after the cases have been worked out."""
    places = Community.objects.order_by("pk")
    if organisation_id is not None:
        places = places.filter(organisation_id=organisation_id)
    return sum(_draft_place(place) for place in places)


def _draft_place(place: Community) -> int:
    actor = service_actor(place.organisation_id, SYSTEM)
    drop_stale(place.pk, clock.today(), actor=actor)
    count = draft(place.pk, clock.today())
    release_by_rule(place.pk, actor=actor)
    return count + first_words(place, actor=actor)


def draft_now(community_id: int, *, actor: Actor) -> tuple[int, Released]:
    """Draft today's steps and first calls of a place by hand; returns how many are new, and what the rule released."""
    place = get_community(actor, community_id, Permission.FOLLOW_MANAGE)
    reckon(place.pk, clock.today())
    system = service_actor(place.organisation_id, SYSTEM)
    drop_stale(place.pk, clock.today(), actor=system)
    count = draft(place.pk, clock.today())
    done = release_by_rule(place.pk, actor=system)
    first = first_words(place, actor=system)
    with transaction.atomic():
        audit.record(actor, "followup.draft", place, community_id=place.pk, after={"drafted": count, "released": done.released, "first": first})
    return count + first, done
