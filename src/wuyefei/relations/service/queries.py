"""Reads of tickets: of the communities whose service the actor handles, and of an owner's own place."""

from __future__ import annotations

from django.db.models import QuerySet

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
    least, most = limits_of(place.organisation_id).months(hardship=False)
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
