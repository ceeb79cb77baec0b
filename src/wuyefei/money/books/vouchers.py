"""Entries as vouchers of another program: grouped, numbered, with its codes. Pure; amounts in fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

KINGDEE, YONYOU, BEANCOUNT = "kingdee", "yonyou", "beancount"
TARGETS = {KINGDEE: "金蝶 K/3、KIS 专业版", YONYOU: "用友 U8、T3"}
WORD = "记"
MEMO = 60


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry of the journal: ``place`` is the community's name, ``legs`` are (account, debit-positive fen)."""

    number: int
    place: str
    on: dt.date
    kind: str
    memo: str
    legs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class VoucherLine:
    account: str
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class Voucher:
    """``number`` counts from 1 in each month; ``refer`` names the entries it holds."""

    number: int
    on: dt.date
    memo: str
    refer: str
    entries: int
    lines: tuple[VoucherLine, ...]


def vouchers(entries: Iterable[Booked], *, each: bool, labels: Mapping[str, str]) -> Iterator[Voucher]:
    """One voucher an entry, or one a community, day and kind (``labels`` names kinds). ``entries`` in order of day.

    Debits and credits of an account are summed apart, so that the totals stay those of the trial balance.
    """
    month, number = (0, 0), 0
    for group in _groups(entries, each):
        first = group[0]
        if (first.on.year, first.on.month) != month:
            month, number = (first.on.year, first.on.month), 0
        number += 1
        memo = first.memo if len(group) == 1 else f"{labels.get(first.kind, first.kind)} {len(group)} 笔"
        numbers = [entry.number for entry in group]
        refer = str(numbers[0]) if len(group) == 1 else f"{min(numbers)}-{max(numbers)}"
        yield Voucher(number, first.on, one_line(memo if memo.startswith(first.place) else f"{first.place} {memo}"), refer, len(group), _lines(group))


def _groups(entries: Iterable[Booked], each: bool) -> Iterator[list[Booked]]:
    """Groups in order of day; those of one day are held together until it is over."""
    day: dict[object, list[Booked]] = {}
    today: dt.date | None = None
    for entry in entries:
        if entry.on != today:
            yield from day.values()
            day, today = {}, entry.on
        day.setdefault(entry.number if each else (entry.place, entry.kind), []).append(entry)
    yield from day.values()


def _lines(group: list[Booked]) -> tuple[VoucherLine, ...]:
    sums: dict[tuple[bool, str], int] = {}
    for entry in group:
        for account, fen in entry.legs:
            key = fen < 0, account
            sums[key] = sums.get(key, 0) + abs(fen)
    return tuple(VoucherLine(account, 0 if credit else fen, fen if credit else 0) for (credit, account), fen in sorted(sums.items()))


def one_line(text: str) -> str:
    """One line without what would break a field."""
    return " ".join(text.replace(",", "，").replace('"', "”").split())[:MEMO]


def default_code(target: str, account: str) -> str:
    """Our code in the other program's form: ``2241.8`` → ``2241.08`` (Kingdee) or ``224108`` (Yonyou, 4-2)."""
    head, dot, tail = account.partition(".")
    if not dot:
        return head
    return f"{head}.{tail:0>2}" if target == KINGDEE else f"{head}{tail:0>2}"


def code_fault(target: str, code: str) -> str:
    """What is wrong with a code of theirs; empty where it will do: digits, in Kingdee also points between them."""
    parts = code.split(".") if target == KINGDEE else [code]
    if not 4 <= len(code) <= (40 if target == KINGDEE else 15) or not all(part.isascii() and part.isdigit() for part in parts):
        return "应为数字，至少 4 位；金蝶的各级用点分隔"
    return ""
