"""What an invoice holds: its allocations may not be undone, and its payer's titles are forgotten with the payer."""

from __future__ import annotations

from collections.abc import Sequence

from wuyefei.foundation.platform import vault
from wuyefei.money.payments.public import Allocation

from ..models import InvoiceLine, InvoiceTitle
from ..rules.requests import InvoicedFirst


def refuse_invoiced(rows: Sequence[Allocation]) -> None:
    """Called under the payment's lock before allocations are undone. Raises ``InvoicedFirst`` naming the invoices."""
    live = InvoiceLine.objects.filter(allocation__in=[row.pk for row in rows], live=True, reddens__isnull=True)
    found = sorted({line.invoice.invoice_number or line.invoice.number for line in live.select_related("invoice")})
    if found:
        raise InvoicedFirst(numbers="、".join(found[:3]))


def forget_titles(person_id: int) -> None:
    """On erasure: the titles go, and no identity number on an invoice can be read again; what was issued stays whole."""
    for title in InvoiceTitle.objects.filter(payer_id=person_id):
        title.delete()
        if title.key_id is not None:
            vault.destroy(title.key_id)
