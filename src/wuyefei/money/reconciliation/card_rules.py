"""Reading an acquirer's settlement file 刷卡清算文件, joining its rows to card payments, and finding its payouts. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wuyefei.foundation.kernel.errors import DomainError, Phrase

from .layouts import AMOUNT, CARD_HEADERS, DEED, FEE, NET, REFERENCE, SETTLED, TERMINAL, TRADED, VOUCHER
from .rules import Row

HEADER_ROWS = 30
MOST_ROWS = 50_000
MOST_DAYS = 40


class CardFileRefused(DomainError):
    """The whole file is refused, naming the row: nothing of it was taken in."""

    code = "card_file_refused"
    message = "第 {row} 行：{reason}"


@dataclass(frozen=True, slots=True)
class CardRow:
    """One trade as the acquirer has it, in fen; ``line`` is its row in the file. A refund has a positive ``amount_fen`` and, where the
    fee is given back, a negative ``fee_fen``; ``original`` is the reference it takes back."""

    line: int
    terminal: str
    reference: str
    traded_on: dt.date
    settled_on: dt.date
    refund: bool
    amount_fen: int
    fee_fen: int
    card_tail: str = ""
    original: str = ""

    @property
    def key(self) -> str:
        """By what it is known: a refund has a reference of its own, or that of what it takes back."""
        return key_of(self.terminal, self.reference) + ("-R" if self.refund else "")

    @property
    def net_fen(self) -> int:
        return (-self.amount_fen if self.refund else self.amount_fen) - self.fee_fen


def key_of(terminal: str, reference: str) -> str:
    return f"{terminal}-{reference}"


@dataclass(frozen=True, slots=True)
class Swipe:
    """The card part of a payment of ours. ``terminal`` and ``reference`` are empty where the cashier left them out; ``label`` is its
    receipt."""

    payment_id: int
    on: dt.date
    amount_fen: int
    label: str
    community_id: int
    terminal: str = ""
    reference: str = ""
    card_tail: str = ""
    voided: bool = False

    @property
    def key(self) -> str:
        """By what it is compared: its slip where that is complete, else its receipt."""
        return key_of(self.terminal, self.reference) if self.terminal and self.reference else self.label


def plain(header: str) -> str:
    """A header as it is compared: without blanks, marks and units in brackets."""
    return re.sub(r"\([^)]*\)$", "", re.sub(r"[\s*：:`\t]", "", header).replace("（", "(").replace("）", ")"))


def card_columns(cells: Sequence[str]) -> dict[str, int] | None:
    """Which columns a header row names; None where it is none: terminal, money, fee or net, a day, and a reference or voucher."""
    names = [plain(cell) for cell in cells]
    found = {key: next((names.index(word) for word in words if word in names), -1) for key, words in CARD_HEADERS.items()}
    held = {key: place for key, place in found.items() if place >= 0}
    needed = {TERMINAL, AMOUNT, TRADED} <= held.keys() and held.keys() & {FEE, NET} and held.keys() & {REFERENCE, VOUCHER}
    return held if needed else None


NAMES = {TERMINAL: "终端号", AMOUNT: "交易金额", TRADED: "交易日期", REFERENCE: "参考号", FEE: "手续费", SETTLED: "清算日期", DEED: "交易类型"}


def fee_of(amount_fen: int, fee_fen: int | None, net_fen: int | None, refund: bool, line: int) -> int:
    """The fee of a row: charged positive, given back negative. ``amount_fen`` is positive; signs of the others are the file's.

    Raises ``CardFileRefused`` where amount, fee and net do not fit each other.
    """
    net = None if net_fen is None else abs(net_fen)
    if fee_fen is None:
        assert net is not None
        return net - amount_fen if refund else amount_fen - net
    fee = -abs(fee_fen) if refund else abs(fee_fen)
    if net is not None and net != (amount_fen + fee if refund else amount_fen - fee):
        raise CardFileRefused(row=line, reason=Phrase("金额减手续费不等于清算金额"))
    return fee


def check_rows(rows: Sequence[CardRow], today: dt.date) -> None:
    """Raises ``CardFileRefused`` for a trade to come, and for two rows of one reference."""
    seen: dict[str, int] = {}
    for row in rows:
        if row.traded_on > today or row.settled_on > today:
            raise CardFileRefused(row=row.line, reason=Phrase("日期 {day} 晚于今天", day=max(row.traded_on, row.settled_on)))
        if row.key in seen:
            raise CardFileRefused(row=row.line, reason=Phrase("参考号与第 {other} 行重复", other=seen[row.key]))
        seen[row.key] = row.line
    if len({row.settled_on for row in rows}) > MOST_DAYS:
        raise CardFileRefused(row=rows[-1].line, reason=Phrase("一份文件最多 {most} 个清算日，请拆开上传", most=MOST_DAYS))


def pair(rows: Iterable[CardRow], swipes: Iterable[Swipe], places: Mapping[str, int]) -> dict[int, CardRow]:
    """Which row is the slip of a payment whose slip the cashier left out, wholly or partly: payment → row.

    A reference that was typed must be the row's; else day, sum and what is known of terminal and card must agree, and there must be
    one such row for the payment and one such payment for the row. ``places``: the community of each terminal.
    """
    swipes = list(swipes)
    taken = {swipe.key for swipe in swipes if swipe.terminal and swipe.reference}
    free = [row for row in rows if not row.refund and row.key not in taken]
    open_ = [swipe for swipe in swipes if not (swipe.terminal and swipe.reference) and not swipe.voided]
    found = {swipe.payment_id: [row for row in free if _may_be(row, swipe, places)] for swipe in open_}
    used = Counter(row.key for rows in found.values() for row in rows)
    return {payment_id: rows[0] for payment_id, rows in found.items() if len(rows) == 1 and used[rows[0].key] == 1}


def _may_be(row: CardRow, swipe: Swipe, places: Mapping[str, int]) -> bool:
    if swipe.terminal and swipe.terminal != row.terminal or places.get(row.terminal) != swipe.community_id:
        return False
    if swipe.reference:
        return swipe.reference == row.reference
    same_card = not swipe.card_tail or not row.card_tail or swipe.card_tail == row.card_tail
    return row.amount_fen == swipe.amount_fen and row.traded_on == swipe.on and same_card


def ours_of(rows: Iterable[CardRow], swipes: Iterable[Swipe]) -> dict[str, Row]:
    """Our side of a file, by the keys of the file: one swipe may pay for several households. What was voided has passed all the same
    where the acquirer has it, and then has to be taken back."""
    passed: Counter[str] = Counter()
    voided: Counter[str] = Counter()
    standing: Counter[str] = Counter()
    for swipe in swipes:
        passed[swipe.key] += swipe.amount_fen
        (voided if swipe.voided else standing)[swipe.key] += swipe.amount_fen
    found = {key: Row(key, False, fen) for key, fen in standing.items() if fen}
    for row in rows:
        if row.refund:
            back = voided[key_of(row.terminal, row.original or row.reference)]
            if back:
                found[row.key] = Row(row.key, True, back)
        elif passed[row.key]:
            found[row.key] = Row(row.key, False, passed[row.key])
    return found


def changed(old: CardRow, new: CardRow) -> bool:
    """Whether a row that came before is told otherwise now."""
    return replace(old, line=0, card_tail="", original="") != replace(new, line=0, card_tail="", original="")


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A day whose money has not come; ``net_fen`` is what it comes to."""

    id: int
    day: dt.date
    net_fen: int


def paid_by(amount_fen: int, on: dt.date, days: Sequence[Unpaid], within: dt.timedelta) -> tuple[int, ...]:
    """The days that a payout of a day pays: days that follow one another (a weekend comes as one sum), the fewest that add up to it,
    the latest of them before the payout. Empty where there are none or it could be more than one choice."""
    queue = sorted((day for day in days if day.day < on <= day.day + within), key=lambda day: (day.day, day.id))
    for length in range(1, len(queue) + 1):
        runs = [queue[start : start + length] for start in range(len(queue) - length + 1)]
        found = [run for run in runs if sum(day.net_fen for day in run) == amount_fen]
        if found:
            return tuple(day.id for day in found[0]) if len(found) == 1 else ()
    return ()
