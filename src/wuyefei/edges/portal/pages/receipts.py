"""Receipts as a ticket, as a PDF, and as a link that names nobody."""

from __future__ import annotations

import base64
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wuyefei.foundation.platform import audit
from wuyefei.money.channels.public import promised_back
from wuyefei.money.deposits.public import shown_to
from wuyefei.money.invoices.public import offered as invoices_offered
from wuyefei.money.receipts.public import capital_amount, render_receipt, render_seal, snapshot_of
from wuyefei.relations.accounts.public import Place, acting_for, get_payment_by_receipt, get_receipt_of

from ..gate import OwnerRequest, place_page, show
from ..queries.history import receipts as receipts_of


@place_page
@require_GET
def receipts(request: OwnerRequest, place: Place) -> HttpResponse:
    return show(request, "receipts", {"rows": receipts_of(place), "tab": "me"}, place=place)


@place_page
@require_GET
def deposits(request: OwnerRequest, place: Place) -> HttpResponse:
    """What is held of this payer here as a deposit, when it should go back, and what was deducted and why."""
    rows = shown_to([place.person_id], place.property_ids) if place.private else []
    held = sum(one.held_fen for one in rows)
    return show(request, "deposits", {"rows": rows, "held_fen": held, "tab": "me"}, place=place)


@place_page
@require_GET
def receipt(request: OwnerRequest, place: Place, receipt_id: int) -> HttpResponse:
    return ticket(request, place, receipt_id, fresh=False)


def ticket(request: OwnerRequest, place: Place, receipt_id: int, *, fresh: bool) -> HttpResponse:
    """The receipt as a ticket; ``fresh``: it was paid a moment ago, and thanks are due."""
    payment = get_payment_by_receipt(place, receipt_id)
    found = get_receipt_of(place, receipt_id)
    snapshot = snapshot_of(found)
    seal = base64.b64encode(render_seal(snapshot.organisation).encode()).decode()
    context = {
        "receipt": found, "shown": snapshot, "payment": payment, "refunds": promised_back([payment.pk]).get(payment.pk, []), "capital": capital_amount(snapshot.total_fen), "fresh": fresh,
        "principal_fen": sum(line.principal_fen for line in snapshot.lines),
        "late_fee_fen": sum(line.late_fee_fen for line in snapshot.lines), "seal": f"data:image/svg+xml;base64,{seal}",
        "may_invoice": not snapshot.voided and invoices_offered(place.organisation_id),
        "share": request.build_absolute_uri(reverse("receipts:verify", args=[found.token])),
    }  # fmt: skip
    return show(request, "receipt", context, place=place)


@place_page
@require_GET
def pdf(request: OwnerRequest, place: Place, receipt_id: int) -> HttpResponse:
    """The receipt on paper, for the payer and their family; taking it is noted."""
    found = get_receipt_of(place, receipt_id)
    address = request.build_absolute_uri(reverse("receipts:verify", args=[found.token]))
    content = render_receipt(snapshot_of(found, verify_url=address))
    audit.record(acting_for(place), "receipt.download", found)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.number)}.pdf"
    return response
