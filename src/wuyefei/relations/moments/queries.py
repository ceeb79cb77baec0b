"""Scoped reads of sources and their counts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.db.models import QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import Source, Tally


def sources(actor: Actor) -> QuerySet[Source]:
    """The sources of the communities whose notices the actor may see."""
    mine = actor.communities(Permission.NOTICE_VIEW) | actor.communities(Permission.ADMIN)
    return Source.objects.filter(organisation_id=actor.organisation_id, community_id__in=mine).select_related("community")


def get_source(actor: Actor, source_id: int) -> Source:
    row = sources(actor).filter(pk=source_id).first()
    if row is None:
        raise NotFound()
    return row


def counts(source_ids: Collection[int], since: dt.date) -> dict[int, dict[str, int]]:
    """Outcomes by source from a day on; for callers that may see the sources."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Tally.objects.filter(source_id__in=source_ids, on__gte=since).order_by().values_list("source_id", "outcome")
    for source_id, outcome, count in rows.annotate(sum=Sum("count")):
        found[source_id][outcome] = count
    return found


def offered(community_id: int) -> bool:
    """Whether a community has a source that is on: only there owners are asked for their consent."""
    return Source.objects.filter(community_id=community_id, enabled=True).exists()
