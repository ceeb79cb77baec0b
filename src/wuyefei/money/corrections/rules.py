"""What a late price makes of a published bill, and why a bill is left as it is (product rows B3, C2). Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from wuyefei.estate.tariffs.rules.public import (
    ENGLISH_PARTS,
    FORMULA,
    PARKING_DAY,
    PARKING_OWN,
    PER_HEAD,
    QUANTITY,
    RENT,
    SCHEDULED,
    SEASONS,
    DayPrice,
    Parts,
    TariffPrice,
    by_season,
    parts_named,
    schedule,
)
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.money.billing.rules.public import Price


class Hindrance(StrEnum):
    """Why a bill is left as it is; the first that holds."""

    VOID = "void"
    LOST = "lost"
    DISPUTED = "disputed"
    PLAN = "plan"
    BY_HAND = "by_hand"
    FLOOR = "floor"
    FAST = "fast"
    PARTS = "parts"


HINDRANCE_NAMES: dict[Hindrance, str] = {
    Hindrance.VOID: "已红冲，不再是应收",
    Hindrance.LOST: "已作坏账核销，恢复待收后再更正",
    Hindrance.DISPUTED: "业主有异议还没有答复，答复后再更正",
    Hindrance.PLAN: "在分期中，请先重新约定",
    Hindrance.BY_HAND: "已经逐笔调整过，请逐笔核对",
    Hindrance.FLOOR: "优惠后应缴不够退，请逐笔核对",
    Hindrance.FAST: "退款要动用的收款已开发票，请先红冲发票",
    Hindrance.PARTS: "新价格要用的数账单上没有，请逐笔调整",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What bears on whether a bill may be corrected; money in fen. ``due_fen``: the fee with all its changes;
    ``fee_settled_fen``: late fee that was paid."""

    due_fen: int
    outstanding_fen: int
    fee_settled_fen: int = 0
    void: bool = False
    lost: bool = False
    disputed: bool = False
    in_plan: bool = False
    by_hand: bool = False
    fast: bool = False


def hindrance(facts: Facts, difference_fen: int) -> Hindrance | None:
    """Why the bill cannot be changed by the difference; None where it can. A bill that is paid is no hindrance."""
    found = {
        Hindrance.VOID: facts.void,
        Hindrance.LOST: facts.lost,
        Hindrance.DISPUTED: facts.disputed,
        Hindrance.PLAN: facts.in_plan,
        Hindrance.BY_HAND: facts.by_hand,
        Hindrance.FLOOR: facts.due_fen + difference_fen < 0,
        Hindrance.FAST: facts.fast and needs_release(difference_fen, facts.outstanding_fen, facts.fee_settled_fen),
    }
    return next((why for why, holds in found.items() if holds), None)


def needs_release(difference_fen: int, outstanding_fen: int, fee_settled_fen: int) -> bool:
    """Whether what was paid has to come out of the bill before it is lowered, to settle it anew as of its days: it is lowered by
    more than is open on it, or late fee was paid of which a part was never owed."""
    return difference_fen < 0 and (-difference_fen > outstanding_fen or fee_settled_fen > 0)


def left_over(parts: Sequence[int], settled_fen: int) -> list[int]:
    """Of sums put to a bill one after the other, of which ``settled_fen`` found room: what is left of each."""
    left = []
    for fen in parts:
        used = min(fen, settled_fen)
        settled_fen -= used
        left.append(fen - used)
    return left


@dataclass(frozen=True, slots=True)
class Fresh:
    """The prices of a bill by the tariff as it stands, and their versions' numbers."""

    prices: Sequence[Price]
    versions: Mapping[dt.date, int]


def fresh(method: str, versions: Sequence[TariffPrice], span: Span, frozen: Sequence[Mapping[str, Any]]) -> Fresh | None:
    """The prices of the days of a bill by the versions of its tariff (sorted), for what the bill itself was made of: its
    people, its parts, its lease. None where a price asks for something that the bill does not hold."""
    applying = _applying(versions, span)
    if method in SCHEDULED:
        parts = _parts(method, applying, span, frozen)
        if parts is None:
            return None
        rows = schedule(method, applying, parts)
        return _fresh(rows, lambda row: True, False)
    return _fresh(by_season(method, applying, span.last), lambda row: method == QUANTITY or row.how["kind"] == SEASONS, method == PARKING_DAY)


def _fresh(rows: Sequence[DayPrice], explained: Any, daily: bool) -> Fresh:
    prices = [
        Price(row.since, row.per_unit, row.fixed, daily, json.dumps(row.how, ensure_ascii=False) if explained(row) else "") for row in rows
    ]
    return Fresh(prices, {row.since: row.version for row in rows})


def _applying(versions: Sequence[TariffPrice], span: Span) -> list[TariffPrice]:
    """The versions that price a day of the bill, or of the part of its first month before it."""
    first = Month.of(span.first).first
    begun = [one for one in versions if one.since <= first][-1:]
    return [*begun, *(one for one in versions if first < one.since <= span.last)]


def _parts(method: str, versions: Sequence[TariffPrice], span: Span, frozen: Sequence[Mapping[str, Any]]) -> Parts | None:
    """What the property brought to the bill, read back from how its prices came about."""
    hows = [(dt.date.fromisoformat(str(row["since"])), row.get("how") or {}) for row in frozen]
    if method == PER_HEAD:
        return Parts(span, heads=tuple((since, int(how["heads"])) for since, how in hows))
    if method == PARKING_OWN:
        return Parts(span, owned=tuple((since, bool(how["owned"])) for since, how in hows))
    if method == RENT:
        how = hows[0][1]
        if any(one.terms["by"] != how["terms"]["by"] for one in versions):
            return None
        first = dt.date.fromisoformat(how["first"])
        return Parts(Span(first, max(first, span.last)), area=Decimal(how["area"]))
    assert method == FORMULA
    return _formula_parts(versions, span, hows)


def _formula_parts(versions: Sequence[TariffPrice], span: Span, hows: Sequence[tuple[dt.date, Mapping[str, Any]]]) -> Parts | None:
    known = [(since, {ENGLISH_PARTS.get(name, name): Decimal(value) for name, value in how["parts"].items()}) for since, how in hows]
    wanted = {ENGLISH_PARTS.get(name, name) for one in versions for name in parts_named(one.terms)}
    if any(not wanted <= set(parts) for _, parts in known):
        return None
    first = known[0][1]
    heads = tuple((since, int(parts["居住人数"])) for since, parts in known if "居住人数" in parts)
    return Parts(span, first.get("建筑面积"), first.get("套内面积"), first.get("计费数量"), heads)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a correction comes to: bills and money in fen; ``down_fen`` is negative."""

    lines: int = 0
    up_lines: int = 0
    down_lines: int = 0
    up_fen: int = 0
    down_fen: int = 0

    @property
    def net_fen(self) -> int:
        return self.up_fen + self.down_fen

    @property
    def moved_fen(self) -> int:
        """What the second person answers for: both directions."""
        return self.up_fen - self.down_fen


def sums_of(differences: Iterable[int]) -> Sums:
    found = list(differences)
    ups, downs = [fen for fen in found if fen > 0], [fen for fen in found if fen < 0]
    return Sums(len(found), len(ups), len(downs), sum(ups), sum(downs))


def digest(lines: Iterable[tuple[int, int, int]]) -> str:
    """Of (bill, billed, should be) of every line to be corrected: what was looked at must be what is booked."""
    return hashlib.sha256(json.dumps(sorted(lines)).encode()).hexdigest()
