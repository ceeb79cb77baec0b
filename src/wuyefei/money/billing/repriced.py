"""What the price of a bill is by now: as it was billed, or as it was corrected since (product row C2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Sum

from .models import Adjustment, Receivable
from .rules.drafting import thawed_prices
from .rules.proration import Price

Frozen = list[dict[str, Any]]


def frozen_now(row: Receivable) -> Frozen:
    """The frozen prices that the bill's amount with its corrections follows from."""
    return frozen_of([row])[row.pk]


def frozen_of(rows: Iterable[Receivable]) -> dict[int, Frozen]:
    """The same of many, read at once."""
    found: dict[int, Frozen] = {row.pk: row.prices for row in rows}
    corrected = Adjustment.objects.filter(receivable_id__in=list(found), kind=Adjustment.Kind.PRICE).order_by("pk")
    for receivable_id, prices in corrected.values_list("receivable_id", "prices"):
        found[receivable_id] = prices or []
    return found


def prices_now(row: Receivable) -> list[Price]:
    return thawed_prices(frozen_now(row))


def corrected_fen(receivable_ids: Collection[int]) -> dict[int, int]:
    """What corrections of the price changed of each bill; none for a bill that had none."""
    rows = Adjustment.objects.filter(receivable_id__in=receivable_ids, kind=Adjustment.Kind.PRICE)
    return dict(rows.values_list("receivable_id").annotate(Sum("amount_fen")).order_by())
