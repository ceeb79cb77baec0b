"""Scoped reads of the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Sum

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError

from .models import Leg
from .rules import Account, Posting


@dataclass(frozen=True, slots=True)
class Written:
    """One entry as it stands in the journal, its legs in order of account."""

    id: int
    community_id: int
    entry_date: dt.date
    kind: str
    memo: str
    legs: tuple[Posting, ...]


def readable(actor: Actor, community_id: int | None = None) -> list[Community]:
    """The communities whose journal the actor may read, by pinyin, or the one named."""
    if community_id is not None:
        actor.require(Permission.LEDGER_VIEW, community_id)
    else:
        actor.require_anywhere(Permission.LEDGER_VIEW)
    found = visible_communities(actor, Permission.LEDGER_VIEW)
    return [place for place in found if community_id is None or place.pk == community_id]


def journal(
    actor: Actor, communities: Collection[Community], first: dt.date | None = None, last: dt.date | None = None
) -> Iterator[Written]:
    """The entries of the communities in order of date and number, of the days from ``first`` to ``last`` where given.

    Raises ``DomainError`` for an unknown account.
    """
    allowed = actor.communities(Permission.LEDGER_VIEW)
    days = {"entry__entry_date__gte": first, "entry__entry_date__lte": last}
    legs = (
        Leg.objects.filter(
            entry__organisation_id=actor.organisation_id,
            entry__community_id__in=[place.pk for place in communities if place.pk in allowed],
            **{key: day for key, day in days.items() if day is not None},
        )
        .order_by("entry__entry_date", "entry_id", "account", "pk")
        .values_list(
            "entry_id", "entry__community_id", "entry__entry_date", "entry__kind", "entry__memo", "account", "amount_fen"
        )
    )
    for (entry_id, community_id, on, kind, memo), rows in groupby(legs.iterator(chunk_size=5000), key=lambda row: row[:5]):
        yield Written(entry_id, community_id, on, kind, memo, tuple(_leg(row[5], row[6], entry_id) for row in rows))


def _leg(account: str, amount_fen: int, entry_id: int) -> Posting:
    try:
        return Posting(Account(account), amount_fen)
    except ValueError as error:
        raise DomainError("unknown_account", "凭证 {entry} 有不认识的科目 {account}。", entry=entry_id, account=account) from error


def balances(actor: Actor, communities: Collection[Community]) -> dict[tuple[int, Account], int]:
    """The balance of each account by community, debit positive, in fen; accounts never moved are absent."""
    allowed = actor.communities(Permission.LEDGER_VIEW)
    rows = (
        Leg.objects.filter(
            entry__organisation_id=actor.organisation_id,
            entry__community_id__in=[place.pk for place in communities if place.pk in allowed],
        )
        .values_list("entry__community_id", "account")
        .annotate(total=Sum("amount_fen"))
    )
    return {(community_id, Account(account)): int(total) for community_id, account, total in rows}
