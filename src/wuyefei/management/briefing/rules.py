"""What a brief says in one sentence and how an e-mail puts it. Pure: no clock, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from wuyefei.foundation.kernel.money import yuan_text

NONE = "—"


@dataclass(frozen=True, slots=True)
class Line:
    """A community: received yesterday, the month's current-period rate as of last night, its target, arrears; all in fen."""

    name: str
    received_fen: int
    rate: Decimal | None
    target: Decimal
    arrears_fen: int

    @property
    def gap(self) -> Decimal | None:
        """Points over the target."""
        return None if self.rate is None else self.rate - self.target


@dataclass(frozen=True, slots=True)
class Count:
    """Something that is counted, with its sum in fen where it has one and its page."""

    name: str
    count: int
    fen: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """``day`` is the morning it is for; yesterday's figures are of the day before. ``whole`` sums the lines."""

    day: dt.date
    organisation: str
    received_before_fen: int
    whole: Line
    lines: tuple[Line, ...]
    events: tuple[Count, ...]
    todos: tuple[Count, ...]


def percent(value: Decimal | None) -> str:
    return NONE if value is None else f"{(value * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def signed(value: Decimal | None) -> str:
    """A difference in points as a figure: +1.2."""
    if value is None:
        return NONE
    exact = (value * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{'+' if exact > 0 else '−' if exact < 0 else ''}{abs(exact)}"


def points(value: Decimal | None) -> str:
    """The same in words: +1.2 个点."""
    return NONE if value is None else f"{signed(value)} 个点"


def sentence(brief: Brief) -> str:
    """Money first, then the rate against its target, then what needs somebody."""
    whole = brief.whole
    parts = [f"昨天收款 {yuan_text(whole.received_fen)} 元，前天 {yuan_text(brief.received_before_fen)} 元"]
    if whole.rate is None:
        parts.append("本月还没有到期的应收")
    else:
        parts.append(f"本月当期收缴率 {percent(whole.rate)}，目标 {percent(whole.target)}，相差 {points(whole.gap)}")
    named = [f"{one.name} {one.count}" for one in brief.events if one.count]
    if named:
        parts.append("、".join(named))
    waiting = sum(one.count for one in brief.todos)
    parts.append(f"今天有 {waiting} 件事等您" if waiting else "今天没有等您办的事")
    return "；".join(parts) + "。"


def letter(brief: Brief) -> str:
    """The e-mail: the sentence, a line a community, events and to-dos. No owner, no room."""
    rows = [sentence(brief), ""]
    for line in brief.lines:
        rows.append(f"{line.name}：收款 {yuan_text(line.received_fen)} 元，收缴率 {percent(line.rate)}（目标 {percent(line.target)}），欠费 {yuan_text(line.arrears_fen)} 元")
    for title, counts in (("昨天以来", brief.events), ("等您办理", brief.todos)):
        rows += ["", f"【{title}】", *(_counted(one) for one in counts)]
    return "\n".join(rows)


def _counted(one: Count) -> str:
    return f"{one.name}：{one.count}" + (f"，{yuan_text(one.fen)} 元" if one.fen is not None else "")


def summed(lines: Sequence[Line], due_fen: int, paid_fen: int, target: Decimal) -> Line:
    """All communities together; the rate is of the sums, never a mean of rates."""
    rate = Decimal(paid_fen) / due_fen if due_fen > 0 else None
    return Line("合计", sum(line.received_fen for line in lines), rate, target, sum(line.arrears_fen for line in lines))
