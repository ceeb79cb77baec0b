"""Orders of a place, by the key the page began them under."""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.channels.public import Order
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
