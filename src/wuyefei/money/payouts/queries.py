"""Scoped reads of payment files: a file is seen by those who may see the payments of every place in it."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet, Sum

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.public import Refund, refunds

from .models import Payout, PayoutFile

NEEDED = (Permission.CHANNEL_WORK, Permission.EXPORT, Permission.PERSON_REVEAL)
"""What it takes to hand account numbers to a bank."""
State = Payout.State


def places_of(actor: Actor) -> frozenset[int]:
    """The communities whose refunds the actor may put into a file."""
    return frozenset.intersection(*(frozenset(actor.communities(one)) for one in NEEDED))


def to_pay(actor: Actor) -> QuerySet[Refund]:
    """The approved refunds by transfer that wait for a file, in the actor's places."""
    return refunds(actor).filter(state=Refund.State.APPROVED, method=Refund.Method.TRANSFER, community_id__in=places_of(actor))


def account_of(person: Person) -> str:
    """The mark of the account a refund would go to; empty where none is known."""
    return "" if person.erased_at else person.bank_mark


def account_by(refund: Refund, person: Person) -> int | None:
    """Who has changed the payee's account since the refund was asked for: whoever did may not put it into a file (row D8)."""
    changed = person.bank_changed_at
    return person.bank_changed_by_id if changed is not None and changed >= refund.requested_at else None


def files(actor: Actor) -> QuerySet[PayoutFile]:
    """The files whose every payout is of a place the actor may see, with what came of them: ``done``, ``failed``, ``waiting`` counts
    and ``done_fen``."""
    hidden = Payout.objects.filter(organisation_id=actor.organisation_id).exclude(community_id__in=actor.communities(Permission.PAYMENT_VIEW))
    counts = {state: Count("payouts", filter=Q(payouts__state=state)) for state in (State.DONE, State.FAILED, State.WAITING)}
    return (
        PayoutFile.objects.filter(organisation_id=actor.organisation_id)
        .exclude(pk__in=hidden.values("file_id"))
        .annotate(**{state.value: count for state, count in counts.items()}, done_fen=Sum("payouts__amount_fen", filter=Q(payouts__state=State.DONE), default=0))
        .select_related("made_by", "undone_by")
    )


def get_file(actor: Actor, file_id: int) -> PayoutFile:
    found = files(actor).filter(pk=file_id).first()
    if found is None:
        raise NotFound()
    return found


def may_work(actor: Actor, file: PayoutFile) -> bool:
    """Whether the actor works refunds in every place of the file."""
    return not file.payouts.exclude(community_id__in=actor.communities(Permission.CHANNEL_WORK)).exists()


def require_in(actor: Actor, file: PayoutFile, *permissions: Permission) -> None:
    """Raises ``Forbidden`` where the actor lacks one of the rights in a place of the file."""
    for place in sorted(set(file.payouts.values_list("community_id", flat=True))):
        for permission in permissions:
            actor.require(permission, place)


def payouts_of(file: PayoutFile) -> QuerySet[Payout]:
    """The payouts of a file whose place the caller has checked, in its order."""
    related = ("payee", "community", "noted_by", "refund__payment__property", "refund__order__property")
    return file.payouts.select_related(*related).order_by("place")


def payouts_for(actor: Actor, refund: Refund) -> QuerySet[Payout]:
    """The payouts of a refund, the latest first."""
    rows = Payout.objects.filter(refund=refund, organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW))
    return rows.select_related("file", "answer", "noted_by").order_by("-pk")


def to_work(actor: Actor) -> int:
    """How many payouts the bank has not answered in time, where the actor works them."""
    rows = Payout.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CHANNEL_WORK))
    return rows.filter(state=State.WAITING, file__due_at__lt=clock.now()).count()
