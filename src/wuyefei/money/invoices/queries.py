"""Scoped reads of invoices, and what of payments can still be invoiced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import Adjustment
from wuyefei.money.payments.public import Allocation, Payment

from .models import Invoice, InvoiceLine, InvoiceSetup, InvoiceTitle
from .rules.lines import PRINCIPAL, LeftOut, Line, Settled, split

FUNDS = (Payment.Kind.CARE, Payment.Kind.SUBSIDY)
"""The kinds of payment whose money is not the owner's own."""
NEEDS_HANDS = (Invoice.State.ASKED, Invoice.State.FAILED, Invoice.State.MISMATCH)


def invoices(actor: Actor) -> QuerySet[Invoice]:
    """The documents of the communities whose payments the actor may see."""
    return Invoice.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def get_invoice(actor: Actor, invoice_id: int) -> Invoice:
    row = (
        invoices(actor)
        .select_related("community", "payer", "property", "original", "asked_by")
        .filter(pk=invoice_id)
        .first()
    )
    if row is None:
        raise NotFound()
    return row


def waiting(actor: Actor) -> int:
    """How many documents wait for whoever may issue."""
    return Invoice.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.INVOICE_ISSUE), state__in=NEEDS_HANDS
    ).count()


def setup_of(organisation_id: int) -> InvoiceSetup | None:
    """The provider an organisation has, enabled or not. For callers that act for the organisation."""
    return InvoiceSetup.objects.filter(organisation_id=organisation_id).first()


def offered(organisation_id: int) -> bool:
    """Whether invoices can be asked for."""
    return InvoiceSetup.objects.filter(organisation_id=organisation_id, enabled=True).exists()


def titles_of(actor: Actor, payer_id: int) -> list[InvoiceTitle]:
    """The titles a payer has used, the latest first."""
    rows = InvoiceTitle.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.INVOICE_REQUEST), payer_id=payer_id
    )
    return list(rows.order_by("-used_at", "-pk")[:10])


def open_allocations(payment_ids: Collection[int], receivable_ids: Collection[int] = ()) -> list[Allocation]:
    """Allocations in force of payments that no live line holds, of the bills named only where any are."""
    rows = Allocation.objects.filter(payment_id__in=payment_ids, reverses__isnull=True, reversed_by__isnull=True)
    if receivable_ids:
        rows = rows.filter(receivable_id__in=receivable_ids)
    held = InvoiceLine.objects.filter(allocation__payment_id__in=payment_ids, live=True, reddens__isnull=True)
    rows = rows.exclude(pk__in=held.values("allocation_id"))
    return list(rows.select_related("receivable__item", "payment").order_by("receivable__due_on", "receivable_id", "pk"))


def invoiceable(rows: Sequence[Allocation]) -> tuple[list[Line], list[LeftOut]]:
    """The lines the allocations (with their payments) would make, and what of them is left out: the owner is invoiced for what they
    paid themselves."""
    ids = {row.receivable_id for row in rows}
    changes: dict[int, tuple[int, int]] = {}
    sums = Adjustment.objects.filter(receivable_id__in=ids).values_list("receivable_id").annotate(Sum("amount_fen"), Sum("tax_fen"))
    for receivable_id, fen, tax in sums:
        changes[receivable_id] = fen, tax
    done: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    live = InvoiceLine.objects.filter(allocation__receivable_id__in=ids, live=True, reddens__isnull=True, part=PRINCIPAL)
    for receivable_id, fen, tax in live.values_list("allocation__receivable_id").annotate(Sum("amount_fen"), Sum("tax_fen")):
        done[receivable_id] = fen, tax
    settled = []
    for row in rows:
        bill = row.receivable
        more_fen, more_tax = changes.get(bill.pk, (0, 0))
        settled.append(
            Settled(row.pk, bill.pk, row.part, row.amount_fen, bill.item.name, bill.item.nature, bill.tax_rate, bill.service_from,
                    bill.service_to, bill.amount_fen + more_fen, bill.tax_fen + more_tax, *done[bill.pk], by_fund=row.payment.kind in FUNDS)
        )  # fmt: skip
    return split(settled)


def live_lines(payment: Payment) -> QuerySet[InvoiceLine]:
    """The live blue lines on a payment's allocations."""
    return InvoiceLine.objects.filter(allocation__payment=payment, live=True, reddens__isnull=True)


def invoices_of_payment(actor: Actor, payment_id: int) -> list[Invoice]:
    """The blue invoices that have or had lines of a payment, latest first."""
    rows = invoices(actor).filter(kind=Invoice.Kind.BLUE, lines__allocation__payment_id=payment_id).distinct()
    return list(rows.order_by("-pk"))
