"""What this room shows on the pages of rooms below and above."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.foundation.access.rules import Permission
from wuyefei.money.payments.public import Payment

from .queries import offered


def invoice_link(request: HttpRequest, payment: Payment) -> str:
    """The way to an invoice beside a payment, for those who may ask for one there."""
    actor = request.actor  # type: ignore[attr-defined]
    if payment.voided_at or not actor.may(Permission.INVOICE_REQUEST, payment.community_id) or not offered(payment.organisation_id):
        return ""
    return render_to_string("invoices/_link.html", {"payment": payment}, request=request)
