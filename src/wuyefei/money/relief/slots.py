"""What this room shows on the pages of properties, bank lines and payments."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Permission
from wuyefei.money.bank.public import BankLine
from wuyefei.money.payments.public import Payment

from . import queries
from .models import AidBill, Fund, Money
from .rules.aid import FundKind


def care_button(request: HttpRequest, home: Property) -> str:
    """The way to an aid, where there is a care fund and something is unpaid."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.ADJUST_REQUEST, home.community_id) or not queries.unpaid_of(actor, home):
        return ""
    if not Fund.objects.filter(community_id=home.community_id, kind=FundKind.CARE).exists():
        return ""
    return render_to_string("relief/_button.html", {"home": home}, request=request)


def line_for_fund(request: HttpRequest, line: BankLine) -> str:
    """A waiting line may be given for one of the community's funds."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = list(queries.funds(actor).filter(community_id=line.community_id))
    if not rows or not actor.may(Permission.PAYMENT_BATCH, line.community_id):
        return ""
    boxed = {row.pk: queries.boxed_of(row.pk) for row in rows if row.kind == FundKind.CARE}
    givers = [pair for pair in Money.Giver.choices if pair[0] != Money.Giver.FIRM]
    return render_to_string("relief/_line.html", {"line": line, "funds": rows, "boxed": sum(boxed.values()), "givers": givers}, request=request)


def aid_of_payment(request: HttpRequest, payment: Payment) -> str:
    """The aid that a payment belongs to."""
    if payment.kind not in (Payment.Kind.CARE, Payment.Kind.SUBSIDY):
        return ""
    row = AidBill.objects.filter(payment=payment).select_related("aid__fund").first()
    return "" if row is None else render_to_string("relief/_payment.html", {"aid": row.aid}, request=request)
