"""A mediation agreement becomes an instalment plan: where the plan comes from, and which one it led to."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.concessions.public import Origin, Plan, get_plan, plan_from

from .models import Event, Matter
from .queries.matters import get_matter

ORIGIN = "matter"


def ref_of(matter: Matter) -> str:
    return f"{ORIGIN}:{matter.pk}"


def read_origin(actor: Actor, matter_id: int) -> Origin:
    """Raises ``NotFound`` for a matter without an agreement, and for one that the actor does not see."""
    matter = get_matter(actor, matter_id)
    agreed = Event.objects.filter(matter=matter, kind="agreed").order_by("-number").first()
    if agreed is None:
        raise NotFound()
    return Origin(
        ref_of(matter), _("调解协议 %(number)s，分 %(times)s 期") % {"number": matter.number, "times": agreed.facts["times"]},
        str(agreed.facts.get("note") or ""), reverse("legal:matter", args=[matter.pk]), matter.community_id, matter.property_id,
        matter.person_id, int(agreed.facts["times"]), mediated=True,
    )  # fmt: skip


def plan_of(actor: Actor, matter: Matter) -> Plan | None:
    """The plan that its agreement has led to, for those who may see it."""
    plan = plan_from(ref_of(matter))
    try:
        return None if plan is None else get_plan(actor, plan.pk)
    except NotFound:
        return None
