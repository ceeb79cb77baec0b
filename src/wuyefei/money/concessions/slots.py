"""What this room shows on the pages of properties and receivables."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable

from . import giving_up, queries
from .models import YearBill

SHOWN = 4


def year_button(request: HttpRequest, home: Property) -> str:
    """The way to a year paid ahead."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.ADJUST_REQUEST, home.community_id):
        return ""
    return render_to_string("concessions/_year_button.html", {"home": home}, request=request)


def receivable_year(request: HttpRequest, row: Receivable) -> str:
    """The year paid ahead that a receivable is."""
    year = YearBill.objects.filter(receivable_id=row.pk).select_related("item").first()
    return "" if year is None else render_to_string("concessions/_receivable_year.html", {"year": year}, request=request)


def plan_button(request: HttpRequest, home: Property) -> str:
    """The way to a new plan, where something is owed."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.ADJUST_REQUEST, home.community_id) or not queries.payers_owing(actor, home.pk):
        return ""
    return render_to_string("concessions/_button.html", {"home": home}, request=request)


def property_plans(request: HttpRequest, home: Property) -> str:
    """The latest plans of a property."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(Permission.BILLING_VIEW, home.community_id):
        return ""
    rows = list(queries.plans(actor).filter(property_id=home.pk).order_by("-pk")[:SHOWN])
    if not rows:
        return ""
    judged = queries.verdicts(rows, clock.today())
    return render_to_string("concessions/_property.html", {"rows": [(row, judged[row.pk]) for row in rows]}, request=request)


def receivable_plan(request: HttpRequest, row: Receivable) -> str:
    """The running plan a receivable is in, or the way to one."""
    actor = request.actor  # type: ignore[attr-defined]
    plan = queries.running_plan(row.pk)
    if plan is None:
        if not row.outstanding_fen or row.reversed_at or not actor.may(Permission.ADJUST_REQUEST, row.community_id):
            return ""
        return render_to_string("concessions/_receivable.html", {"row": row}, request=request)
    verdict = queries.verdicts([plan], clock.today())[plan.pk]
    return render_to_string("concessions/_receivable.html", {"row": row, "plan": plan, "verdict": verdict}, request=request)


def receivable_given_up(request: HttpRequest, row: Receivable) -> str:
    """What was given up of a receivable, or the way to ask for it."""
    actor = request.actor  # type: ignore[attr-defined]
    found = giving_up.given_up_of(row.pk)
    asks = bool(row.outstanding_fen) and not row.reversed_at and actor.may(Permission.ADJUST_REQUEST, row.community_id)
    if not found and not asks:
        return ""
    return render_to_string("concessions/_receivable_given_up.html", {"row": row, "found": found, "asks": asks}, request=request)
