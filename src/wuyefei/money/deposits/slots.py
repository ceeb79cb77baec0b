"""What this room shows on the pages of properties and receivables."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable

from .models import Return
from .queries import deposits, standing

SHOWN = 4


def property_deposits(request: HttpRequest, home: Property) -> str:
    """The latest deposits of a property, for those who may see payments there."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.PAYMENT_VIEW, home.community_id):
        return ""
    rows = [standing(row, clock.today()) for row in deposits(actor).filter(property=home).order_by("-pk")[:SHOWN]]
    return render_to_string("deposits/_property.html", {"rows": rows}, request=request) if rows else ""


def bill_deposit(request: HttpRequest, row: Receivable) -> str:
    """The deposit that a receivable is."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.PAYMENT_VIEW, row.community_id):
        return ""
    found = deposits(actor).filter(bill=row).first()
    return "" if found is None else render_to_string("deposits/_bill.html", {"one": standing(found, clock.today())}, request=request)


def deposit_of_return(return_id: int) -> str:
    """The page of the deposit a return is of."""
    return reverse("deposits:deposit", args=[Return.objects.values_list("deposit_id", flat=True).get(pk=return_id)])
