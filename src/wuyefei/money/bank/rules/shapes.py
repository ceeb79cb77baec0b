"""A bank's statement as every format is read into it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.kernel.money import yuan_text

KEY_LENGTH = 40
"""Of a line's key; with a number behind it a key is the reference of a payment (48 at most)."""


class StatementRefused(DomainError):
    """The file cannot be taken in; nothing of it was. ``row`` counts as the person sees it."""

    code = "statement_refused"
    message = "这份银行流水读不了。"


@dataclass(frozen=True, slots=True)
class Line:
    """One movement on the account. ``amount_fen`` is positive for money in, negative for money out; ``number`` is where it
    stands in the file, from 1."""

    number: int
    on: dt.date
    amount_fen: int
    payer_name: str = ""
    payer_account: str = ""
    memo: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """``account`` is empty where the file does not name it; balances are None where it does not state them."""

    kind: str
    account: str
    lines: tuple[Line, ...]
    opening_fen: int | None = None
    closing_fen: int | None = None


def check_balances(found: Statement) -> Statement:
    """A file that states both balances must add up: one cut short or edited does not."""
    if found.opening_fen is None or found.closing_fen is None:
        return found
    should = found.opening_fen + sum(line.amount_fen for line in found.lines)
    if should != found.closing_fen:
        reason = Phrase("期初余额加发生额是 {should} 元，文件写的期末余额是 {stated} 元，文件不完整或被改过。",
                        should=yuan_text(should), stated=yuan_text(found.closing_fen))  # fmt: skip
        raise StatementRefused("balance", "{reason}", reason=reason)
    return found


def bare(account: str) -> str:
    """An account's number without blanks and dashes."""
    return "".join(sign for sign in account.upper() if sign.isalnum())


def keys(account: str, place: int, lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """What a line is known by: everything it says, and which of those that say the same it is.

    So a file that comes again brings nothing new, and of one with a changed line that line alone is new.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    head = f"{place}|{bare(account)}|"
    for line in lines:
        said = (line.on, line.amount_fen, line.payer_name, line.payer_account, line.memo, line.ref)
        seen[said] += 1
        text = head + "|".join(map(str, (*said, seen[said])))
        yield hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH], line
