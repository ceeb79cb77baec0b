"""Showing a rating to somebody outside: shut by default, with a ground, by two people, word for word on record."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from wuyefei.estate.people.public import get_person
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.privacy.public import Use, agreed

from ..errors import DoorShut, NoConsent, NotRated, OptedOut
from ..models import Door, Rating, Showing
from ..queries import doors, opted_out
from ..rules import Ground

SHOW_KIND = "credit_show"


@dataclass(frozen=True)
class Order:
    """To whom, what for, on which ground; ``document`` names the consent's paper or the law's article and the demand."""

    receiver: str
    purpose: str
    ground: str
    document: str


@transaction.atomic
def set_door(community_id: int, opened: bool, basis: str, *, actor: Actor) -> Door:
    """Open or shut a community's door; ``basis`` says why, such as the owners' resolution."""
    place = get_community(actor, community_id, Permission.CREDIT_REVIEW)
    row = Door.objects.create(
        organisation_id=place.organisation_id, community=place, open=opened, basis=limited(basis, "依据", 200, required=True),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "credit.door", row, community_id=place.pk, after={"open": opened}, reason=row.basis)
    return row


@transaction.atomic
def ask_showing(person_id: int, order: Order, *, actor: Actor) -> Showing:
    """Ask to give a rating to somebody outside; a second person decides, and nothing leaves before.

    Raises ``DoorShut``, ``OptedOut``, ``NoConsent``, ``NotRated``, ``Invalid``.
    """
    person = get_person(actor, person_id)
    actor.require(Permission.CREDIT_WORK, person.community_id)
    if order.ground not in list(Ground):
        raise Invalid(field="依据", reason="请选一项")
    _check(person.pk, person.community_id, order.ground)
    row = Showing.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person,
        receiver=limited(order.receiver, "接收方", 80, required=True), purpose=limited(order.purpose, "用途", 120, required=True),
        ground=order.ground, document=limited(order.document, "依据文件", 120, required=True), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    payload = {"receiver": row.receiver, "purpose": row.purpose, "ground": row.ground, "document": row.document}
    request = approvals.ask(SHOW_KIND, row, actor=actor, community_id=row.community_id, payload=payload, reason=row.purpose)
    row.request_id = request.pk
    row.save(update_fields=["request_id"])
    return row


def _check(person_id: int, community_id: int, ground: str) -> Rating:
    """What must hold when it is asked, and again when it is given."""
    door = doors([community_id]).get(community_id)
    if door is None or not door.open:
        raise DoorShut()
    if opted_out(person_id):
        raise OptedOut()
    if ground == Ground.CONSENT and person_id not in agreed([person_id], Use.HANDOVER):
        raise NoConsent()
    rating = Rating.objects.filter(person_id=person_id).first()
    if rating is None or not rating.letter:
        raise NotRated()
    return rating


def give(request: Request, actor: Actor) -> None:
    """Carried out on approval: the letter and since when, and nothing else, is what may be given."""
    row = Showing.objects.select_for_update(of=("self",)).select_related("person").get(pk=request.subject_id)
    rating = _check(row.person_id, row.community_id, row.ground)
    row.given = f"{row.person.name}：信用 {rating.letter}，起于 {rating.since}"
    row.state, row.given_by_id, row.given_at = Showing.State.GIVEN, actor.user_id, clock.now()
    row.save(update_fields=["state", "given", "given_by", "given_at"])
    audit.record(actor, "credit.shown", row, community_id=row.community_id, after={"receiver": row.receiver, "letter": rating.letter})


def refuse(request: Request, actor: Actor) -> None:
    Showing.objects.filter(pk=request.subject_id, state=Showing.State.ASKED).update(state=Showing.State.REFUSED)
