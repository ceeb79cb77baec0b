"""The same figures twice: as the journal says, and recomputed from the documents as of the same day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from wuyefei.foundation.access.models import Community
from wuyefei.money.billing.public import Adjustment, Deferral, Receivable
from wuyefei.money.ledger.public import Account, Entry, Turnover, turnover
from wuyefei.money.payments.public import Allocation, Prepayment

from ..rules import Tie
from .reports import income
from .scope import Scope


def ties(scope: Scope, moved: Mapping[Account, Turnover] | None = None) -> list[Tie]:
    """Balances at the end of the last day, and the income of the stretch; ``moved`` where the caller has it already."""
    if moved is None:
        moved = turnover(scope.actor, scope.communities, scope.first, scope.last)

    def balance(account: Account) -> int:
        return moved[account].closing_fen if account in moved else 0

    def earned(account: Account) -> int:
        return moved[account].credit_fen - moved[account].debit_fen if account in moved else 0

    found = [
        Tie("receivable", Account.RECEIVABLE, balance(Account.RECEIVABLE), receivable_fen(scope)),
        Tie("prepaid", Account.PREPAID, -balance(Account.PREPAID), _sum(Prepayment.objects.filter(scope.booked_until()))),
        Tie("deferred", Account.DEFERRED, -balance(Account.DEFERRED), deferred_fen(scope)),
        Tie("income", Account.INCOME, earned(Account.INCOME), sum(row.total_fen for row in income(scope))),
        Tie("late_fee", Account.LATE_FEE, earned(Account.LATE_FEE), late_fee_fen(scope)),
    ]
    if Account.INTERNAL in moved and _whole(scope):
        found.append(Tie("between", Account.INTERNAL, balance(Account.INTERNAL), 0))
    return found


def _whole(scope: Scope) -> bool:
    """Whether the scope holds every community of the organisation."""
    return not Community.objects.filter(organisation_id=scope.actor.organisation_id).exclude(pk__in=scope.ids).exists()


def _sum(rows: QuerySet[Any], column: str = "amount_fen") -> int:
    return int(rows.aggregate(total=Sum(column, default=0))["total"])


def receivable_fen(scope: Scope) -> int:
    """What was unpaid at the end of the last day: fees due less what had been settled by then."""
    until = scope.booked_until()
    settled = Allocation.objects.filter(until).exclude(part=Allocation.Part.LATE_FEE)
    return _sum(Receivable.objects.filter(until)) + _sum(Adjustment.objects.filter(until)) - _sum(settled)


def deferred_fen(scope: Scope) -> int:
    """Net income of service months that had not been released by the end of the last day."""
    until = scope.booked_until()
    done = Entry.objects.filter(scope.here(), kind="billing.release", entry_date__lte=scope.last)
    released = Deferral.objects.filter(scope.here(), released_entry_id__in=done.values("pk"))
    made = _sum(Receivable.objects.filter(until), "deferred_fen") + _sum(Adjustment.objects.filter(until), "deferred_fen")
    return made - _sum(released, "net_fen")


def late_fee_fen(scope: Scope) -> int:
    """Late fee settled in the stretch, less the tax split off in it."""
    rows = Allocation.objects.filter(scope.here(), part=Allocation.Part.LATE_FEE)
    split = rows.annotate(split_at=Coalesce("taxed_at", "booked_at")).filter(split_at__gte=scope.begin, split_at__lt=scope.end)
    return _sum(rows.filter(scope.booked_within())) - _sum(split, "tax_fen")
