"""Scoped reads of first calls."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Contact

from ..models import FirstCall

ORDER = ["-on", "-id"]
GONE = Q(dropped_on__isnull=False) | Q(contact__state=Contact.State.CANCELLED)
STATES: dict[str, Q] = {
    "planned": Q(contact__state=Contact.State.PLANNED, dropped_on__isnull=True),
    "draft": Q(contact__isnull=True, code="", dropped_on__isnull=True),
    "refused": Q(contact__isnull=True, dropped_on__isnull=True) & ~Q(code=""),
    "done": Q(contact__state=Contact.State.DONE),
    "dropped": GONE,
}


def first_calls(actor: Actor) -> QuerySet[FirstCall]:
    """The first calls of the communities whose follow-up the actor may see; one that is not made yet only while something is
    asked for at this very moment."""
    rows = FirstCall.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    unpaid = Receivable.objects.filter(
        payer_id=OuterRef("person_id"), community_id=OuterRef("community_id"), due_on=OuterRef("due_on"), outstanding_fen__gt=0, reversed_at__isnull=True
    )
    return rows.filter(Q(contact__state=Contact.State.DONE) | GONE | Exists(unpaid))


def waiting() -> QuerySet[FirstCall]:
    """Those that may be planned today: not dropped, not refused, their due day not over. For callers that check the place."""
    return FirstCall.objects.filter(dropped_on__isnull=True, code="", due_on__gte=clock.today())


def by_state(rows: QuerySet[FirstCall]) -> dict[str, int]:
    """How many of a list in each state."""
    return rows.order_by().aggregate(**{code: Count("pk", filter=q) for code, q in STATES.items()})
