"""Closing the books of a place up to a day, and opening them again. Who may, and after what, is for the room that asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock

from .models import PeriodClose

PERIOD_LOCK = 0x77790012
"""Advisory lock of a community's books: shared by whoever posts, alone for whoever closes (also in migration 0004)."""


class OutOfOrder(DomainError):
    code = "period_out_of_order"
    message = "月份要一个接一个结：现在已结到 {through}。"


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the journal between two days: entries, debits in fen, and a digest of every entry and leg."""

    entries: int
    debit_fen: int
    digest: str


_FIGURES = """
SELECT count(*), COALESCE(sum(debit), 0), encode(sha256(convert_to(COALESCE(string_agg(line, E'\n' ORDER BY id), ''), 'UTF8')), 'hex')
FROM (
  SELECT e.id, sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0) AS debit,
    concat_ws('|', e.id, to_char(e.entry_date, 'YYYY-MM-DD'), e.kind, e.source_id, e.memo, e.actor_id,
      string_agg(concat(l.account, ':', l.amount_fen), ',' ORDER BY l.id)) AS line
  FROM ledger_entry e LEFT JOIN ledger_leg l ON l.entry_id = e.id
  WHERE e.community_id = %s AND (%s::date IS NULL OR e.entry_date >= %s) AND e.entry_date <= %s
  GROUP BY e.id) entry
"""


def figures(community_id: int, first: dt.date | None, last: dt.date) -> Figures:
    """The journal of a community between two days, both included; ``first`` None is the beginning."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [community_id, first, first, last])
        entries, debit, digest = cursor.fetchone()
    return Figures(int(entries), int(debit), digest)


def closed_through(community_id: int) -> dt.date | None:
    """The last closed day of a community; None while nothing is closed."""
    return PeriodClose.objects.filter(community_id=community_id).order_by("-pk").values_list("closed_through", flat=True).first()


def period_closes(actor: Actor) -> QuerySet[PeriodClose]:
    """Every closing and reopening of the communities whose books the actor may read."""
    return PeriodClose.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEDGER_VIEW)
    )


def standing(rows: list[PeriodClose]) -> list[PeriodClose]:
    """Of one community's rows in order, the closings that hold: each reopening takes back the latest one."""
    found: list[PeriodClose] = []
    for row in rows:
        if row.reopened:
            found.pop()
        else:
            found.append(row)
    return found


def hold_books(community_id: int) -> None:
    """Wait until nobody is posting in the community, and keep others from it to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PERIOD_LOCK, community_id])


@transaction.atomic
def close_books(community: Community, last: dt.date, *, actor: Actor, asked_by_id: int, reason: str) -> PeriodClose:
    """Close every day up to ``last``. Raises ``OutOfOrder`` where these days are closed already."""
    hold_books(community.pk)
    through = closed_through(community.pk)
    if through is not None and last <= through:
        raise OutOfOrder(through=through)
    first = None if through is None else through + DAY
    stands = figures(community.pk, first, last)
    row = PeriodClose.objects.create(
        organisation_id=community.organisation_id, community=community, first=first, last=last, closed_through=last,
        entries=stands.entries, debit_fen=stands.debit_fen, digest=stands.digest, asked_by_id=asked_by_id,
        decided_by_id=actor.user_id, reason=reason, at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "ledger.close", row, reason=reason, before={"closed_through": through},
                 after={"closed_through": last, "entries": row.entries, "debit_fen": row.debit_fen, "sha256": row.digest})  # fmt: skip
    audit.publish(actor, "ledger.closed", community_id=community.pk, through=last)
    return row


@transaction.atomic
def reopen_books(community: Community, last: dt.date, *, actor: Actor, asked_by_id: int, reason: str) -> PeriodClose:
    """Take back the latest closing, which ended on ``last``. Raises ``OutOfOrder`` where another one is the latest."""
    hold_books(community.pk)
    held = standing(list(PeriodClose.objects.filter(community=community).order_by("pk")))
    if not held or held[-1].last != last:
        raise OutOfOrder(through=held[-1].last if held else "—")
    taken = held[-1]
    row = PeriodClose.objects.create(
        organisation_id=community.organisation_id, community=community, reopened=True, first=taken.first, last=last,
        closed_through=None if taken.first is None else taken.first - DAY, entries=taken.entries, debit_fen=taken.debit_fen,
        digest=taken.digest, asked_by_id=asked_by_id, decided_by_id=actor.user_id, reason=reason, at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "ledger.reopen", row, reason=reason, before={"closed_through": last}, after={"closed_through": row.closed_through})
    audit.publish(actor, "ledger.reopened", community_id=community.pk, through=row.closed_through)
    return row
