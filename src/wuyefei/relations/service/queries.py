"""Reads of tickets: of the communities whose service the actor handles, and of an owner's own place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.concessions.public import limits_of
from wuyefei.relations.accounts.public import Owner, Place

from .models import Ticket


def tickets(actor: Actor) -> QuerySet[Ticket]:
    """The tickets of the communities whose service the actor handles, the earliest due first."""
    return (
        Ticket.objects.filter(
            organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.SERVICE_HANDLE)
        )
        .select_related("community", "property", "person", "receivable__item", "answered_by", "closed_by")
        .order_by("due_at", "pk")
    )


def get_ticket(actor: Actor, ticket_id: int) -> Ticket:
    row = tickets(actor).filter(pk=ticket_id).first()
    if row is None:
        raise NotFound()
    return row


def instalment_months(place: Place) -> range:
    """In how many monthly parts the owners of a place may ask to pay."""
    return months_offered(place.organisation_id)


def months_offered(organisation_id: int) -> range:
    """The same for whoever asks on an owner's behalf."""
    least, most = limits_of(organisation_id).months(hardship=False)
    return range(least, most + 1)


def unanswered(actor: Actor) -> int:
    """How many wait for an answer."""
    return tickets(actor).filter(state=Ticket.State.OPEN).count()


def tickets_of(owner: Owner, place: Place) -> QuerySet[Ticket]:
    """What was asked from a place: by anybody of the payer's household, or by a guest themself."""
    rows = Ticket.objects.filter(property_id__in=place.property_ids, person_id=place.person_id).select_related("receivable__item")
    return rows.order_by("-pk") if place.private else rows.filter(account_id=owner.account_id).order_by("-pk")


def get_ticket_of(owner: Owner, place: Place, token: str) -> Ticket:
    row = tickets_of(owner, place).filter(token=token).first()
    if row is None:
        raise NotFound()
    return row


@dataclass(frozen=True)
class Record:
    """How many work orders came in since a moment, were answered, in time, and closed."""

    opened: int
    answered: int
    in_time: int
    closed: int


def tickets_for(person_id: int, property_ids: Collection[int]) -> QuerySet[Ticket]:
    """What a payer asked for at these homes, the earliest first. For callers that have checked the person's place."""
    return Ticket.objects.filter(person_id=person_id, property_id__in=property_ids).order_by("made_at", "pk")


def record_of(actor: Actor, community_id: int, since: dt.datetime, before: dt.datetime | None = None) -> Record:
    """What service was asked for and given in a community since a moment (and before another), as numbers that name nobody."""
    actor.require(Permission.CONTACT_VIEW, community_id)
    rows = Ticket.objects.filter(community_id=community_id, made_at__gte=since)
    if before is not None:
        rows = rows.filter(made_at__lt=before)
    answered = Q(answered_at__isnull=False)
    found = rows.aggregate(
        opened=Count("pk"), answered=Count("pk", filter=answered), in_time=Count("pk", filter=answered & Q(answered_at__lte=F("due_at"))),
        closed=Count("pk", filter=Q(closed_at__isnull=False)),
    )  # fmt: skip
    return Record(**found)
