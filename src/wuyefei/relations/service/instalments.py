"""A work order that asks to pay in parts, as the room of plans sees it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.concessions.public import Origin, Plan, get_plan, plan_from

from .models import Ticket
from .queries import get_ticket
from .rules import Kind

ORIGIN = "ticket"


def ref_of(ticket: Ticket) -> str:
    return f"{ORIGIN}:{ticket.pk}"


def read_origin(actor: Actor, ticket_id: int) -> Origin:
    """Raises ``NotFound`` for another kind of work order, and for one the actor does not see."""
    ticket = get_ticket(actor, ticket_id)
    if ticket.kind != Kind.INSTALMENT:
        raise NotFound()
    return Origin(
        ref_of(ticket), _("业主在手机上申请分 %(months)s 个月缴") % {"months": ticket.months}, ticket.text,
        reverse("service:ticket", args=[ticket.pk]), ticket.community_id, ticket.property_id, ticket.person_id, ticket.months,
    )  # fmt: skip


def plan_of(actor: Actor, ticket: Ticket) -> Plan | None:
    """The plan it has led to, for those who may see it."""
    plan = plan_from(ref_of(ticket)) if ticket.kind == Kind.INSTALMENT else None
    try:
        return None if plan is None else get_plan(actor, plan.pk)
    except NotFound:
        return None
