"""What people want of a channel, and the recorded facts that change what is lawful."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from wuyefei.estate.people.public import Person, people
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..models import Contact, Ground, Wish
from ..queries import grounds
from ..rules.steps import BESIDE, PRESSING, Channel, Recipient

FIXED = frozenset({Channel.LETTER, Channel.DESK})
"""Channels that cannot be refused: the written demand of the law goes by letter."""
PERSONAL = frozenset({"named", "deceased", "bankrupt"})
"""Grounds that only hold for one person."""


@transaction.atomic
def set_wish(person_id: int, channel: str, kind: str, how: str, *, actor: Actor) -> Wish:
    """Keep what a person wants of a channel; ``how`` says where it was said or signed."""
    person = _person(person_id, actor)
    if channel not in {one.value for one in Channel} or kind not in (Wish.Kind.AGREED, Wish.Kind.REFUSED, Wish.Kind.USUAL):
        raise Invalid(field="意愿", reason="请选一项")
    if Channel(channel) in FIXED and kind == Wish.Kind.REFUSED:
        raise Invalid(field="意愿", reason="信函是法定的书面催告方式，不能拒绝")
    return note_wish(person, channel, kind, how=limited(how, "依据", 120, required=True), actor=actor)


def note_wish(person: Person, channel: str, kind: str, *, how: str, actor: Actor) -> Wish:
    """Keep a wish in the running transaction. A wrong number is bound to the number it is about."""
    wish = Wish.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, channel=channel, kind=kind,
        mark=person.mobile_mark if kind == Wish.Kind.WRONG else "", how=how, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "contact.wish", wish, after={"channel": channel, "kind": kind, "how": how})
    return wish


@transaction.atomic
def add_ground(community_id: int, kind: str, proof: str, *, person_id: int | None = None, actor: Actor) -> Ground:
    """Put a lawful ground on record, for a person or for everybody in a community; ``proof`` names the paper."""
    place = get_community(actor, community_id, Permission.CONTACT_MANAGE)
    if kind not in Ground.Kind.values:
        raise Invalid(field="依据", reason="请选一项")
    if person_id is None and kind in PERSONAL:
        raise Invalid(field="依据", reason="这一项只能登记在个人名下")
    if person_id is not None and _person(person_id, actor).community_id != place.pk:
        raise NotFound()
    try:
        with transaction.atomic():
            row = Ground.objects.create(
                organisation_id=place.organisation_id, community=place, person_id=person_id, kind=kind,
                proof=limited(proof, "凭证", 200, required=True), made_by_id=actor.user_id, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError("ground_known", "这一项已经登记过了。") from error
    audit.record(actor, "contact.ground", row, after={"kind": kind, "proof": row.proof})
    return row


@transaction.atomic
def end_ground(ground_id: int, reason: str, *, actor: Actor) -> Ground:
    """The ground holds no longer; it stays on record."""
    row = grounds(actor).select_for_update().filter(pk=ground_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.CONTACT_MANAGE, row.community_id)
    if row.ended_at is not None:
        raise DomainError("ground_ended", "这一项已经失效。")
    if row.source_ref:
        raise DomainError("ground_of_record", "这一项由案件登记，在案件里登记「破产程序终结」以后失效。没有改动。")
    return _end(row, limited(reason, "原因", 200, required=True), actor)


def _end(row: Ground, reason: str, actor: Actor) -> Ground:
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    audit.record(actor, "contact.end_ground", row, reason=reason)
    return row


def prove_ground(person: Person, kind: str, proof: str, source_ref: str, *, actor: Actor) -> Ground:
    """A record elsewhere proves a ground of one person, in the running transaction; one that stands already is left as it is. For
    callers that have checked the person's place."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    known = Ground.objects.filter(person=person, kind=kind, ended_at__isnull=True).first()
    if known is not None:
        return known
    row = Ground.objects.create(
        organisation_id=person.organisation_id, community_id=person.community_id, person=person, kind=kind, proof=proof[:200],
        source_ref=source_ref, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "contact.ground", row, after={"kind": kind, "proof": row.proof})
    return row


def disprove_ground(person_id: int, kind: str, reason: str, *, actor: Actor) -> Ground | None:
    """The record says that the ground holds no longer, whoever wrote it down; None where none stands. In the running transaction, for
    callers that have checked the person's place."""
    row = Ground.objects.select_for_update().filter(person_id=person_id, kind=kind, ended_at__isnull=True).first()
    return None if row is None else _end(row, reason[:200], actor)


def drop_pressing(person_id: int, reason: str, *, actor: Actor) -> int:
    """Take back every plan that asks this person for payment; returns how many. For callers that have checked the person's place."""
    rows = Contact.objects.select_for_update().filter(person_id=person_id, state=Contact.State.PLANNED)
    asking = list(rows.filter(purpose__in=[one.value for one in PRESSING], recipient__in=[one.value for one in Recipient if one not in BESIDE]).order_by("pk"))
    Contact.objects.filter(pk__in=[row.pk for row in asking]).update(
        state=Contact.State.CANCELLED, closed_by_id=actor.user_id, closed_at=clock.now()
    )
    audit.record_each(actor, "contact.cancel", asking, reason=reason[:200])
    return len(asking)


def forget_words(person_id: int) -> None:
    """On erasure: the notes about a person go, that and when they were contacted stays."""
    Contact.objects.filter(person_id=person_id).exclude(note="").update(note="")


def _person(person_id: int, actor: Actor) -> Person:
    person = people(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    actor.require(Permission.CONTACT_RECORD, person.community_id)
    return person
