"""Asking for an invoice of what was paid, and seeing what became of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation.access.actor import PORTAL, Actor, service_actor
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.money.invoices.public import (
    FIELDS,
    InvoiceRequest,
    InvoiceTitle,
    ask_invoice,
    setup_of,
    start_of,
    title_of,
    titles_of,
)
from wuyefei.relations.accounts.public import Place

from ..forms import InvoiceForm
from ..gate import OwnerRequest, place_page, show
from ..queries.invoices import Wish, invoices_of, wish_of_bill, wish_of_receipt


@place_page
@require_GET
def invoices(request: OwnerRequest, place: Place) -> HttpResponse:
    return show(request, "invoices", {"rows": invoices_of(place), "fresh": "asked" in request.GET, "tab": "me"}, place=place)


@place_page
@require_http_methods(["GET", "POST"])
def of_receipt(request: OwnerRequest, place: Place, receipt_id: int) -> HttpResponse:
    return _ask(request, place, wish_of_receipt(place, receipt_id), reverse("portal:receipt", args=[place.token, receipt_id]))


@place_page
@require_http_methods(["GET", "POST"])
def of_bill(request: OwnerRequest, place: Place, bill_id: int) -> HttpResponse:
    return _ask(request, place, wish_of_bill(place, bill_id), reverse("portal:bill", args=[place.token, bill_id]))


def _ask(request: OwnerRequest, place: Place, wish: Wish, back: str) -> HttpResponse:
    """What would stand on it and to whom; a tap asks for it."""
    known = titles_of(_portal(place), place.person_id)
    form = InvoiceForm(request.POST if request.method == "POST" else None, initial=start_of(known, place.person_name, company=False))
    if request.method == "POST" and form.is_valid() and _asked(place, wish, form, known):
        return redirect(reverse("portal:invoices", args=[place.token]) + "?asked")
    lines, left = wish.lines()
    setup = setup_of(place.organisation_id)
    context = {
        "form": form, "lines": lines, "left": [one for one in left if one.why != "fund"], "funded": [one for one in left if one.why == "fund"], "back": back, "total_fen": sum(line.amount_fen for line in lines),
        "tax_fen": sum(line.tax_fen for line in lines), "offered": setup is not None and setup.enabled,
        "sandbox": setup is not None and setup.mode == "sandbox",
    }  # fmt: skip
    return show(request, "invoice", context, place=place, status=422 if form.errors else 200)


def _asked(place: Place, wish: Wish, form: InvoiceForm, known: list[InvoiceTitle]) -> bool:
    try:
        title = title_of(form.cleaned_data, known)
        ask_invoice(InvoiceRequest(wish.payment_ids, title, wish.receivable_ids), actor=_portal(place))
    except NotFound:
        raise
    except DomainError as error:
        form.add_error(FIELDS.get(str(error.data.get("field", ""))) if isinstance(error, Invalid) else None, error.text)
        return False
    return True


def _portal(place: Place) -> Actor:
    return service_actor(place.organisation_id, PORTAL)
