"""A bill beside its like: homes of the same layout, and only in numbers that hide each of them."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Avg, Count

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.money import round_half_up, yuan_text
from wuyefei.money.billing.public import Receivable, receivables

from .finding import only
from .queries import Place, reader
from .rules import LEAST_HOMES


def same_layout_average(place: Place, bill: Receivable) -> int | None:
    """The average beside a bill of the place; see ``average_beside``."""
    return average_beside(reader(place), bill)


def average_words(bill: Receivable) -> str:
    """The same in a sentence for a smart bill; blank where there are too few homes."""
    found = average_beside(only("", bill.organisation_id, bill.community_id), bill)
    return "" if found is None else f"同户型平均 {yuan_text(found)} 元。"


def average_beside(actor: Actor, bill: Receivable) -> int | None:
    """The mean fee in fen of other homes of the same layout (or, where none is recorded, the same area) for the same
    item and days; None below ``LEAST_HOMES`` of them."""
    home = bill.property
    if bill.tariff_id is None:
        return None
    like = receivables(actor).filter(
        community_id=bill.community_id, item_id=bill.item_id, tariff_id=bill.tariff_id, service_from=bill.service_from,
        service_to=bill.service_to, reversed_at__isnull=True, property__kind=home.kind,
    ).exclude(property_id=home.pk)  # fmt: skip
    if home.layout:
        like = like.filter(property__layout=home.layout)
    elif home.area_m2 is not None:
        like = like.filter(property__area_m2=home.area_m2)
    else:
        return None
    found = like.aggregate(homes=Count("property_id", distinct=True), mean=Avg("amount_fen"))
    if found["homes"] < LEAST_HOMES:
        return None
    return round_half_up(Decimal(str(found["mean"])))
