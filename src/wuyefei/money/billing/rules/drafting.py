"""From the facts of a community to the draft lines of a month (product rows B3, C1). Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.money import allocate, tax_included

from .cycles import cycles, due_date_for
from .proration import Convention, Price, Share, charge_by_month, pieces, price_on

JUMP_SHARE = Decimal("0.2")
"""A line that differs by more than this share from its last period is shown first in the review."""


class Flag(StrEnum):
    """Why a line differs from the last one of its contract line."""

    NEW = "new"
    PRICE = "price"
    QUANTITY = "quantity"
    DAYS = "days"
    PAYER = "payer"
    JUMP = "jump"
    LATE = "late"


FLAG_NAMES: dict[Flag, str] = {
    Flag.NEW: "首次出账",
    Flag.PRICE: "价格变动",
    Flag.QUANTITY: "计费数量变动",
    Flag.DAYS: "计费天数变动",
    Flag.PAYER: "缴费人变更",
    Flag.JUMP: "金额异常",
    Flag.LATE: "补出以前账期",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the contract says about billing; ``anchor`` is the month from which cycles are counted."""

    contract_id: int
    starts_on: dt.date
    ends_on: dt.date | None
    cycle_months: int
    anchor: Month
    due_month: int
    due_day: int
    convention: Convention
    late_fee_rate: Decimal | None
    late_fee_cap: Decimal | None
    allocation_order: str


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A contract line with the quantity it is charged on and its prices (sorted, the versions' numbers beside)."""

    line_id: int
    property_id: int
    property_code: str
    item_id: int
    tariff_id: int
    starts_on: dt.date
    ends_on: dt.date | None
    quantity: Decimal
    prices: Sequence[Price]
    versions: Mapping[dt.date, int]
    tax_rate: Decimal
    own_income: bool


@dataclass(frozen=True, slots=True)
class Last:
    """What was billed last on a contract line."""

    amount_fen: int
    quantity: Decimal
    payer_id: int
    span: Span
    last_price: tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Draft:
    """A receivable to be: see ``models.Charge`` for the columns; ``later`` is the net income of later months."""

    terms: Terms
    facts: LineFacts
    payer_id: int
    period: Month
    span: Span
    due_on: dt.date
    amount_fen: int
    tax_fen: int
    later: dict[Month, int] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    last_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Days that could not be billed, and why."""

    property_id: int
    property_code: str
    span: Span
    reason: str


def draft_line(
    facts: LineFacts,
    terms: Terms,
    month: Month,
    payers: Iterable[tuple[int, Span]],
    billed: Iterable[Span],
    last: Last | None,
) -> Iterator[Draft | Gap]:
    """The drafts of one contract line for a run of ``month``: the cycle that starts in it and missing earlier ones.

    No day already billed is billed again; a span is cut where the payer changes.
    """
    first = max(facts.starts_on, terms.starts_on)
    ends = [day for day in (facts.ends_on, terms.ends_on) if day]
    payers, billed = list(payers), list(billed)
    for start, whole in cycles(first, month.last, terms.anchor, terms.cycle_months):
        if start > month:
            break
        served = whole.overlap(Span(first, min([*ends, whole.last]))) if not ends or min(ends) >= first else None
        if served is None:
            continue
        for open_span in served.minus(billed):
            yield from _cut_by_payer(facts, terms, month, start, open_span, payers, last)


def _cut_by_payer(
    facts: LineFacts, terms: Terms, month: Month, start: Month, span: Span, payers: list[tuple[int, Span]], last: Last | None
) -> Iterator[Draft | Gap]:
    covered = []
    for payer_id, paid_for in payers:
        part = span.overlap(paid_for)
        if part is None:
            continue
        covered.append(part)
        if price_on(part.first, facts.prices) is None:
            yield Gap(facts.property_id, facts.property_code, part, "no_price")
            continue
        due_on = due_date_for(start, part.first, terms.due_month, terms.due_day)
        draft = _priced(facts, terms, month, start, part, due_on, payer_id, last)
        if draft.amount_fen > 0:
            yield draft
        elif not _free_by_season(part, facts.prices):
            yield Gap(facts.property_id, facts.property_code, part, "zero")
    for gap in span.minus(covered):
        yield Gap(facts.property_id, facts.property_code, gap, "no_payer")


def _free_by_season(span: Span, prices: Sequence[Price]) -> bool:
    """Whether nothing is due on all of these days because their season has no price, while another season has one: as
    agreed, and nothing for a reviewer to look at."""
    found = [json.loads(piece.price.how or "{}").get("seasons") for piece in pieces(span, prices)]
    return bool(found) and all(found)


def _priced(
    facts: LineFacts, terms: Terms, run: Month, start: Month, span: Span, due_on: dt.date, payer_id: int, last: Last | None
) -> Draft:
    months = charge_by_month(span, facts.quantity, facts.prices, terms.convention)
    amount = sum(fen for _, fen in months)
    tax = tax_included(amount, facts.tax_rate)
    return Draft(
        terms, facts, payer_id, start, span, due_on, amount, tax,
        later_income(months, amount - tax, run) if facts.own_income and amount else {},
        tuple(_flags(facts, payer_id, span, start, run, amount, last)),
        last.amount_fen if last else None,
    )  # fmt: skip


def later_income(months: Sequence[tuple[Month, int]], net_fen: int, run: Month) -> dict[Month, int]:
    """The net income of the months after ``run``: the receivable's net cut by its months' charges."""
    parts = allocate(net_fen, [fen for _, fen in months])
    return {month: part for (month, _), part in zip(months, parts, strict=True) if month > run and part}


def _flags(
    facts: LineFacts, payer_id: int, span: Span, start: Month, run: Month, amount: int, last: Last | None
) -> Iterator[Flag]:
    if start < run:
        yield Flag.LATE
    if last is None:
        yield Flag.NEW
        return
    price = price_on(span.last, facts.prices)
    if price is not None and (price.per_unit, price.fixed) != last.last_price:
        yield Flag.PRICE
    if facts.quantity != last.quantity:
        yield Flag.QUANTITY
    if _whole_months(span) != _whole_months(last.span):
        yield Flag.DAYS
    if payer_id != last.payer_id:
        yield Flag.PAYER
    if abs(amount - last.amount_fen) > JUMP_SHARE * last.amount_fen:
        yield Flag.JUMP


def _whole_months(span: Span) -> tuple[int, int, int]:
    """A span's length as months and odd days at either end: equal for equal stretches of service."""
    first, last = Month.of(span.first), Month.of(span.last)
    return last.index - first.index, span.first.day, 0 if span.last == last.last else span.last.day


def frozen_prices(facts: LineFacts, span: Span) -> list[dict[str, object]]:
    """The prices a receivable's amount follows from, as kept on its row."""
    return freeze(facts.prices, facts.versions, span)


def freeze(prices: Sequence[Price], versions: Mapping[dt.date, int], span: Span) -> list[dict[str, object]]:
    """Those of the prices that a bill of ``span`` follows from, as they are kept, with the numbers of their versions."""
    month_start = Month.of(span.first).first
    base = price_on(month_start, prices)
    chosen = [p for p in prices if p is base or month_start < p.since <= span.last]
    return [
        {
            "since": str(p.since), "per_unit": str(p.per_unit), "fixed": str(p.fixed), "version": versions.get(p.since, 0),
            **({"daily": True} if p.daily else {}), **({"how": json.loads(p.how)} if p.how else {}),
            **({"share": list(p.share)} if p.share else {}),
        }
        for p in chosen
    ]  # fmt: skip


def share_from(found: object) -> Share | None:
    """A share as it is kept on a bill, or None for a bill that is all one payer's."""
    if not isinstance(found, list | tuple):
        return None
    low, high, of = (int(part) for part in found)
    return low, high, of


def thawed_prices(rows: Sequence[Mapping[str, object]]) -> list[Price]:
    """The inverse of ``frozen_prices``."""
    return [
        Price(
            dt.date.fromisoformat(str(row["since"])), Decimal(str(row["per_unit"])), Decimal(str(row["fixed"])), bool(row.get("daily")),
            json.dumps(row["how"], ensure_ascii=False) if "how" in row else "", share_from(row.get("share")),
        )
        for row in rows
    ]  # fmt: skip
