"""Giving cases to people, many at once, and taking it back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.queries import holders_in
from wuyefei.foundation.access.rules import ROLE_PERMISSIONS, Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.inserting import insert_many

from ..models import Case, Handed, Handover
from .reckoning import hold


def workers(actor: Actor, community_id: int) -> list[User]:
    """Who may be given cases of a community."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.FOLLOW_WORK in held]
    return holders_in(actor, community_id, roles)


def handovers(actor: Actor) -> QuerySet[Handover]:
    """The handovers of the places whose cases the actor gives out."""
    return Handover.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_MANAGE))


def assign(case_ids: Collection[int], user_id: int | None, *, actor: Actor) -> int:
    """``hand_over``; returns how many changed hands."""
    return sum(one.cases.count() for one in hand_over(case_ids, user_id, actor=actor))


@transaction.atomic
def hand_over(case_ids: Collection[int], user_id: int | None, *, actor: Actor) -> list[Handover]:
    """Give cases to somebody who works cases there, or (None) to nobody: one handover a place, of those that change hands.

    Raises ``NotFound`` for a case of elsewhere, ``Forbidden``, and ``Invalid`` for somebody who works no cases there.
    """
    found = Case.objects.filter(organisation_id=actor.organisation_id, pk__in=case_ids, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    places = sorted(set(found.order_by().values_list("community_id", flat=True)))
    for place in places:
        get_community(actor, place, Permission.FOLLOW_MANAGE)
        if user_id is not None and user_id not in {user.pk for user in workers(actor, place)}:
            raise Invalid(field="责任人", reason="不在这个小区办理催缴")
        hold(place)
    rows = list(found.select_for_update().order_by("pk"))
    if len(rows) != len(set(case_ids)):
        raise NotFound()
    made = []
    for place in places:
        changed = [row for row in rows if row.community_id == place and row.owner_id != user_id]
        if changed:
            made.append(_give(changed, user_id, actor))
    return made


def _give(rows: list[Case], user_id: int | None, actor: Actor) -> Handover:
    """Put down whose the cases were, and give them; the caller holds them locked."""
    handover = Handover.objects.create(
        organisation_id=actor.organisation_id, community_id=rows[0].community_id, owner_id=user_id, made_by_id=actor.user_id, made_at=clock.now()
    )
    insert_many([Handed(handover=handover, case=row, was_id=row.owner_id) for row in rows])
    Case.objects.filter(pk__in=[row.pk for row in rows]).update(owner_id=user_id)
    facts = {"owner": user_id, "cases": len(rows)}
    audit.record(actor, "followup.assign", handover, community_id=handover.community_id, after=facts)
    return handover


@transaction.atomic
def take_back(handover_id: int, *, actor: Actor) -> int:
    """Every case of a handover that still lies where it was put goes back to whose it was; returns how many.

    Raises ``NotFound``, and ``DomainError`` for one taken back already.
    """
    row = handovers(actor).filter(pk=handover_id).first()
    if row is None:
        raise NotFound()
    hold(row.community_id)
    row = Handover.objects.select_for_update().get(pk=row.pk)
    if row.undone_at is not None:
        raise DomainError("handover_undone", "这次分派已经退回过了。")
    was = dict(Handed.objects.filter(handover=row).values_list("case_id", "was_id"))
    cases = list(Case.objects.select_for_update().filter(pk__in=was, owner_id=row.owner_id).order_by("pk"))
    for one in cases:
        one.owner_id = was[one.pk]
    Case.objects.bulk_update(cases, ["owner"], batch_size=1000)
    row.undone_at = clock.now()
    row.save(update_fields=["undone_at"])
    audit.record(actor, "followup.unassign", row, community_id=row.community_id, after={"cases": len(cases)})
    return len(cases)
