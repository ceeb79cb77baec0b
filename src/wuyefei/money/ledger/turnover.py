"""What the accounts moved between two days: the figures of the accountant's reports, each by one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import Entry, Leg
from .rules import Account, Posting, Turnover


def legs_of(actor: Actor, communities: Collection[Community]) -> QuerySet[Leg]:
    """The legs of the communities that the actor may read."""
    allowed = actor.communities(Permission.LEDGER_VIEW)
    return Leg.objects.filter(
        entry__organisation_id=actor.organisation_id,
        entry__community_id__in=[place.pk for place in communities if place.pk in allowed],
    )


def turnover(actor: Actor, communities: Collection[Community], first: dt.date, last: dt.date) -> dict[Account, Turnover]:
    """Opening balance, debits and credits of each account that ever moved up to ``last``, in order of code."""
    within = Q(entry__entry_date__gte=first)
    rows = (
        legs_of(actor, communities)
        .filter(entry__entry_date__lte=last)
        .values_list("account")
        .annotate(
            opening=Sum("amount_fen", filter=~within, default=0),
            debit=Sum("amount_fen", filter=within & Q(amount_fen__gt=0), default=0),
            credit=Sum("amount_fen", filter=within & Q(amount_fen__lt=0), default=0),
        )
        .order_by("account")
    )
    return {Account(account): Turnover(int(opening), int(debit), -int(credit)) for account, opening, debit, credit in rows}


def by_kind(
    actor: Actor, communities: Collection[Community], account: Account, first: dt.date, last: dt.date
) -> dict[str, Turnover]:
    """What each kind of entry moved on the account; the opening of a kind is what it had moved before."""
    within = Q(entry__entry_date__gte=first)
    rows = (
        legs_of(actor, communities)
        .filter(account=account.value, entry__entry_date__lte=last)
        .values_list("entry__kind")
        .annotate(
            opening=Sum("amount_fen", filter=~within, default=0),
            debit=Sum("amount_fen", filter=within & Q(amount_fen__gt=0), default=0),
            credit=Sum("amount_fen", filter=within & Q(amount_fen__lt=0), default=0),
        )
        .order_by("entry__kind")
    )
    return {kind: Turnover(int(opening), int(debit), -int(credit)) for kind, opening, debit, credit in rows}


@dataclass(frozen=True, slots=True)
class Line:
    """One leg on an account's page; ``balance_fen`` is the account's after it, debit positive."""

    entry: Entry
    amount_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an account: the balance before its first line, its lines, and where the next begins."""

    before_fen: int
    lines: list[Line]
    after: str


def account_page(
    actor: Actor, communities: Collection[Community], account: Account, first: dt.date, last: dt.date, *, after: str = "", size: int = 50
) -> Page:
    """The lines of an account in order of date and number, with the running balance."""
    legs = legs_of(actor, communities).filter(account=account.value)
    cut = _cut(after)
    earlier = Q(entry__entry_date__lt=first)
    if cut:
        earlier = Q(entry__entry_date__lt=cut[0]) | Q(entry__entry_date=cut[0], entry_id__lte=cut[1])
    balance = before = int(legs.filter(earlier).aggregate(total=Sum("amount_fen", default=0))["total"])
    rows = list(
        legs.filter(~earlier, entry__entry_date__lte=last)
        .select_related("entry__community")
        .order_by("entry__entry_date", "entry_id", "pk")[: size + 1]
    )
    lines = []
    for leg in rows[:size]:
        balance += leg.amount_fen
        lines.append(Line(leg.entry, leg.amount_fen, balance))
    more = len(rows) > size
    return Page(before, lines, f"{lines[-1].entry.entry_date}_{lines[-1].entry.pk}" if more else "")


def _cut(after: str) -> tuple[dt.date, int] | None:
    day, _sep, number = after.partition("_")
    try:
        return (dt.date.fromisoformat(day), int(number[:18])) if number.isascii() and number.isdigit() else None
    except ValueError:
        return None


def get_entry(actor: Actor, entry_id: int) -> tuple[Entry, list[Posting]]:
    """An entry and its legs, debits first. Raises ``NotFound`` outside the actor's places."""
    entry = (
        Entry.objects.filter(
            pk=entry_id, organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEDGER_VIEW)
        )
        .select_related("community")
        .first()
    )
    if entry is None:
        raise NotFound()
    rows = entry.legs.order_by("account").values_list("account", "amount_fen")
    legs = [Posting(Account(account), fen) for account, fen in rows]
    return entry, [leg for leg in legs if leg.amount_fen > 0] + [leg for leg in legs if leg.amount_fen < 0]
