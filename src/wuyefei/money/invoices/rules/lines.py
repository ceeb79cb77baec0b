"""What stands on an invoice: cut by item, rate and what was really paid (VAT Law of 2024, articles 14, 17 and 34)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.money import round_half_up, tax_included

INCOME = "income"
PRINCIPAL, LATE_FEE = "principal", "late_fee"


class Why(StrEnum):
    """Why something paid is not invoiced."""

    PASS_THROUGH = "pass_through"
    DEPOSIT = "deposit"
    ADVANCE = "advance"
    COST = "cost"
    FUND = "fund"


@dataclass(frozen=True, slots=True)
class Settled:
    """One allocation, and of its bill: what is due with adjustments, the tax in it, and what live lines have of both."""

    allocation_id: int
    receivable_id: int
    part: str
    amount_fen: int
    item: str
    nature: str
    tax_rate: Decimal
    service_from: dt.date
    service_to: dt.date
    due_fen: int
    due_tax_fen: int
    invoiced_fen: int = 0
    invoiced_tax_fen: int = 0
    by_fund: bool = False
    """Paid by a care fund or a subsidy: the buyer did not pay it, so that it stands on no invoice of theirs."""


@dataclass(frozen=True, slots=True)
class Line:
    """``amount_fen`` with tax, ``tax_fen`` the tax in it."""

    allocation_id: int
    item: str
    part: str
    tax_rate: Decimal
    service_from: dt.date
    service_to: dt.date
    amount_fen: int
    tax_fen: int

    @property
    def rate_text(self) -> str:
        return percent(self.tax_rate)


@dataclass(frozen=True, slots=True)
class LeftOut:
    item: str
    amount_fen: int
    why: Why


def percent(rate: Decimal) -> str:
    """``0.0600`` → ``6%``, ``0.0150`` → ``1.5%``."""
    return f"{(rate * 100).normalize():f}%"


def principal_tax(amount_fen: int, due_fen: int, due_tax_fen: int, done_fen: int, done_tax_fen: int) -> int:
    """The tax in part of a bill's principal: the bill's tax in proportion to all that is invoiced with this part, less what
    its lines hold already.

    So the parts of a bill, however it was paid, hold exactly the tax the bill was booked with.
    """
    upto = due_tax_fen if done_fen + amount_fen >= due_fen else round_half_up(Decimal(done_fen + amount_fen) * due_tax_fen / due_fen)
    return min(max(upto - done_tax_fen, 0), amount_fen)


def split(settled: Sequence[Settled]) -> tuple[list[Line], list[LeftOut]]:
    """The lines, in the order given, and what is left out. The late fee is a line of its own at its item's rate: it is
    part of the price (VAT Law, article 17)."""
    lines: list[Line] = []
    left: list[LeftOut] = []
    done: dict[int, tuple[int, int]] = {}
    for one in settled:
        why = left_out(one)
        if why is not None:
            left.append(LeftOut(one.item, one.amount_fen, why))
            continue
        if one.part == LATE_FEE:
            tax = tax_included(one.amount_fen, one.tax_rate)
        else:
            fen, tax_fen = done.get(one.receivable_id, (one.invoiced_fen, one.invoiced_tax_fen))
            tax = principal_tax(one.amount_fen, one.due_fen, one.due_tax_fen, fen, tax_fen)
            done[one.receivable_id] = fen + one.amount_fen, tax_fen + tax
        lines.append(
            Line(one.allocation_id, one.item, one.part, one.tax_rate, one.service_from, one.service_to, one.amount_fen, tax)
        )
    return lines, left


def left_out(one: Settled) -> Why | None:
    """Why an allocation is not invoiced as own income, or None."""
    if one.nature != INCOME:
        return Why(one.nature)
    if one.by_fund:
        return Why.FUND
    return None if one.part in (PRINCIPAL, LATE_FEE) else Why.COST
