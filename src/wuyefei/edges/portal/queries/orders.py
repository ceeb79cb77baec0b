"""Orders of a place, by the key the page began them under."""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.channels.public import ChannelException, Order
from wuyefei.relations.accounts.public import Place


def order_of(place: Place, key: str) -> Order:
    """The order of this payer at this property begun under ``key``; ``NotFound`` for any other."""
    row = (
        Order.objects.select_related("community", "organisation", "property", "setup", "payment__receipt")
        .filter(organisation_id=place.organisation_id, payer_id=place.person_id, property_id=place.property_id, client_key=key)
        .first()
    )
    if row is None:
        raise NotFound()
    return row


def bill_ids_of(order: Order) -> list[int]:
    return list(order.bills.order_by("position").values_list("receivable_id", flat=True))


def in_question(place: Place) -> list[ChannelException]:
    """Money of this payer at this property that came in and could not be booked yet: paying again would pay it twice."""
    if not place.private:
        return []
    rows = ChannelException.objects.filter(
        organisation_id=place.organisation_id, order__payer_id=place.person_id, order__property_id=place.property_id,
        closed_at__isnull=True, suspense_fen__gt=0,
    )  # fmt: skip
    return list(rows.select_related("order").order_by("pk"))


def settled_question(order: Order) -> ChannelException | None:
    """The last question about an order's money, where all are settled; None while one is open."""
    rows = list(ChannelException.objects.filter(order=order).order_by("pk"))
    return rows[-1] if rows and all(row.closed_at for row in rows) else None
