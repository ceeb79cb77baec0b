"""Ages, rates, large debts and the difference to book. Pure. All amounts in fen."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from wuyefei.foundation.kernel.dates import EARLIEST, LATEST, Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import round_half_up


class Bucket(IntEnum):
    """Ages of a debt, by days since it fell due; the youngest first."""

    NOT_DUE = 0
    UNDER_3_MONTHS = 1
    MONTHS_3_6 = 2
    MONTHS_6_12 = 3
    YEARS_1_2 = 4
    OVER_2_YEARS = 5


BUCKET_FROM: dict[Bucket, int] = {
    Bucket.UNDER_3_MONTHS: 0, Bucket.MONTHS_3_6: 91, Bucket.MONTHS_6_12: 181, Bucket.YEARS_1_2: 366, Bucket.OVER_2_YEARS: 731,
}  # fmt: skip
"""The first day since the due date of each bucket; what is not due yet bears no reserve."""
BUCKET_NAMES: dict[Bucket, str] = {
    Bucket.NOT_DUE: "未到期", Bucket.UNDER_3_MONTHS: "3 个月以内", Bucket.MONTHS_3_6: "3–6 个月", Bucket.MONTHS_6_12: "6–12 个月",
    Bucket.YEARS_1_2: "1–2 年", Bucket.OVER_2_YEARS: "2 年以上",
}  # fmt: skip
RATED = tuple(BUCKET_FROM)
"""The buckets that have a rate, the youngest first."""
DEFAULT_RATES: dict[Bucket, Decimal] = {
    Bucket.UNDER_3_MONTHS: Decimal(0), Bucket.MONTHS_3_6: Decimal("0.15"), Bucket.MONTHS_6_12: Decimal("0.30"),
    Bucket.YEARS_1_2: Decimal("0.50"), Bucket.OVER_2_YEARS: Decimal("0.80"),
}  # fmt: skip
"""Where a firm has set nothing (product row D10)."""
LARGE_FEN = 1_000_000
"""A payer who is overdue with so much or more in a community is assessed singly, unless the firm has set another sum."""
FOLLOWED = 4
"""Over how many quarters the rates are held against what was really collected."""


class State:
    DRAFT, ASKED, APPROVED, DISCARDED = "draft", "asked", "approved", "discarded"


TRANSITIONS: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.ASKED, State.DISCARDED}),
    State.ASKED: frozenset({State.APPROVED, State.DRAFT}),
    State.APPROVED: frozenset(),
    State.DISCARDED: frozenset(),
}


class NotOver(DomainError):
    code = "quarter_not_over"
    message = "{quarter} 还没有过完，{last} 之后才能计提。"


class EarlierQuarter(DomainError):
    code = "quarter_backwards"
    message = "已经计提到 {quarter}，不能再计提更早的季度。"


class OpenRun(DomainError):
    code = "reserve_run_open"
    message = "{community} 的 {quarter} 计提还没有办完，先办完或放弃它。"


class WrongState(DomainError):
    code = "reserve_state"
    message = "这次计提现在是「{state}」，不能这样做。"


class NotAssessed(DomainError):
    code = "reserve_not_assessed"
    message = "还有 {count} 笔大额欠费没有单项评估，例如「{payer}」。没有提交。"


class Moved(DomainError):
    code = "reserve_moved"
    message = "提交之后数字变了，没有入账；请退回后重新提交。"


class RatesBackdated(DomainError):
    code = "reserve_rates_backdated"
    message = "{quarter} 已经按当时的比例计提，新比例最早从 {first} 起。"


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, printed ``2026-Q3``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Quarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """``2026-Q3``; raises ``Invalid`` for anything else."""
        match = re.fullmatch(r"(\d{4})-Q([1-4])", text.strip().upper(), flags=re.ASCII)
        if not match or not EARLIEST.year <= int(match[1]) <= LATEST.year:
            raise Invalid(field="季度", reason=Phrase("「{value}」不是季度，应为如 2026-Q3", value=text[:20]))
        return cls(int(match[1]), int(match[2]))

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> dt.date:
        return Month(self.year, self.number * 3).last

    @property
    def index(self) -> int:
        """Quarters since year 0."""
        return self.year * 4 + self.number - 1

    def plus(self, quarters: int) -> Quarter:
        year, number = divmod(self.index + quarters, 4)
        return Quarter(year, number + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"


def bucket_of(due_on: dt.date, as_of: dt.date) -> Bucket:
    """The age of a debt on a day: day 0 is the due date itself, 91 days begin the fourth month."""
    days = (as_of - due_on).days
    return next((bucket for bucket, first in reversed(BUCKET_FROM.items()) if days >= first), Bucket.NOT_DUE)


@dataclass(frozen=True, slots=True)
class Terms:
    """The rates in force on a day, and from which sum a debt is large."""

    rates: Mapping[Bucket, Decimal]
    large_fen: int

    def rate(self, bucket: Bucket) -> Decimal:
        return self.rates.get(bucket, Decimal(0))


DEFAULT_TERMS = Terms(DEFAULT_RATES, LARGE_FEN)


def check_terms(terms: Terms) -> None:
    """Raises ``Invalid`` for a rate below 0, above 1, finer than a hundredth of a per cent, or below a younger one's."""
    before = Decimal(0)
    for bucket in RATED:
        rate, name = terms.rates[bucket], BUCKET_NAMES[bucket]
        if not 0 <= rate <= 1 or rate != rate.quantize(Decimal("0.0001")):
            raise Invalid(field=name, reason="应在 0 到 100% 之间，最多两位小数")
        if rate < before:
            raise Invalid(field=name, reason="不能低于账龄更短的一段")
        before = rate
    if terms.large_fen <= 0:
        raise Invalid(field="大额起点", reason="应大于 0")


def reserve_of(outstanding_fen: int, rate: Decimal) -> int:
    """What is set aside for one receivable by its age, half up."""
    return round_half_up(outstanding_fen * rate)


@dataclass(frozen=True, slots=True)
class Debt:
    """An open receivable as of a day."""

    payer_id: int
    due_on: dt.date
    outstanding_fen: int


def large_payers(debts: Iterable[Debt], as_of: dt.date, large_fen: int) -> frozenset[int]:
    """Who is overdue with ``large_fen`` or more in all; what is not due yet does not count."""
    owed: dict[int, int] = {}
    for debt in debts:
        if bucket_of(debt.due_on, as_of) is not Bucket.NOT_DUE:
            owed[debt.payer_id] = owed.get(debt.payer_id, 0) + debt.outstanding_fen
    return frozenset(payer for payer, fen in owed.items() if fen >= large_fen)


def by_age(debts: Sequence[Debt], as_of: dt.date, terms: Terms) -> int:
    """The reserve of all debts by their ages, each rounded by itself, large payers left out: those are assessed singly."""
    large = large_payers(debts, as_of, terms.large_fen)
    return sum(
        reserve_of(debt.outstanding_fen, terms.rate(bucket_of(debt.due_on, as_of))) for debt in debts if debt.payer_id not in large
    )


def check_quarter(quarter: Quarter, approved: Quarter | None, today: dt.date) -> None:
    """Raises ``NotOver`` and, where a later quarter is approved already, ``EarlierQuarter``."""
    if quarter.last >= today:
        raise NotOver(quarter=quarter, last=quarter.last)
    if approved is not None and quarter < approved:
        raise EarlierQuarter(quarter=approved)


def check_effective(day: dt.date, approved: Quarter | None) -> None:
    """Rates never reach back into a quarter that was run: raises ``RatesBackdated``."""
    if approved is not None and day <= approved.last:
        raise RatesBackdated(quarter=approved, first=approved.plus(1).first)


@dataclass(frozen=True, slots=True)
class Held:
    """A bucket of an earlier run beside what came of it: ``collected_fen`` in each following quarter; ``lowered_fen`` that turned
    out not to be owed (adjusted, reversed, billed anew to another); ``lost_fen`` written off."""

    bucket: Bucket
    rate: Decimal
    outstanding_fen: int
    expected_fen: int
    collected_fen: tuple[int, ...]
    lowered_fen: int
    lost_fen: int

    @property
    def paid_fen(self) -> int:
        return sum(self.collected_fen)

    @property
    def owed_fen(self) -> int:
        """What there was to collect."""
        return self.outstanding_fen - self.lowered_fen

    @property
    def open_fen(self) -> int:
        """What has neither come in nor been given up."""
        return self.owed_fen - self.paid_fen - self.lost_fen

    @property
    def uncollected(self) -> Decimal | None:
        """The share that has not come in so far, to four places; None where there was nothing to collect."""
        if self.owed_fen <= 0:
            return None
        return (Decimal(self.owed_fen - self.paid_fen) / self.owed_fen).quantize(Decimal("0.0001"))
