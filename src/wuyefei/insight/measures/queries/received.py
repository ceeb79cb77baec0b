"""Money that came in, by channel: payments of a period, without offsets, opening balances and what was voided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.money.payments.public import Payment, Tender, payments

from ..rules import end_of, ratio
from .basis import Part, Scope

INTERNAL_KINDS = (Payment.Kind.OFFSET, Payment.Kind.OPENING, Payment.Kind.CARE, Payment.Kind.SUBSIDY)
INTERNAL = (Tender.Method.PREPAID, Tender.Method.OPENING, Tender.Method.CARE, Tender.Method.SUBSIDY)
"""Methods that bring no money in: it was there before."""
OFFLINE = frozenset({Tender.Method.CASH, Tender.Method.CARD, Tender.Method.TRANSFER, *INTERNAL})
"""Every other method is online: the payer pays without anybody's hand."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Money by one method of payment. ``label`` is the method's name in the language of the page."""

    method: str
    label: str
    fen: int
    payments: int

    @property
    def online(self) -> bool:
        return self.method not in OFFLINE


def taken(scope: Scope) -> QuerySet[Payment]:
    """The payments whose money came in within the period, as known at the end of the as-of day."""
    after = end_of(scope.as_of)
    rows = Payment.objects.filter(
        Q(voided_at__isnull=True) | Q(voided_at__gte=after), organisation_id=scope.actor.organisation_id,
        community_id__in=scope.community_ids, booked_at__lt=after, value_date__range=(scope.period.first, scope.period.cut(scope.as_of)),
    ).exclude(kind__in=INTERNAL_KINDS)  # fmt: skip
    paid = Tender.objects.filter(payment_id=OuterRef("pk")).exclude(method__in=INTERNAL)
    return rows.filter(_of_part(scope.part)).filter(Exists(paid)).order_by()


def seen_by(actor: Actor, scope: Scope) -> QuerySet[Payment]:
    """Those of them that the actor may open one by one."""
    return payments(actor).filter(pk__in=taken(scope).values("pk"))


def _of_part(part: Part) -> Q:
    """Payments of the part's properties; a charge item does not narrow them, for money has none until it is allocated."""
    found = Q()
    if part.building_id is not None:
        found &= Q(property__building_id=part.building_id or None)
    if part.kind:
        found &= Q(property__kind=part.kind)
    if part.housekeeper_id is not None:
        found &= Q(property__building__housekeeper_id=part.housekeeper_id or None)
    return found


def tenders_of(rows: QuerySet[Payment]) -> QuerySet[Tender]:
    """The money of payments by method, prepayments spent left out."""
    return Tender.objects.filter(Exists(rows.filter(pk=OuterRef("payment_id")))).exclude(method__in=INTERNAL)


def channels(scope: Scope) -> list[Channel]:
    """The money of a period by method, the largest first."""
    names = dict(Tender.Method.choices)
    rows = (
        tenders_of(taken(scope))
        .order_by()
        .values("method")
        .annotate(fen=Sum("amount_fen"), count=Count("payment_id"))
    )
    found = [Channel(row["method"], str(names.get(row["method"], row["method"])), row["fen"], row["count"]) for row in rows]
    return sorted(found, key=lambda channel: (-channel.fen, channel.method))


def online_share(found: list[Channel]) -> Decimal | None:
    """The part that came in online, by amount; None where nothing came in."""
    return ratio(sum(channel.fen for channel in found if channel.online), sum(channel.fen for channel in found))
