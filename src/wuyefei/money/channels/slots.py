"""What this room shows on the pages of rooms below and above."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.foundation.access.rules import Permission
from wuyefei.money.payments.public import Payment
from wuyefei.money.receipts.public import Receipt

from .models import Refund


def refund_link(request: HttpRequest, payment: Payment) -> str:
    """The way to a refund beside a payment, for those who may ask for one there."""
    actor = request.actor  # type: ignore[attr-defined]
    if payment.voided_at or payment.kind not in Payment.TAKEN or not actor.may(Permission.REFUND_REQUEST, payment.community_id):
        return ""
    return render_to_string("channels/_refund_link.html", {"payment": payment}, request=request)


def refunded_note(request: HttpRequest, receipt: Receipt) -> str:
    """On a receipt's verification page: how much of it has gone back."""
    done = list(Refund.objects.filter(payment__receipt=receipt, state=Refund.State.DONE).order_by("ended_at"))
    if not done:
        return ""
    context = {"fen": sum(row.amount_fen for row in done), "on": done[-1].ended_at}
    return render_to_string("channels/_refunded_note.html", context, request=request)
