"""What this room shows on the pages of bank lines and of entries."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.money.bank.public import BankLine

from .models import Cost
from .queries.costs import sums_by_matter, with_costs

MOST = 20


def court_refund(request: HttpRequest, line: BankLine) -> str:
    """A waiting line may be the court's, which gives back what was laid out in a matter."""
    actor = actor_of(request)
    if not actor.may(Permission.PAYMENT_BATCH, line.community_id) or not actor.may(Permission.LEGAL_VIEW, line.community_id):
        return ""
    rows = list(with_costs(actor, line.community_id, waiting=True).order_by("-pk")[:MOST])
    held = sums_by_matter(Cost.objects.filter(matter__in=rows))
    fitting = [(row, held[row.pk].waiting_fen) for row in rows if held[row.pk].waiting_fen >= line.amount_fen]
    return render_to_string("legal/_line.html", {"line": line, "matters": fitting}, request=request) if fitting else ""


def matter_of_cost(cost_id: int) -> str:
    row = Cost.objects.filter(pk=cost_id).values_list("matter_id", flat=True).first()
    return reverse("legal:matter", args=[row]) if row else ""
