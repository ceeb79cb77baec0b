"""Reads of ties."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound

from .models import Tie
from .rules import OCCUPANT, OWNER, PAYING, TENANT, TieFact, payer_spans

_FACT = ("id", "person_id", "role", "starts_on", "ends_on")


def ties(actor: Actor) -> QuerySet[Tie]:
    """The ties of the communities whose estate the actor may see."""
    return Tie.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    )


def get_tie(actor: Actor, tie_id: int) -> Tie:
    tie = ties(actor).filter(pk=tie_id).first()
    if tie is None:
        raise NotFound()
    return tie


def ties_of_property(actor: Actor, property_id: int) -> list[Tie]:
    """The property's people over time, the latest first, with the persons."""
    return list(ties(actor).filter(property_id=property_id).select_related("person").order_by("-starts_on", "-id"))


def ties_of_person(actor: Actor, person_id: int) -> list[Tie]:
    """The person's properties over time, the latest first, with the properties."""
    return list(ties(actor).filter(person_id=person_id).select_related("property").order_by("-starts_on", "-id"))


def _facts(rows: QuerySet[Tie]) -> dict[int, list[TieFact]]:
    found: dict[int, list[TieFact]] = {}
    for property_id, *fact in rows.order_by("property_id", "id").values_list("property_id", *_FACT):
        found.setdefault(property_id, []).append(TieFact(*fact))
    return found


def bulk_payer_ties(community_id: int, property_ids: Collection[int] | None = None) -> dict[int, list[TieFact]]:
    """Every tie that may owe, by property, in one query; of all properties, or of those named. For callers that have
    checked the place."""
    rows = Tie.objects.filter(community_id=community_id, role__in=PAYING)
    return _facts(rows if property_ids is None else rows.filter(property_id__in=property_ids))


def payers(property_ids: Iterable[int], span: Span) -> dict[int, list[tuple[int, Span]]]:
    """Who owes which days of ``span`` at each property; a property that nobody owes for has an empty list.

    For callers that have checked the properties' place.
    """
    wanted = list(property_ids)
    facts = _facts(Tie.objects.filter(property_id__in=wanted, role__in=PAYING))
    return {property_id: payer_spans(facts.get(property_id, []), span) for property_id in wanted}


def living_ties(property_ids: Iterable[int]) -> dict[int, list[TieFact]]:
    """Every tie of those who may live at the properties, by property, in one query. For callers that have checked the
    properties' place."""
    return _facts(Tie.objects.filter(property_id__in=list(property_ids), role__in=(OWNER, TENANT, OCCUPANT)))
