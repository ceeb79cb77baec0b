"""The first screen: what is owed at a place, arrears and current apart, and what was paid this year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, Sum

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.money.billing.public import LateFeeHold, OpenBill
from wuyefei.money.payments.public import Allocation, paid_by
from wuyefei.relations.accounts.public import Place, open_now
from wuyefei.relations.service.public import HOLD

from ..words import State, period, state


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An unpaid bill as an owner sees it; ``where`` names the space where it is not the home itself."""

    bill: OpenBill
    period: str
    where: str
    state: State
    disputed: bool
    part_paid: bool

    @property
    def late(self) -> bool:
        return self.state.kind == "late" or self.part_paid


@dataclass(frozen=True, slots=True)
class Home:
    """``due_fen`` is the sum of ``arrears`` and ``current``; disputed bills stand apart and are not in it."""

    arrears: list[OpenLine]
    current: list[OpenLine]
    disputed: list[OpenLine]
    due_fen: int
    late_fee_fen: int
    paid_fen: int
    paid_count: int

    @property
    def count(self) -> int:
        return len(self.arrears) + len(self.current)

    @property
    def bill_ids(self) -> list[int]:
        return [line.bill.id for line in (*self.arrears, *self.current, *self.disputed)]


def home(place: Place, today: dt.date) -> Home:
    lines = open_lines(place, today)
    due = [line for line in lines if not line.disputed]
    paid_fen, paid_count = paid_in(place, today.year)
    return Home(
        [line for line in due if line.bill.due_on < today],
        [line for line in due if line.bill.due_on >= today],
        [line for line in lines if line.disputed],
        sum(line.bill.total_fen for line in due),
        sum(line.bill.late_fee_fen for line in due),
        paid_fen,
        paid_count,
    )


def open_lines(place: Place, today: dt.date, ids: Collection[int] = ()) -> list[OpenLine]:
    """The unpaid bills of the place (or those of ``ids`` among them), the oldest due first."""
    found = open_now(place, today, ids)
    disputed = disputed_among([bill.id for bill in found if bill.held], today)
    reduced = [bill.id for bill in found if bill.outstanding_fen < bill.amount_fen]
    part = part_paid_among(reduced)
    return [_line(place, bill, today, bill.id in disputed, bill.id in part) for bill in found]


def _line(place: Place, bill: OpenBill, today: dt.date, disputed: bool, part: bool) -> OpenLine:
    words = state(
        due_on=bill.due_on, today=today, open_fen=bill.total_fen, part_paid=part, disputed=disputed, held=bill.held
    )
    where = bill.property_code if bill.property_id != place.property_id else ""
    span = bill.memo or period(bill.service_from, bill.service_to)
    return OpenLine(bill, span, where, words, disputed, part)


def disputed_among(ids: Collection[int], today: dt.date) -> set[int]:
    """Of these bills, which are held by a dispute today. For ids that the caller may see."""
    if not ids:
        return set()
    rows = LateFeeHold.objects.filter(receivable_id__in=ids, kind=HOLD, starts_on__lte=today)
    return set(rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).values_list("receivable_id", flat=True))


def part_paid_among(ids: Collection[int]) -> set[int]:
    """Of these bills, to which something was paid and not taken back. For ids that the caller may see."""
    if not ids:
        return set()
    sums = Allocation.objects.filter(receivable_id__in=ids).values("receivable_id").annotate(paid=Sum("amount_fen"))
    return {row["receivable_id"] for row in sums if row["paid"] > 0}


def paid_in(place: Place, year: int) -> tuple[int, int]:
    """What was paid at the place in a year, and in how many payments."""
    if not place.private:
        return 0, 0
    begin = dt.datetime(year, 1, 1, tzinfo=CHINA)
    return paid_by(place.person_id, place.property_ids, begin, begin.replace(year=year + 1))
