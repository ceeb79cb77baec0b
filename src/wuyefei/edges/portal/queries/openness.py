"""What everybody of a community may see of its money: prices, composition, published statements, and one rate."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.estate.tariffs.public import price_on, price_words, prices_of, tariffs
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.insight.measures.public import rates
from wuyefei.money.relief.public import Fund, published_funds
from wuyefei.money.relief.public import Statement as FundYear
from wuyefei.relations.accounts.public import LEAST_HOMES, Place, reader
from wuyefei.relations.governance.public import (
    Entry,
    Part,
    Statement,
    StatementFile,
    Sums,
    composition,
    entries_of,
    files_of,
    published,
    sums,
)

from ..charts import Pair, Pairs, Square, pairs, squares

LOOK_BACK = 3
"""Months to look back for one in which bills fell due: quarterly billing leaves months empty."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A line with its part of the whole, in per cent with one decimal."""

    entry: Entry
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Quarter:
    statement: Statement
    sums: Sums
    income: list[Shared]
    spending: list[Shared]
    public_in: list[Entry]
    public_out: list[Entry]
    files: list[StatementFile]


@dataclass(frozen=True, slots=True)
class CommunityRate:
    """Households that owe nothing of a month's bills: sums of the community, never a household."""

    month: Month
    paid: int
    billed: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Openness:
    prices: list[tuple[str, str]]
    parts: list[tuple[Part, int]]
    squares: list[Square]
    quarter: Quarter | None
    others: list[Statement]
    chart: Pairs | None
    rate: CommunityRate | None
    funds: list[tuple[Fund, FundYear]]
    """Money held for others, in sums of this year."""


def openness(place: Place, quarter: dt.date | None, today: dt.date) -> Openness:
    """``quarter`` chooses a published one; without it, or where there is none of it, the latest."""
    found = published(place.community_id)
    chosen = next((row for row in found if row.quarter == quarter), found[0] if found else None)
    parts = composition(place.community_id)
    return Openness(
        _prices(place, today),
        [(part, number) for number, part in enumerate(parts, start=1)],
        squares([part.percent for part in parts]),
        _quarter(chosen) if chosen else None,
        found,
        _chart(found[:4][::-1]) if len(found) > 1 else None,
        community_rate(place, today),
        published_funds(place.community_id, today),
    )


def _quarter(row: Statement) -> Quarter:
    entries, total = entries_of(row), sums(row)
    return Quarter(
        row,
        total,
        [_shared(entry, total.income_fen) for entry in entries if not entry.public and entry.income],
        [_shared(entry, total.spending_fen) for entry in entries if not entry.public and not entry.income],
        [entry for entry in entries if entry.public and entry.income],
        [entry for entry in entries if entry.public and not entry.income],
        files_of(row),
    )


def _shared(entry: Entry, whole: int) -> Shared:
    return Shared(entry, (Decimal(entry.amount_fen) * 100 / whole).quantize(Decimal("0.1")))


def _chart(rows: list[Statement]) -> Pairs:
    drawn = []
    for row in rows:
        total = sums(row)
        drawn.append(Pair(f"{row.quarter.year % 100:02d} Q{(row.quarter.month + 2) // 3}", total.income_fen, total.spending_fen))
    return pairs(drawn)


def _prices(place: Place, today: dt.date) -> list[tuple[str, str]]:
    rows = list(tariffs(reader(place)).filter(community_id=place.community_id, ended_on__isnull=True).order_by("name"))
    prices, shown = prices_of(row.pk for row in rows), []
    for row in rows:
        price = price_on(today, prices.get(row.pk, []))
        if price is None:
            continue
        shown.append((row.name, price_words(row.method, price.per_unit, price.fixed, price.terms)))
    return [row for row in shown if row[1]]


def _plain(value: Decimal) -> str:
    whole, _dot, rest = f"{value.normalize():f}".partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def community_rate(place: Place, today: dt.date) -> CommunityRate | None:
    """What owners see of the community they live in."""
    return rate_of(reader(place), place.community_id, today)


def rate_words(statement: Statement, on: dt.date) -> str:
    """The same for the notice board: 2026 年 9 月已有 412 户缴清，占 93.1%."""
    found = rate_of(service_actor(statement.organisation_id, SYSTEM), statement.community_id, on)
    if found is None:
        return ""
    return f"{found.month.year} 年 {found.month.number} 月的账单已有 {found.paid} 户缴清，占 {found.percent}%"


def rate_of(plain: Actor, community_id: int, today: dt.date) -> CommunityRate | None:
    """The household rate of the last month with bills due by today; None below ``LEAST_HOMES`` households."""
    actor, month = _reporter(plain, community_id), Month.of(today)
    for _step in range(LOOK_BACK + 1):
        found = next((row for row in rates(actor, today, community_id, month) if row.community is not None), None)
        if found is not None and found.households >= LEAST_HOMES and found.household is not None:
            return CommunityRate(month, found.households_paid, found.households, (found.household * 100).quantize(Decimal("0.1")))
        month = month.plus(-1)
    return None


def _reporter(plain: Actor, community_id: int) -> Actor:
    """Who reads the community's sums, and nothing else."""
    return dataclasses.replace(plain, places={Permission.REPORT_VIEW: frozenset({community_id})})
