"""Scoped reads of what was laid out in matters, and of distributions among creditors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.bank.public import BankLine
from wuyefei.money.billing.public import Adjustment, Receivable
from wuyefei.money.payments.public import Payment

from ..models import Cost, Event, Matter
from ..rules.expenses import Move, Sums, sums_of


def costs(actor: Actor) -> QuerySet[Cost]:
    return Cost.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEGAL_VIEW))


def get_cost(actor: Actor, cost_id: int) -> Cost:
    row = costs(actor).select_related("matter", "line").filter(pk=cost_id).first()
    if row is None:
        raise NotFound()
    return row


def charged_fen(receivable_ids: Collection[int]) -> dict[int, int]:
    """What is charged by each bill of an award: its sum with corrections, without what was given up as lost; 0 once reversed."""
    rows = Receivable.objects.filter(pk__in=receivable_ids)
    changed = Sum("adjustments__amount_fen", filter=~Q(adjustments__kind__in=Adjustment.LOSS))
    return {pk: int(fen) for pk, fen in rows.values_list("pk", F("amount_fen") + Coalesce(changed, 0))}


def sums_by_matter(rows: QuerySet[Cost]) -> dict[int, Sums]:
    """The sums of each matter among the rows. What was taken back counts as nothing; an award counts as its bill stands."""
    found: dict[int, list[tuple[Move, int]]] = defaultdict(list)
    known = list(rows.order_by("pk").values_list("matter_id", "move", "amount_fen", "receivable_id", "reverses_id"))
    charged = charged_fen([bill for _, _, _, bill, _ in known if bill])
    for matter_id, move, fen, bill, reverses in known:
        found[matter_id].append((Move(move), charged[bill] if bill else -fen if reverses else fen))
    return {pk: sums_of(moves) for pk, moves in found.items()}


def sums_of_matter(matter: Matter) -> Sums:
    return sums_by_matter(Cost.objects.filter(matter=matter)).get(matter.pk, Sums())


def awards_of(matter_ids: Collection[int]) -> dict[int, list[int]]:
    """The bills by which payers were charged with costs, by matter."""
    found: dict[int, list[int]] = defaultdict(list)
    for matter_id, bill in Cost.objects.filter(matter_id__in=matter_ids, receivable__isnull=False).values_list("matter_id", "receivable_id"):
        if bill:
            found[matter_id].append(bill)
    return dict(found)


def with_costs(actor: Actor, community_id: int | None = None, *, waiting: bool = False) -> QuerySet[Matter]:
    """Matters in which something was laid out; ``waiting``: those in which some of it still waits for a decision."""
    rows = Matter.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEGAL_VIEW))
    rows = rows.filter(Exists(Cost.objects.filter(matter_id=OuterRef("pk"))))
    if community_id:
        rows = rows.filter(community_id=community_id)
    if waiting:
        held = sums_by_matter(Cost.objects.filter(matter__in=rows))
        rows = rows.filter(pk__in=[pk for pk, sums in held.items() if sums.waiting_fen])
    return rows.select_related("person", "property", "community")


def waiting_lines(actor: Actor, community_id: int) -> QuerySet[BankLine]:
    """Bank lines of a place that wait for somebody to say whose money they are."""
    rows = BankLine.objects.filter(organisation_id=actor.organisation_id, community_id=community_id, state=BankLine.State.WAITING)
    return rows.order_by("-value_date", "-pk")


@dataclass(frozen=True)
class Received:
    """A payment that came from a distribution."""

    event: Event
    payment: Payment | None
    fen: int


def received(matter: Matter) -> list[Received]:
    """What the distributions have brought by the books: a payment voided since counts as nothing."""
    events = list(Event.objects.filter(matter=matter, kind="dividend").order_by("number"))
    payments = {row.pk: row for row in Payment.objects.filter(pk__in=[event.facts["payment"] for event in events], voided_at__isnull=True)}
    return [
        Received(event, found := payments.get(event.facts["payment"]), found.amount_fen if found else 0) for event in events
    ]


def linkable(matter: Matter) -> QuerySet[Payment]:
    """Payments of the payer since the claim was declared that no distribution of any matter has been named for."""
    declared = Event.objects.filter(matter=matter, kind="declare").order_by("number").first()
    if declared is None:
        return Payment.objects.none()
    taken = [event["payment"] for event in Event.objects.filter(matter__person_id=matter.person_id, kind="dividend").values_list("facts", flat=True)]
    rows = Payment.objects.filter(payer_id=matter.person_id, community_id=matter.community_id, voided_at__isnull=True, kind__in=Payment.TAKEN)
    return rows.filter(value_date__gte=declared.on).exclude(pk__in=taken).order_by("-value_date", "-pk")
