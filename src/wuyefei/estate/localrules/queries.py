"""Reads of packs and consultations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from wuyefei.estate.contracts.public import LocalTerm
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import Choice, Consultation
from .packs import packs
from .rules import Agreed, Pack, Votes


def choices(actor: Actor) -> QuerySet[Choice]:
    """What the communities whose estate the actor may see chose, the latest first."""
    rows = Choice.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW))
    return rows.select_related("chosen_by").order_by("-since", "-pk")


def packs_on(community_ids: Collection[int], day: dt.date) -> dict[int, Pack]:
    """The pack each community follows on a day; those that chose none are left out. For callers that have checked the
    places."""
    rows = Choice.objects.filter(community_id__in=community_ids, since__lte=day).order_by("community_id", "-since", "-pk")
    known = packs()
    return {row.community_id: known[row.pack] for row in rows.distinct("community_id") if row.pack in known}


def pack_on(community_id: int, day: dt.date) -> Pack | None:
    return packs_on([community_id], day).get(community_id)


def terms_of(pack: Pack | None) -> list[LocalTerm]:
    """What the clause checker holds a contract against."""
    rules = pack.rules if pack else ()
    return [
        LocalTerm(rule.topic, rule.says, rule.source, rule.checked, rule.rate_max, rule.cap_max, rule.ceiling)
        for rule in rules if rule.topic in ("price", "late_fee")
    ]  # fmt: skip


def consultations(actor: Actor) -> QuerySet[Consultation]:
    """The consultations of the communities whose estate the actor may see, without their minutes."""
    rows = Consultation.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW))
    return rows.defer("minutes").select_related("community", "tariff", "recorded_by", "confirmed_by")


def get_consultation(actor: Actor, consultation_id: int) -> Consultation:
    row = consultations(actor).filter(pk=consultation_id).first()
    if row is None:
        raise NotFound()
    return row


def votes_of(row: Consultation) -> Votes:
    return Votes(row.all_area, row.all_heads, row.came_area, row.came_heads, row.yes_area, row.yes_heads)


def agreed(tariff_id: int) -> list[Agreed]:
    """The confirmed consultations of a tariff, the latest last. For callers that have checked its place."""
    rows = Consultation.objects.filter(tariff_id=tariff_id, confirmed_by__isnull=False).defer("minutes").order_by("pk")
    return [Agreed(row.per_unit, row.fixed, row.effective_from, row.announced_on, votes_of(row)) for row in rows]
