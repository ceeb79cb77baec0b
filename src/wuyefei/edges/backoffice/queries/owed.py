"""What is owed, added up from open bills."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor
from wuyefei.money.billing.public import OpenBill, open_bills


@dataclass(frozen=True, slots=True)
class Owed:
    """Unpaid principal and late fee of the day asked for, in fen; ``overdue`` is the principal past its due date."""

    principal_fen: int = 0
    late_fee_fen: int = 0
    overdue_fen: int = 0
    bills: int = 0
    days: int = 0

    @property
    def total_fen(self) -> int:
        return self.principal_fen + self.late_fee_fen


def sum_of(bills: Iterable[OpenBill], as_of: dt.date) -> Owed:
    rows = list(bills)
    late = [bill for bill in rows if bill.due_on < as_of]
    return Owed(
        sum(bill.outstanding_fen for bill in rows),
        sum(bill.late_fee_fen for bill in rows),
        sum(bill.outstanding_fen for bill in late),
        len(rows),
        max(((as_of - bill.due_on).days for bill in late), default=0),
    )


def owed_by_property(actor: Actor, property_ids: Collection[int], as_of: dt.date) -> dict[int, Owed]:
    """What is owed at each of a page's properties; those that owe nothing are left out."""
    bills: dict[int, list[OpenBill]] = defaultdict(list)
    for bill in open_bills(actor, as_of, property_ids=property_ids):
        bills[bill.property_id].append(bill)
    return {property_id: sum_of(rows, as_of) for property_id, rows in bills.items()}
