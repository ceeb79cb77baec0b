"""The property's 360° page and the life of one of its bills."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from wuyefei.estate.occupancy.public import ROLE_NAMES
from wuyefei.estate.people.public import people
from wuyefei.estate.properties.public import Property, get_property, meters, properties, vehicles
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import get_receivable, open_bills, receivables
from wuyefei.money.payments.public import payments

from ..forms.property import AttachForm, EndForm, TieForm, VehicleForm
from ..links import address
from ..paging import NEWEST, page_of
from ..queries import life
from ..queries import property as about
from ..queries.owed import owed_by_property, sum_of
from ..words import action_text, changes
from .common import actor_of

BILLS, PAYMENTS, TRAIL = 12, 10, 8
BY_DUE = ("-due_on", "-pk")


@needs(Permission.ESTATE_VIEW)
def property_page(request: HttpRequest, property_id: int) -> HttpResponse:
    home = get_property(actor_of(request), property_id)
    return render(request, "backoffice/property.html", context_of(request, home))


def context_of(request: HttpRequest, home: Property) -> dict[str, Any]:
    """Everything the page shows; forms are fresh ones unless the caller replaces them."""
    actor, today = actor_of(request), clock.today()
    lines = about.charges(actor, home, today)
    edit = actor.may(Permission.ESTATE_EDIT, home.community_id) and home.ended_on is None
    return {
        "home": home,
        "payer": about.present_payer(actor, home.pk, today),
        "stays": about.stays(actor, home.pk, today),
        "sharings": about.sharings_of(actor, home.pk, today),
        "charges": lines,
        "monthly_fen": sum(line.monthly_fen or 0 for line in lines),
        "vehicles": vehicles(actor).filter(property_id=home.pk).order_by("ended_on", "plate"),
        "meters": meters(actor).filter(property_id=home.pk).order_by("kind", "number"),
        "attached": _attached(actor, home),
        "trail": [
            (entry, action_text(entry.action), changes(entry.before, entry.after))
            for entry in about.audit_of(actor, home, [line.line for line in lines])[:TRAIL]
        ],
        "may_edit": edit,
        "may_audit": actor.may(Permission.AUDIT_VIEW, home.community_id),
        "may_reveal": actor.may(Permission.PERSON_REVEAL, home.community_id),
        "roles": {role: _(name) for role, name in ROLE_NAMES.items()},
        "tie_form": TieForm(actor=actor, community_id=home.community_id, initial={"starts_on": today}),
        "vehicle_form": VehicleForm(),
        "attach_form": AttachForm(initial={"flat": home.attached_to.code if home.attached_to else ""}),
        "end_form": EndForm(initial={"ended_on": today}),
        **_billing(request, home),
        **_payments(request, home),
    }


def _attached(actor: Actor, home: Property) -> list[tuple[Property, int]]:
    """What belongs to the property, with what is owed there."""
    rows = list(properties(actor).filter(attached_to=home).order_by("sort_key"))
    owed = owed_by_property(actor, [row.pk for row in rows], clock.today()) if rows else {}
    return [(row, owed[row.pk].total_fen if row.pk in owed else 0) for row in rows]


def _billing(request: HttpRequest, home: Property) -> dict[str, Any]:
    actor, today = actor_of(request), clock.today()
    if not actor.may(Permission.BILLING_VIEW, home.community_id):
        return {"may_bills": False}
    rows = receivables(actor).filter(property_id=home.pk).select_related("item", "payer")
    page = page_of(request, rows, BY_DUE, size=BILLS, name="bills")
    return {
        "may_bills": True,
        "owed": sum_of(open_bills(actor, today, property_ids=[home.pk]), today),
        "bills": about.bill_rows(page.rows, today),
        "bills_page": page,
        "desk_url": address("cashdesk:desk") if actor.may(Permission.CASHDESK, home.community_id) else "",
    }


def _payments(request: HttpRequest, home: Property) -> dict[str, Any]:
    actor = actor_of(request)
    if not actor.may(Permission.PAYMENT_VIEW, home.community_id):
        return {"may_payments": False}
    rows = payments(actor).filter(property_id=home.pk).select_related("receipt", "payer", "booked_by")
    page = page_of(request, rows, NEWEST, size=PAYMENTS, name="paid")
    held = about.prepaid(actor, home.pk)
    names = {person.pk: person.name for person in people(actor).filter(pk__in=held)}
    return {
        "may_payments": True,
        "payments": about.with_tenders(page.rows),
        "payments_page": page,
        "prepaid_fen": sum(held.values()),
        "prepaid": [(names.get(payer_id, ""), fen) for payer_id, fen in held.items()],
        "may_reprint": actor.may(Permission.RECEIPT_REPRINT, home.community_id),
        "may_void": actor.may(Permission.PAYMENT_VOID_REQUEST, home.community_id),
    }


@needs(Permission.BILLING_VIEW)
def receivable_life(request: HttpRequest, property_id: int, receivable_id: int) -> HttpResponse:
    """How one bill was computed and what became of it: in the drawer, or a page of its own."""
    actor = actor_of(request)
    home = get_property(actor, property_id)
    row = get_receivable(actor, receivable_id)
    if row.property_id != home.pk:
        raise NotFound()
    (bill,) = about.bill_rows([row], clock.today())
    context = {"home": home, "row": row, "bill": bill, "prices": life.prices(row), "events": life.events(actor, row)}
    htmx = bool(getattr(request, "htmx", False))
    return render(request, "backoffice/life.html" if htmx else "backoffice/life_page.html", context)
