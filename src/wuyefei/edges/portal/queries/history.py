"""A year of bills with what was paid of each, as a picture and as a list; and the receipts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.billing.public import Receivable, Standing, lost_among, standings
from wuyefei.money.channels.public import Refund, promised_back
from wuyefei.money.payments.public import Payment, Tender
from wuyefei.relations.accounts.public import Place, bills, payments_of

from ..charts import Bar, Bars, bars
from ..words import State, period, state
from .home import disputed_among

RECEIPTS = 60
"""Receipts shown on one page: five years of monthly ones."""


@dataclass(frozen=True, slots=True)
class PastBill:
    bill: Receivable
    period: str
    where: str
    state: State
    fee_fen: int
    open_fen: int


@dataclass(frozen=True, slots=True)
class Year:
    """``due_fen`` = what the year's bills came to (late fee of today included), of which ``open_fen`` is unpaid."""

    year: int
    years: list[int]
    chart: Bars
    lines: list[PastBill]
    due_fen: int
    open_fen: int

    @property
    def paid_fen(self) -> int:
        return self.due_fen - self.open_fen


def year_of(place: Place, year: int | None, today: dt.date) -> Year:
    """The bills whose service begins in ``year``, by default the latest year there is."""
    years = [day.year for day in bills(place).dates("service_from", "year", order="DESC")] or [today.year]
    chosen = year if year in years else years[0]
    rows = list(bills(place).filter(service_from__year=chosen).select_related("item", "property").order_by("-service_from", "-pk"))
    found = standings(rows, today)
    disputed = disputed_among([row.pk for row in rows if found[row.pk].outstanding_fen], today)
    lost = lost_among([row.pk for row in rows if found[row.pk].fee_due_fen < row.amount_fen])
    lines = [_line(place, row, found[row.pk], today, row.pk in disputed, row.pk in lost) for row in rows]
    standing = [line for line in lines if line.bill.reversed_at is None]
    due = sum(line.fee_fen for line in standing)
    return Year(chosen, years, _chart(standing, chosen), lines, due, sum(line.open_fen for line in standing))


def _line(place: Place, row: Receivable, standing: Standing, today: dt.date, disputed: bool, lost: bool) -> PastBill:
    void = row.reversed_at is not None
    open_fen = 0 if void else standing.outstanding_fen + standing.payable_fen
    fee = row.amount_fen if void else standing.fee_due_fen + standing.settled_fen + standing.payable_fen
    words = state(
        due_on=row.due_on, today=today, open_fen=open_fen, disputed=disputed, void=void,
        part_paid=0 < standing.outstanding_fen < standing.fee_due_fen, waived=fee == 0, lost=lost,
    )  # fmt: skip
    where = row.property.code if row.property_id != place.property_id else ""
    return PastBill(row, row.memo or period(row.service_from, row.service_to), where, words, fee, open_fen)


def _chart(lines: list[PastBill], year: int) -> Bars:
    """A bar for each month in which bills begin, the unpaid part hatched."""
    months = [Month(year, number) for number in range(1, 13)]
    due, owed = dict.fromkeys(months, 0), dict.fromkeys(months, 0)
    for line in lines:
        month = Month.of(line.bill.service_from)
        due[month] += line.fee_fen
        owed[month] += line.open_fen
    return bars([Bar(str(month.number), due[month], owed[month]) for month in months])


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment with its receipt: by which means, how much of it has gone back, and how much is on its way back, in fen."""

    payment: Payment
    means: str
    back_fen: int
    coming_fen: int

    @property
    def all_back(self) -> bool:
        return self.back_fen >= self.payment.amount_fen


def receipts(place: Place) -> list[Paid]:
    """The payments with a receipt, the latest first."""
    rows = list(
        payments_of(place).filter(receipt__isnull=False).select_related("receipt").order_by("-booked_at", "-pk")[:RECEIPTS]
    )
    named: dict[int, list[str]] = defaultdict(list)
    for tender in Tender.objects.filter(payment__in=rows).order_by("pk"):
        named[tender.payment_id].append(str(tender.get_method_display()))
    back = promised_back([row.pk for row in rows])
    return [Paid(row, "、".join(named[row.pk]), *_sums(back.get(row.pk, []))) for row in rows]


def _sums(refunds: list[Refund]) -> tuple[int, int]:
    done = sum(one.amount_fen for one in refunds if one.state == Refund.State.DONE)
    return done, sum(one.amount_fen for one in refunds) - done
