"""Benefits: a free service, recorded."""

from __future__ import annotations

from django.db import transaction

from wuyefei.estate.people.public import Person, get_person
from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..errors import NoFreeService
from ..models import FreeService, Rating
from ..queries import used
from ..rules import free_left


@transaction.atomic
def give_free(person_id: int, property_id: int, what: str, *, actor: Actor) -> FreeService:
    """Record a free service given today. Raises ``NoFreeService`` where none is left this year."""
    person = get_person(actor, person_id)
    actor.require(Permission.CREDIT_WORK, person.community_id)
    home = get_property(actor, property_id)
    if home.community_id != person.community_id:
        raise NotFound()
    what, today = limited(what, "服务内容", 60, required=True), clock.today()
    Person.objects.select_for_update().get(pk=person.pk)
    rating, had = Rating.objects.filter(person=person).first(), used(person.pk, today.year)
    if rating is None or not free_left(rating.letter, had):
        raise NoFreeService(year=today.year)
    row = FreeService.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, property=home, letter=rating.letter,
        year=today.year, number=had + 1, what=what, given_on=today, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "credit.free", row, community_id=person.community_id, after={"what": what, "number": row.number})
    return row
