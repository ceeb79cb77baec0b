"""The monthly release of deferred income."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import audit
from wuyefei.money.ledger.public import Account, Entry, Posting, post

from ..models import Deferral
from .locks import lock_community


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
