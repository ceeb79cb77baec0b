"""Posting: the only way into the journal."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock, prepared

from .models import Entry
from .rules import Account, Posting, balanced


class Unbalanced(DomainError):
    code = "unbalanced"
    message = "凭证借贷不平，未入账。"


class PeriodClosed(DomainError):
    code = "period_closed"
    message = "{day} 所在的月份已经结账，不能再入账；请在未结账的月份做调整，或先申请反结账。"


OPEN_DAYS = "ledger_open_days"
"""What the trigger calls its refusal (migration 0004)."""


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
    Returns None where nothing moves. Raises ``Unbalanced``, and ``PeriodClosed`` where the books of that day are closed.
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
    entry.pk = _written(entry, legs)
    entry._state.adding, entry._state.db = False, connection.alias
    return entry


def _written(entry: Entry, legs: list[Posting]) -> int:
    values: list[Any] = [
        entry.organisation_id, entry.community_id, entry.entry_date, entry.booked_at, entry.kind, entry.source_id, entry.memo,
        entry.actor_id, entry.community_id, [leg.account.value for leg in legs], [leg.amount_fen for leg in legs],
    ]  # fmt: skip
    with prepared.cursor() as cursor:
        try:
            cursor.execute(_POSTED, values)
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == OPEN_DAYS:
                raise PeriodClosed(day=entry.entry_date) from error
            raise
        return int(cursor.fetchone()[0])


_POSTED = """
WITH entry AS (
  INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id)
INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen)
SELECT entry.id, %s, leg.account, leg.fen FROM entry, unnest(%s::text[], %s::bigint[]) WITH ORDINALITY leg(account, fen, place)
ORDER BY leg.place RETURNING entry_id
"""
