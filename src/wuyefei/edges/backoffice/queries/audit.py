"""Scoped reads of the audit trail and of the log of personal-data reads."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform.models import AuditEntry, PersonalDataRead


def entries(actor: Actor) -> QuerySet[AuditEntry]:
    """The changes in the communities whose trail the actor may see; what belongs to no community (users, regions)
    only for those who may see it everywhere."""
    mine = Q(community_id__in=actor.communities(Permission.AUDIT_VIEW))
    if Permission.AUDIT_VIEW in actor.wide:
        mine |= Q(community_id__isnull=True)
    return AuditEntry.objects.filter(mine, organisation_id=actor.organisation_id)


def reads(actor: Actor) -> QuerySet[PersonalDataRead]:
    """Who has seen which personal datum unmasked, of the people of the communities whose trail the actor may see."""
    found = PersonalDataRead.objects.filter(organisation_id=actor.organisation_id)
    if Permission.AUDIT_VIEW in actor.wide:
        return found
    persons = Person.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.AUDIT_VIEW)
    )
    return found.filter(subject_type="person", subject_id__in=persons.values("pk"))


def reads_of(person: Person) -> QuerySet[PersonalDataRead]:
    """Who has seen the numbers of a person, the latest first. For callers that have checked the person's place."""
    rows = PersonalDataRead.objects.filter(organisation_id=person.organisation_id, subject_type="person", subject_id=person.pk)
    return rows.order_by("-id")


def makers(organisation_id: int, subject_type: str, ids: Iterable[int]) -> dict[int, str]:
    """Who made each of these rows, as the trail tells. For callers that have checked the rows' place."""
    rows = AuditEntry.objects.filter(organisation_id=organisation_id, subject_type=subject_type, subject_id__in=list(ids))
    return {row_id: name for row_id, name in rows.values_list("subject_id", "actor_name") if row_id is not None}


def persons_named(actor: Actor, ids: Iterable[int]) -> dict[int, Person]:
    """The persons of a page of reads by id. Their names reach only those who may also see the estate."""
    rows = Person.objects.filter(organisation_id=actor.organisation_id, pk__in=set(ids))
    return {person.pk: person for person in rows.only("pk", "name", "community_id", "erased_at")}
