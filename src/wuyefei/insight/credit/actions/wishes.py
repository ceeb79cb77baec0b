"""What owners say themselves: in or out of being rated, and that a rating is wrong."""

from __future__ import annotations

from django.db import transaction

from wuyefei.estate.people.public import Person, get_person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.accounts.public import Owner, Place, acting_for
from wuyefei.relations.service.public import words

from ..errors import BestAlready, NotRated, ReviewOpen, ReviewOver
from ..models import Choice, Rating, Review
from ..queries import opted_out
from ..rules import Cause, answer_due
from .reckoning import reckon

PHONE = "本人在手机页选择"


@transaction.atomic
def choose_own(owner: Owner, place: Place, out: bool) -> Choice:
    """Opt out of being rated, or in again; at once. Nothing but the benefits goes with it."""
    return _choose(_own(place), out, PHONE, acting_for(place), account_id=owner.account_id)


@transaction.atomic
def note_choice(person_id: int, out: bool, how: str, *, actor: Actor) -> Choice:
    """Keep what an owner told one of ours; ``how`` names the paper, page or call."""
    person = _of(person_id, actor)
    return _choose(person, out, limited(how, "依据", 120, required=True), actor)


def _choose(person: Person, out: bool, how: str, actor: Actor, account_id: int | None = None) -> Choice:
    Person.objects.select_for_update().get(pk=person.pk)
    row = Choice.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, out=out, how=how,
        account_id=account_id, made_by_id=None if account_id else actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    if out:
        Review.objects.filter(person=person, state=Review.State.OPEN).update(state=Review.State.WITHDRAWN)
    audit.record(actor, "credit.choice", row, community_id=person.community_id, after={"out": out}, reason=how)
    reckon(person.community_id, clock.today(), person.pk, Cause.CHOICE)
    return row


@transaction.atomic
def object_own(owner: Owner, place: Place, said: str) -> Review:
    """Say on the phone that the rating is wrong; a person answers by its day. Raises ``NotRated``, ``BestAlready``, ``ReviewOpen``."""
    return _object(_own(place), said, acting_for(place), account_id=owner.account_id)


@transaction.atomic
def object_for(person_id: int, said: str, *, actor: Actor) -> Review:
    """The same for an owner who told one of ours."""
    return _object(_of(person_id, actor), said, actor)


def _object(person: Person, said: str, actor: Actor, account_id: int | None = None) -> Review:
    said = words(said, "说明", 500, required=True)
    Person.objects.select_for_update().get(pk=person.pk)
    row = Rating.objects.filter(person=person).first()
    if row is None or not row.letter or opted_out(person.pk):
        raise NotRated()
    if row.letter == "A":
        raise BestAlready()
    if Review.objects.filter(person=person, state=Review.State.OPEN).exists():
        raise ReviewOpen()
    review = Review.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, account_id=account_id,
        made_by_id=None if account_id else actor.user_id, letter_then=row.letter, said=said, made_at=clock.now(), due_on=answer_due(clock.today()),
    )  # fmt: skip
    audit.record(actor, "credit.object", review, community_id=person.community_id, after={"letter": row.letter})
    audit.publish(actor, "credit.objected", community_id=person.community_id, review=review.pk)
    return review


@transaction.atomic
def withdraw_own(place: Place) -> Review:
    """The owner takes the open objection back."""
    person = _own(place)
    row = Review.objects.select_for_update().filter(person=person, state=Review.State.OPEN).first()
    if row is None:
        raise ReviewOver()
    row.state = Review.State.WITHDRAWN
    row.save(update_fields=["state"])
    audit.record(acting_for(place), "credit.withdraw", row, community_id=row.community_id)
    return row


def _own(place: Place) -> Person:
    if not place.own:
        raise NotFound()
    return Person.objects.get(pk=place.person_id)


def _of(person_id: int, actor: Actor) -> Person:
    person = get_person(actor, person_id)
    actor.require(Permission.CREDIT_WORK, person.community_id)
    return person
