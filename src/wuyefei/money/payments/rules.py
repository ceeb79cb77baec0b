"""Allocation 核销 (product row D2; Civil Code articles 560 and 561), tenders, and what a batch of payments must be. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.kernel.money import MAX_FEN, tax_included


class Order(StrEnum):
    LAW = "law"
    """Within each receivable: costs, then late fee, then principal."""
    PRINCIPAL = "principal"
    """Within each receivable: principal first; the late fee stays payable."""
    COSTS = "costs"
    """The receivable is itself what it cost to realise the others (court fees that a judgment laid on the payer): before them all."""
    AGREED = "agreed"
    """In a plan to pay in parts: the principal of all that the payer owes comes before the late fee of what it covers."""


class Part(StrEnum):
    COST = "cost"
    LATE_FEE = "late_fee"
    PRINCIPAL = "principal"


PARTS: dict[Order, tuple[Part, ...]] = {
    Order.LAW: (Part.COST, Part.LATE_FEE, Part.PRINCIPAL),
    Order.PRINCIPAL: (Part.PRINCIPAL, Part.COST, Part.LATE_FEE),
    Order.COSTS: (Part.COST, Part.LATE_FEE, Part.PRINCIPAL),
    Order.AGREED: (Part.PRINCIPAL,),
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
    late_fee_tax_rate: Decimal = Decimal(0)
    """Of the tax in the late fee; 0 where the item is not own income."""

    def open_fen(self, part: Part) -> int:
        return {Part.COST: self.cost_fen, Part.LATE_FEE: self.late_fee_fen, Part.PRINCIPAL: self.principal_fen}[part]


@dataclass(frozen=True, slots=True)
class Settled:
    receivable_id: int
    part: Part
    amount_fen: int
    tax_fen: int = 0
    """The tax in a late fee, split off when it becomes income, as that of a bill is: by being settled (VAT Law, articles 17, 28). A
    bill's own tax was split when it was billed."""


class TenderError(DomainError):
    code = "tender"
    message = "{reason}"


def allocate_payment(amount_fen: int, bills: Sequence[Bill], *, in_given_order: bool = False) -> tuple[list[Settled], int]:
    """Settle receivables in order of due date (then id), or as given by the payer; returns (parts, what is left).

    The costs of realising debts come before the debts, however late they fell due (Civil Code 561). What is left becomes prepayment. Never settles more than is open. Of a receivable in a plan to pay in parts only the
    principal comes in this turn: its late fee waits until everything else is settled.
    """
    left, settled = amount_fen, []
    queue = list(bills) if in_given_order else sorted(bills, key=lambda bill: (bill.order is not Order.COSTS, bill.due_on, bill.receivable_id))
    turns = [(bill, PARTS[bill.order]) for bill in queue]
    turns += [(bill, (Part.COST, Part.LATE_FEE)) for bill in queue if bill.order is Order.AGREED]
    for bill, parts in turns:
        for part in parts:
            take = min(left, bill.open_fen(part))
            if take > 0:
                tax = tax_included(take, bill.late_fee_tax_rate) if part is Part.LATE_FEE else 0
                settled.append(Settled(bill.receivable_id, part, take, tax))
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


class Source(StrEnum):
    """Where a batch of payments comes from."""

    BANK = "bank"
    CHANNEL = "channel"
    DESK = "day"
    DEBIT = "debit"


SOURCE_METHODS: dict[Source, frozenset[str]] = {
    Source.BANK: frozenset({"transfer"}),
    Source.CHANNEL: frozenset({"scan", "card"}),
    Source.DEBIT: frozenset({"debit"}),
    Source.DESK: frozenset({"cash", "scan", "card", "transfer"}),
}
REFERENCE_LENGTH = 48


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One payment of a bank file, a channel's day or a desk's day.

    ``external_ref`` is the source's own number of the payment: what carries it again is the same payment. Without
    ``receivable_ids`` the payer's open bills of the community are settled, the oldest first; what is left becomes
    prepayment of the property. ``number`` is the row in the file (0: its place in the batch, from 1).
    """

    external_ref: str
    property_id: int
    payer_id: int
    amount_fen: int
    method: str
    value_date: dt.date
    receivable_ids: tuple[int, ...] | None = None
    in_given_order: bool = False
    remark: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row."""

    number: int
    reason: Phrase


def numbered(rows: Sequence[BatchRow]) -> list[tuple[int, BatchRow]]:
    return [(row.number or place, row) for place, row in enumerate(rows, start=1)]


def faults(source: Source, rows: Sequence[BatchRow], today: dt.date) -> Iterator[Fault]:
    """Everything that can be told wrong from the rows themselves, in their order.

    A value date before today needs a document of somebody else's (a bank's or a channel's file); a desk's own day is
    valued on the day it is booked.
    """
    seen: dict[str, int] = {}
    for number, row in numbered(rows):
        ref = row.external_ref
        if not ref.strip() or len(ref) > REFERENCE_LENGTH:
            yield Fault(number, Phrase("流水号应有 1 到 {most} 个字", most=REFERENCE_LENGTH))
        elif ref in seen:
            yield Fault(number, Phrase("流水号 {ref} 与第 {other} 行重复", ref=ref, other=seen[ref]))
        seen.setdefault(ref, number)
        if not 0 < row.amount_fen <= MAX_FEN:
            yield Fault(number, Phrase("金额应大于 0，且不超过可记的最大金额"))
        if row.method not in SOURCE_METHODS[source]:
            yield Fault(number, Phrase("收款方式 {method} 不会出自这种来源", method=row.method))
        if row.value_date > today:
            yield Fault(number, Phrase("到账日 {day} 晚于今天", day=row.value_date))
        elif source == Source.DESK and row.value_date != today:
            yield Fault(number, Phrase("收款日报只能记当天的收款，到账日 {day} 不是今天", day=row.value_date))
