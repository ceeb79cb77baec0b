"""Emergency policy 应急减免 (product row C6): an epidemic or a disaster puts payments off and lowers fees for a time, by place and
kind of property. Pure; money in fen.

The cut is a percentage of the list price of the days in question, rounded half up, and never more than is still open: what
was paid already is not paid back here. A deferral rests the late fee from the due day to the same day some months later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.money.billing.rules.public import Convention, Price, charge_by_month

from .pricing import percent_of

DEFERRAL_MONTHS = (1, 3)
"""A payment is put off by so many months (product row C6); none is put off with 0."""
MOST_PERCENT, MOST_DAYS = 100, 366


class MeasureState(StrEnum):
    ASKED = "asked"
    RUNNING = "running"
    REFUSED = "refused"
    ENDED = "ended"


class MeasureWrongState(DomainError):
    code = "measure_state"
    message = "这项应急政策是「{state}」，不能{verb}。"


@dataclass(frozen=True, slots=True)
class Terms:
    """``span``: the days whose fees are lowered, and the due days that are put off. ``kinds``: of properties; empty is all."""

    span: Span
    deferral_months: int
    percent: int
    kinds: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What is granted, for the owner."""
        parts = []
        if self.percent:
            parts.append(f"{self.span.first} 至 {self.span.last} 的费用减 {self.percent}%")
        if self.deferral_months:
            parts.append(f"这期间到期的缓缴 {self.deferral_months} 个月，不计违约金")
        return "；".join(parts)


@dataclass(frozen=True, slots=True)
class Billed:
    """A receivable as far as a measure is concerned."""

    span: Span
    due_on: dt.date
    amount_fen: int
    open_fen: int
    quantity: Decimal
    prices: Sequence[Price]
    convention: Convention
    late_fee: bool
    own_income: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What a measure does to a receivable: the list price of its days in question, what is taken off, the days without late fee."""

    base_fen: int
    off_fen: int
    rests: Span | None


def check_measure(terms: Terms) -> None:
    """Raises ``Invalid`` naming the field."""
    if terms.deferral_months and not DEFERRAL_MONTHS[0] <= terms.deferral_months <= DEFERRAL_MONTHS[1]:
        raise Invalid(field="缓缴月数", reason=Phrase("应在 {least} 到 {most} 之间", least=DEFERRAL_MONTHS[0], most=DEFERRAL_MONTHS[1]))
    if not 0 <= terms.percent <= MOST_PERCENT:
        raise Invalid(field="减免百分比", reason=Phrase("应在 {least} 到 {most} 之间", least=0, most=MOST_PERCENT))
    if not terms.percent and not terms.deferral_months:
        raise Invalid(field="减免百分比", reason="缓缴和减免至少填一项")
    if terms.span.days > MOST_DAYS:
        raise Invalid(field="止日", reason=Phrase("一项政策最多 {days} 天", days=MOST_DAYS))


def put_off(due_on: dt.date, months: int) -> dt.date:
    """The last day to which a payment due on ``due_on`` is put off: the same day, or a shorter month's last."""
    return Month.of(due_on).plus(months).day(due_on.day)


def effect(bill: Billed, terms: Terms) -> Effect | None:
    """What a measure does to a bill; None where it does nothing."""
    inside = bill.span.overlap(terms.span)
    base = _base(bill, inside) if inside is not None and terms.percent and bill.own_income else 0
    off = min(bill.open_fen, percent_of(base, terms.percent))
    rests = None
    if terms.deferral_months and bill.late_fee and bill.open_fen > off and terms.span.first <= bill.due_on <= terms.span.last:
        rests = Span(bill.due_on, put_off(bill.due_on, terms.deferral_months))
    return Effect(base, off, rests) if off or rests else None


def _base(bill: Billed, inside: Span) -> int:
    """The list price of those days of a bill; a bill without prices counts only if all its days are inside."""
    if inside == bill.span:
        return bill.amount_fen
    if not bill.prices:
        return 0
    return sum(fen for _, fen in charge_by_month(inside, bill.quantity, bill.prices, bill.convention))
