"""Trial balance, movements and income, each of a few statements whatever the size of the company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, QuerySet, Sum

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.money.billing.public import Adjustment, Deferral, Receivable
from wuyefei.money.ledger.public import (
    Account,
    Entry,
    Movement,
    TrialRow,
    by_kind,
    movement,
    trial_rows,
    turnover,
)

from ..rules import IncomeRow
from .scope import Scope

MOVED = (Account.RECEIVABLE, Account.PREPAID, Account.DEFERRED)
"""The accounts of the movement report, in its order; any other account's can be asked for."""


def trial_balance(scope: Scope) -> list[TrialRow]:
    """The accounts that ever moved up to the last day."""
    return trial_rows(turnover(scope.actor, scope.communities, scope.first, scope.last))


def movement_of(scope: Scope, account: Account) -> Movement:
    return movement(account, by_kind(scope.actor, scope.communities, account, scope.first, scope.last))


def released_in(scope: Scope) -> QuerySet[Deferral]:
    """Deferred income that entries of the stretch turned into income."""
    entries = Entry.objects.filter(
        scope.here(), kind="billing.release", entry_date__gte=scope.first, entry_date__lte=scope.last
    )
    return Deferral.objects.filter(scope.here(), released_entry_id__in=entries.values("pk"))


def income(scope: Scope, *, by_community: bool = False) -> list[IncomeRow]:
    """Net income by charge item (or by community) from the documents: billed for the month itself, released from
    deferred income, adjusted and reversed. Opening arrears and what is held for others are no income."""
    own = {"item__nature": ChargeItem.Nature.INCOME}
    bills = Receivable.objects.filter(scope.booked_within(), **own).exclude(kind=Receivable.Kind.OPENING)
    changes = (
        Adjustment.objects.filter(scope.booked_within(), receivable__item__nature=ChargeItem.Nature.INCOME)
        .exclude(receivable__kind=Receivable.Kind.OPENING).exclude(kind__in=Adjustment.LOSS)
    )
    net = F("amount_fen") - F("tax_fen") - F("deferred_fen")
    group = "community" if by_community else "item"
    change_group = "community" if by_community else "receivable__item"
    direct = _sums(bills.values_list(f"{group}_id", f"{group}__name").annotate(total=Sum(net)).order_by())
    released = _sums(released_in(scope).values_list(f"{group}_id", f"{group}__name").annotate(total=Sum("net_fen")).order_by())
    adjusted = _sums(changes.values_list(f"{change_group}_id", f"{change_group}__name").annotate(total=Sum(net)).order_by())
    return [
        IncomeRow(name, direct.get(key, 0), released.get(key, 0), adjusted.get(key, 0))
        for key in sorted({*direct, *released, *adjusted})
        for name in [key[1]]
    ]


def _sums(rows: Iterable[tuple[int, str, int]]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = defaultdict(int)
    for pk, name, fen in rows:
        found[pk, name] += int(fen or 0)
    return found
