"""Reads of ties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform.arrays import among

from .models import SharePart, Sharing, Tie
from .rules import OCCUPANT, OWNER, PAYING, TENANT, TieFact, payer_spans
from .shares import Portion, SharingFact

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
    return _facts(rows if property_ids is None else rows.filter(property_id__in=among(property_ids)))


def payers(property_ids: Iterable[int], span: Span) -> dict[int, list[tuple[int, Span]]]:
    """Who owes which days of ``span`` at each property; a property that nobody owes for has an empty list.

    For callers that have checked the properties' place.
    """
    wanted = list(property_ids)
    facts = _facts(Tie.objects.filter(property_id__in=among(wanted), role__in=PAYING))
    return {property_id: payer_spans(facts.get(property_id, []), span) for property_id in wanted}


def living_ties(property_ids: Iterable[int]) -> dict[int, list[TieFact]]:
    """Every tie of those who may live at the properties, by property, in one query. For callers that have checked the
    properties' place."""
    return _facts(Tie.objects.filter(property_id__in=among(property_ids), role__in=(OWNER, TENANT, OCCUPANT)))


def sharings(actor: Actor) -> QuerySet[Sharing]:
    """The sharing agreements of the communities whose estate the actor may see."""
    return Sharing.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW))


def get_sharing(actor: Actor, sharing_id: int) -> Sharing:
    row = sharings(actor).select_related("property").filter(pk=sharing_id).first()
    if row is None:
        raise NotFound()
    return row


def sharing_facts(property_ids: Collection[int] | None, community_id: int | None = None) -> dict[int, list[SharingFact]]:
    """Every agreement by property, the earliest first; of the properties named, or of a whole community. For callers that
    have checked the place."""
    rows = SharePart.objects.all() if property_ids is None else SharePart.objects.filter(sharing__property_id__in=among(property_ids))
    if community_id is not None:
        rows = rows.filter(sharing__community_id=community_id)
    kept: dict[tuple[int, int], tuple[Sharing, list[Portion]]] = {}
    for row in rows.select_related("sharing").order_by("sharing__starts_on", "sharing_id", "low"):
        agreed = row.sharing
        if agreed.ends_on is not None and agreed.ends_on < agreed.starts_on:
            continue  # the property changed hands before it began
        kept.setdefault((agreed.property_id, agreed.pk), (agreed, []))[1].append(Portion(row.person_id, (row.low, row.high, agreed.of)))
    found: dict[int, list[SharingFact]] = {}
    for (property_id, _pk), (agreed, portions) in kept.items():
        found.setdefault(property_id, []).append(SharingFact(agreed.starts_on, agreed.ends_on, tuple(portions)))
    return found


def sharers_on(property_ids: Collection[int], day: dt.date) -> dict[int, tuple[Portion, ...]]:
    """Who owes each property by share on a day; those with one payer are left out. For callers that have checked the place."""
    facts = sharing_facts(property_ids)
    return {
        property_id: one.portions for property_id, known in facts.items() for one in known
        if one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)
    }  # fmt: skip
