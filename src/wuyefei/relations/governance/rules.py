"""What a yuan of fee pays for, and whether a statement can stand. Pure: no clock, no database."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import allocate
from wuyefei.foundation.kernel.text import limited

MAX_LINES, MAX_PARTS, MAX_FILES = 60, 6, 12


class EmptyStatement(DomainError):
    code = "empty_statement"
    message = "还没有填写任何收入或支出，不能提交公示。"


class StatementFixed(DomainError):
    code = "statement_fixed"
    message = "这期公示{state}，不能再改；有错的另做一期更正。"


class StatementOpen(DomainError):
    code = "statement_open"
    message = "这个季度已有一期还没有公示，请先完成它。"


class StatementChanged(DomainError):
    code = "statement_changed"
    message = "提交复核后内容有变化，请退回重新提交。"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the fee: ``percent`` of it, and what it pays for in words."""

    name: str
    percent: int
    note: str


PARTS = (
    Part("人员工资", 60, "保安、保洁、工程、管家"),
    Part("公共能耗", 15, "路灯、电梯、水泵用电"),
    Part("设施维保", 10, "电梯、消防、监控"),
    Part("绿化保洁", 10, "花木、清扫、清运"),
    Part("管理费用", 5, "办公、税费、保险"),
)
"""The default composition (product row E5): staff 60, common energy 15, equipment 10, green and cleaning 10,
management 5."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as typed and cleaned; money in fen."""

    public: bool
    income: bool
    name: str
    amount_fen: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """The four sums of a statement in fen."""

    income_fen: int
    spending_fen: int
    public_in_fen: int
    public_out_fen: int

    @property
    def left_fen(self) -> int:
        return self.income_fen - self.spending_fen

    @property
    def public_left_fen(self) -> int:
        return self.public_in_fen - self.public_out_fen


def sums_of(entries: Iterable[Entry]) -> Sums:
    rows = list(entries)

    def total(public: bool, income: bool) -> int:
        return sum(row.amount_fen for row in rows if row.public is public and row.income is income)

    return Sums(total(False, True), total(False, False), total(True, True), total(True, False))


def compose(amount_fen: int, parts: Sequence[Part] = PARTS) -> list[tuple[Part, int]]:
    """The fee cut into its parts, conserving it to the fen."""
    shares = allocate(amount_fen, [part.percent for part in parts])
    return list(zip(parts, shares, strict=True))


def check_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """1 to 6 named parts of whole percents that add up to 100. Raises ``Invalid``."""
    kept = tuple(Part(limited(part.name, "构成", 20, required=True), part.percent, limited(part.note, "构成说明", 60)) for part in parts)
    if not 1 <= len(kept) <= MAX_PARTS:
        raise Invalid(field="构成", reason=Phrase("应为 1 到 {most} 项，现有 {count} 项", most=MAX_PARTS, count=len(kept)))
    if any(part.percent < 1 for part in kept):
        raise Invalid(field="构成", reason="每项至少 1")
    total = sum(part.percent for part in kept)
    if total != 100:
        raise Invalid(field="构成", reason=Phrase("合计应为 100，现为 {total}", total=total))
    return kept


def check_entry(entry: Entry) -> Entry:
    if entry.amount_fen <= 0:
        raise Invalid(field="金额", reason=Phrase("「{name}」应大于 0", name=entry.name))
    return Entry(entry.public, entry.income, limited(entry.name, "名称", 40, required=True), entry.amount_fen, limited(entry.note, "说明", 120))


def quarter_of(day: dt.date) -> dt.date:
    """The first day of the quarter."""
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def digest(entries: Sequence[Entry], parts: Sequence[Part], services: str, files: Sequence[tuple[str, str]] = ()) -> str:
    """A mark of everything that will be public; ``files`` by name and their own digests."""
    facts = [[entry.public, entry.income, entry.name, entry.amount_fen, entry.note] for entry in entries]
    whole: list[object] = [facts, [[part.name, part.percent, part.note] for part in parts], services]
    if files:
        whole.append([list(file) for file in files])
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()
