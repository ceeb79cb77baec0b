"""Invoices of a place: those there are, and what can still be invoiced."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.invoices.public import Invoice, LeftOut, Line, invoiceable, open_allocations
from wuyefei.money.invoices.public import invoices as invoices_for
from wuyefei.money.payments.public import Allocation
from wuyefei.relations.accounts.public import Place, get_bill, get_payment_by_receipt, payments_of, reader

SHOWN = 60


@dataclass(frozen=True)
class Wish:
    """What an invoice is asked of: payments, and of them a bill's share only where one is named."""

    payment_ids: tuple[int, ...]
    receivable_ids: tuple[int, ...] = ()

    def lines(self) -> tuple[list[Line], list[LeftOut]]:
        return invoiceable(open_allocations(self.payment_ids, self.receivable_ids))


def wish_of_receipt(place: Place, receipt_id: int) -> Wish:
    return Wish((get_payment_by_receipt(place, receipt_id).pk,))


def wish_of_bill(place: Place, bill_id: int) -> Wish:
    """The payments of this payer that settle the bill. ``NotFound`` for a tenant, whose they need not be."""
    bill = get_bill(place, bill_id)
    if not place.private:
        raise NotFound()
    ids = Allocation.objects.filter(receivable_id=bill.pk, reverses__isnull=True, reversed_by__isnull=True).values_list("payment_id", flat=True)
    mine: Collection[int] = payments_of(place).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    return Wish(tuple(mine), (bill.pk,))


def invoices_of(place: Place) -> list[Invoice]:
    """The payer's documents at the place, latest first; none for a tenant."""
    if not place.private:
        raise NotFound()
    rows = invoices_for(reader(place)).filter(payer_id=place.person_id, property_id__in=place.property_ids)
    return list(rows.select_related("original").order_by("-pk")[:SHOWN])
