"""Posting: the only way into the journal."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.inserting import insert

from .models import Entry, Leg
from .rules import Account, Posting, balanced


class Unbalanced(DomainError):
    code = "unbalanced"
    message = "凭证借贷不平，未入账。"


def post(
    kind: str,
    source_id: int,
    postings: Iterable[Posting],
    *,
    actor: Actor,
    community_id: int,
    memo: str,
    booked_at: dt.datetime | None = None,
) -> Entry | None:
    """Post one entry in the running transaction; legs of one account are summed, zero legs dropped.

    The entry date is the China day of ``booked_at`` (now, unless a batch posts many at one moment).
    Returns None where nothing moves. Raises ``Unbalanced``.
    """
    sums: dict[Account, int] = defaultdict(int)
    for leg in postings:
        sums[leg.account] += leg.amount_fen
    legs = [Posting(account, fen) for account, fen in sums.items() if fen]
    if not legs:
        return None
    if not balanced(legs):
        raise Unbalanced(legs=[(leg.account, leg.amount_fen) for leg in legs])
    moment = booked_at or clock.now()
    entry = Entry(
        organisation_id=actor.organisation_id,
        community_id=community_id,
        entry_date=moment.astimezone(CHINA).date(),
        booked_at=moment,
        kind=kind,
        source_id=source_id,
        memo=memo[:160],
        actor_id=actor.user_id,
    )
    insert(entry)
    insert(*(Leg(entry=entry, community_id=community_id, account=leg.account.value, amount_fen=leg.amount_fen) for leg in legs))
    return entry
