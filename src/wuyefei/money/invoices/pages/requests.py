"""Asking for an invoice beside a payment."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.money.payments.public import Payment, get_payment

from ..actions.requests import InvoiceRequest, ask_invoice
from ..forms import TitleForm
from ..models import Invoice, InvoiceTitle
from ..queries import invoiceable, invoices_of_payment, offered, open_allocations, setup_of, titles_of
from ..titles import FIELDS, start_of, title_of


@require_http_methods(["GET", "POST"])
@needs(Permission.INVOICE_REQUEST)
def new_invoice(request: StaffRequest, payment_id: int) -> HttpResponse:
    """What of a payment can be invoiced, line by line, and to whom."""
    payment = get_payment(request.actor, payment_id)
    request.actor.require(Permission.INVOICE_REQUEST, payment.community_id)
    known = titles_of(request.actor, payment.payer_id)
    start = start_of(known, payment.payer.name, company=payment.payer.kind != Person.Kind.INDIVIDUAL)
    form = TitleForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        made = _ask(request, form, payment, known)
        if made is not None:
            messages.success(request, _("已提交开票申请"))
            return redirect("invoices:invoice", made.pk)
    lines, left = invoiceable(open_allocations([payment.pk]))
    context = {
        "payment": payment, "form": form, "lines": lines, "left": left, "known": known, "offered": offered(payment.organisation_id),
        "setup": setup_of(payment.organisation_id), "total_fen": sum(line.amount_fen for line in lines),
        "tax_fen": sum(line.tax_fen for line in lines), "earlier": invoices_of_payment(request.actor, payment.pk),
    }  # fmt: skip
    return render(request, "invoices/new.html", context, status=409 if form.errors else 200)


def _ask(request: StaffRequest, form: TitleForm, payment: Payment, known: list[InvoiceTitle]) -> Invoice | None:
    try:
        return ask_invoice(InvoiceRequest((payment.pk,), title_of(form.cleaned_data, known)), actor=request.actor)
    except DomainError as error:
        if isinstance(error, (NotFound, Forbidden)):
            raise
        name = FIELDS.get(str(error.data.get("field", ""))) if isinstance(error, Invalid) else None
        form.add_error(name, error.text)
        return None
