"""Allocation 核销 (product row D2; Civil Code articles 560 and 561). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError


class Order(StrEnum):
    LAW = "law"
    """Within each receivable: costs, then late fee, then principal."""
    PRINCIPAL = "principal"
    """Within each receivable: principal first; the late fee stays payable."""


class Part(StrEnum):
    COST = "cost"
    LATE_FEE = "late_fee"
    PRINCIPAL = "principal"


PARTS: dict[Order, tuple[Part, ...]] = {
    Order.LAW: (Part.COST, Part.LATE_FEE, Part.PRINCIPAL),
    Order.PRINCIPAL: (Part.PRINCIPAL, Part.COST, Part.LATE_FEE),
}


@dataclass(frozen=True, slots=True)
class Bill:
    """What is open on one receivable, in fen, late fee as of the value date."""

    receivable_id: int
    due_on: dt.date
    principal_fen: int
    late_fee_fen: int
    order: Order = Order.LAW
    cost_fen: int = 0

    def open_fen(self, part: Part) -> int:
        return {Part.COST: self.cost_fen, Part.LATE_FEE: self.late_fee_fen, Part.PRINCIPAL: self.principal_fen}[part]


@dataclass(frozen=True, slots=True)
class Settled:
    receivable_id: int
    part: Part
    amount_fen: int


class TenderError(DomainError):
    code = "tender"
    message = "{reason}"


def allocate_payment(amount_fen: int, bills: Sequence[Bill], *, in_given_order: bool = False) -> tuple[list[Settled], int]:
    """Settle receivables in order of due date (then id), or as given by the payer; returns (parts, what is left).

    What is left becomes prepayment. Never settles more than is open.
    """
    left, settled = amount_fen, []
    queue = list(bills) if in_given_order else sorted(bills, key=lambda bill: (bill.due_on, bill.receivable_id))
    for bill in queue:
        for part in PARTS[bill.order]:
            take = min(left, bill.open_fen(part))
            if take > 0:
                settled.append(Settled(bill.receivable_id, part, take))
                left -= take
    return settled, left


@dataclass(frozen=True, slots=True)
class Taken:
    """Tenders as they are booked: cash net of the change given."""

    tenders: dict[str, int]
    change_fen: int
    total_fen: int


def settle_tenders(offered: dict[str, int], due_fen: int, *, keep_rest: bool) -> Taken:
    """What of the tenders is kept for ``due_fen``; only cash is changed back.

    With ``keep_rest`` nothing is changed back: what exceeds the bills becomes prepayment. Raises ``TenderError`` for
    a negative tender, nothing offered, or non-cash money above what is due.
    """
    if any(fen < 0 for fen in offered.values()):
        raise TenderError(reason="收款金额不能是负数。")
    tenders = {method: fen for method, fen in offered.items() if fen}
    total = sum(tenders.values())
    if not total:
        raise TenderError(reason="还没有录入收款金额。")
    over = max(0, total - due_fen)
    if keep_rest or not over:
        return Taken(tenders, 0, total)
    cash = tenders.get("cash", 0)
    if over > cash:
        raise TenderError(reason="非现金收款超过了应收金额，请改金额，或选「多收转预存」。")
    if over == cash:
        tenders.pop("cash")
    else:
        tenders["cash"] = cash - over
    if not tenders:
        raise TenderError(reason="没有要收的账单。")
    return Taken(tenders, over, total - over)
