"""The monthly release of deferred income."""

from __future__ import annotations

import logging

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Entry, Posting, post

from ..models import Deferral
from .locks import lock_community

log = logging.getLogger("wuyefei.billing")
RELEASE = "wuyefei.release_income"


@transaction.atomic
def release_income(community_id: int, through: Month, *, actor: Actor) -> Entry | None:
    """Turn deferred income of months up to ``through`` into income of this month; what was released stays released."""
    lock_community(community_id)
    waiting = Deferral.objects.filter(
        community_id=community_id, month__lte=through.first, released_entry_id__isnull=True
    ).select_for_update()
    rows = list(waiting)
    total = sum(row.net_fen for row in rows)
    if not rows:
        return None
    entry = post("billing.release", rows[0].pk, [Posting(Account.DEFERRED, total), Posting(Account.INCOME, -total)],
                 actor=actor, community_id=community_id, memo=f"结转 {through} 及以前的收入")  # fmt: skip
    entry_id = entry.pk if entry else 0
    Deferral.objects.filter(pk__in=[row.pk for row in rows]).update(released_entry_id=entry_id)
    if entry:
        audit.record(actor, "billing.release", entry, community_id=community_id, after={"through": through.first, "net_fen": total})
    return entry


def release_due_income(organisation_id: int | None) -> int:
    """Turn deferred income whose month has come into income, community by community; returns how many had any.

    A community that refuses (its books are closed, its actor is gone) does not hold the others up.
    """
    places = Community.objects.order_by("pk")
    if organisation_id is not None:
        places = places.filter(organisation_id=organisation_id)
    released = 0
    for place in places:
        try:
            entry = release_income(place.pk, Month.of(clock.today()), actor=service_actor(place.organisation_id, SYSTEM))
        except DomainError as error:
            log.warning("%s: %s", place.name, error.text)
            continue
        released += entry is not None
    return released
