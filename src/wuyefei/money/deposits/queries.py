"""Scoped reads of deposits and the facts their money follows from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock, prepared
from wuyefei.money.payments.public import Allocation

from .models import Deduction, Deposit, Move, Return
from .rules import Source, Stage, overdue, stage


def _sum(rows: QuerySet[Allocation] | QuerySet[Move], key: str) -> Coalesce:
    found = rows.order_by().values(key).annotate(total=Sum("amount_fen")).values("total")
    return Coalesce(Subquery(found, output_field=BigIntegerField()), 0)


def with_money(rows: QuerySet[Deposit]) -> QuerySet[Deposit]:
    """Annotates ``paid_fen``, ``moved_fen`` (0 or negative) and ``held_fen``."""
    paid = _sum(Allocation.objects.filter(receivable_id=OuterRef("bill_id"), part=Allocation.Part.PRINCIPAL), "receivable_id")
    moved = _sum(Move.objects.filter(deposit_id=OuterRef("pk")), "deposit_id")
    return rows.annotate(paid_fen=paid, moved_fen=moved).annotate(held_fen=F("paid_fen") + F("moved_fen"))  # type: ignore[no-redef]


def deposits(actor: Actor) -> QuerySet[Deposit]:
    """The deposits of the communities whose payments the actor may see, with their money."""
    rows = Deposit.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW))
    return with_money(rows).select_related("community", "property", "holder", "bill__item", "bill__payer", "bill__contract")


def get_deposit(actor: Actor, deposit_id: int) -> Deposit:
    row = deposits(actor).filter(pk=deposit_id).first()
    if row is None:
        raise NotFound()
    return row


def get_photo(actor: Actor, deduction_id: int) -> Deduction:
    """A deduction that has a photograph, of a deposit the actor may see."""
    row = Deduction.objects.filter(pk=deduction_id, photo__isnull=False, given_back__deposit__in=deposits(actor).values("pk")).first()
    if row is None:
        raise NotFound()
    return row


def late(rows: QuerySet[Deposit], today: dt.date) -> QuerySet[Deposit]:
    """Those that should have gone back before today and are still held."""
    return rows.filter(Q(expected_on__lt=today, held_fen__gt=0))


def overdue_count(actor: Actor) -> int:
    return late(deposits(actor), clock.today()).count()


STAGES: dict[str, Q] = {
    Stage.UNPAID: Q(paid_fen=0, bill__reversed_at__isnull=True, bill__outstanding_fen__gt=0),
    Stage.HELD: Q(paid_fen__gt=0, moved_fen=0),
    Stage.PART: Q(held_fen__gt=0, moved_fen__lt=0),
    Stage.CLOSED: Q(held_fen=0, moved_fen__lt=0),
    Stage.VOID: Q(paid_fen=0, bill__outstanding_fen=0),
}
"""Each stage as a condition on a row of ``with_money``; the same as ``rules.stage``."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One deposit as pages show it."""

    row: Deposit
    stage: Stage
    paid_fen: int
    held_fen: int
    overdue: bool


def standing(row: Deposit, today: dt.date) -> Standing:
    paid, moved = int(row.paid_fen), int(row.moved_fen)
    found = stage(row.bill.outstanding_fen + paid, paid, moved, row.bill.reversed_at is not None)
    return Standing(row, found, paid, paid + moved, overdue(row.expected_on, paid + moved, today))


def held_of(person_id: int, property_ids: Iterable[int]) -> list[Deposit]:
    """The deposits with money that are owed back to a person at these properties. For callers that have checked the place."""
    rows = Deposit.objects.filter(holder_id=person_id, property_id__in=list(property_ids))
    return list(with_money(rows).filter(Q(held_fen__gt=0)).select_related("property", "bill__item").order_by("property_id", "pk"))


def shown_to(person_ids: Collection[int], property_ids: Collection[int]) -> list[Standing]:
    """What an owner sees of the deposits that are his, or that he is asked for, the latest first; not what was reversed."""
    asked = prepared.read(Deposit, "WHERE holder_id = ANY(%s) AND property_id = ANY(%s)", [list(person_ids), list(property_ids)])
    if not asked:  # most have none, and every owner's first screen asks
        return []
    rows = Deposit.objects.filter(pk__in=[row.pk for row in asked], bill__reversed_at__isnull=True)
    found = with_money(rows).select_related("property", "bill__item").prefetch_related("returns__deductions").order_by("-pk")
    return [standing(row, clock.today()) for row in found]


def owners_of(bill_ids: Collection[int]) -> dict[int, int | None]:
    """Whose each deposit is by its bill; None where it was given back. For callers that have checked the place."""
    rows = with_money(Deposit.objects.filter(bill_id__in=list(bill_ids)))
    return {row.bill_id: None if not row.held_fen and row.moved_fen else row.holder_id for row in rows}


def sources_of(row: Deposit) -> list[Source]:
    """The payments that settled the bill, oldest first, and what went back to each."""
    live = Allocation.objects.filter(
        receivable_id=row.bill_id, part=Allocation.Part.PRINCIPAL, reverses__isnull=True, reversed_by__isnull=True
    )
    gone = dict(
        Move.objects.filter(deposit=row, payment__isnull=False).values("payment_id").annotate(s=Sum("amount_fen")).values_list("payment_id", "s")
    )
    found = live.order_by("payment_id").values_list("payment_id", "amount_fen")
    return [Source(payment_id, fen, -gone.get(payment_id, 0)) for payment_id, fen in found]


def asked_of(row: Deposit) -> Return | None:
    return row.returns.filter(state=Return.State.ASKED).first()
