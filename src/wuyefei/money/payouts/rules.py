"""What a row of the bank's answer means for a payout (product rows D1, D5). Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan

from .layouts import DONE, FAILED, HEADERS, STILL, Field

MOST = 500
"""Payments in one file: banks ask for larger ones to be split."""
MOST_ROWS, MOST_BYTES = 5_000, 10 * 1024 * 1024
NUMBER = re.compile(r"TK\d{8}[0-9A-F]{16}(?:-\d{1,3})?")
"""The number of a payout, wherever in a purpose or a remark the bank gives it back."""


class Effect(StrEnum):
    """What a row does: ends the payout, leaves it waiting, says what is known, or is refused and the file with it."""

    DONE = "done"
    FAILED = "failed"
    STILL = "still"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the bank's answer. ``account_mark`` compares a full account, ``account_tail`` one whose middle is hidden."""

    row: int
    number: str
    result: str
    amount_fen: int | None
    reason: str = ""
    reference: str = ""
    on: dt.date | None = None
    account_mark: str = ""
    account_tail: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A payout as it stands. ``state`` is waiting, done, failed or undone; ``mark`` what its answer was known by, empty where a
    person noted it."""

    number: str
    amount_fen: int
    account_mark: str
    account_tail: str
    state: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row; ``field`` and ``words`` name what is wrong and what to do, or why the bank did not pay."""

    effect: Effect
    words: str = ""
    field: str = ""


def headed(cells: Sequence[str]) -> dict[Field, int] | None:
    """Which column of a header row holds what, or None where it is none: a result, a sum, and a number or a purpose are needed."""
    names = [re.sub(r"[\s*：:]|[(（][^)）]*[)）]", "", cell) for cell in cells]
    found: dict[Field, int] = {}
    for field, words in HEADERS:
        place = next((names.index(word) for word in words if word in names), None)
        if place is not None:
            found[field] = place
    complete = Field.RESULT in found and Field.AMOUNT in found and (Field.NUMBER in found or Field.PURPOSE in found)
    return found if complete else None


def number_in(*texts: str) -> str:
    """The first number of a payout in the texts; empty where there is none."""
    return next((match[0] for text in texts if (match := NUMBER.search(text.upper()))), "")


def said(result: str) -> Effect | None:
    """What the bank's word means; None for one nobody knows: whether money went out is not guessed."""
    word = result.strip().upper()
    if word in DONE:
        return Effect.DONE
    if word in FAILED:
        return Effect.FAILED
    return Effect.STILL if word in STILL else None


def digest(row: Row, effect: Effect) -> str:
    """What an answer is known by: everything that bears on the payout, wherever in a file it stands."""
    facts = (row.number, effect.value, row.amount_fen, row.reason.strip(), row.reference.strip(), row.on)
    return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()[:40]


def judge(row: Row, asked: Asked | None, earlier: int | None, made_on: dt.date, today: dt.date) -> Verdict:
    """What a row does to its payout. ``earlier``: the row of the same file that spoke of it before; ``made_on``: when the payment
    file was made."""
    if asked is None:
        return _no("明细号", Phrase("{number} 不在这份付款文件里，请核对是不是另一份文件的回盘", number=row.number[:40] or "—"))
    if earlier is not None:
        return _no("明细号", Phrase("与第 {other} 行是同一笔，请核对后只留一行", other=earlier))
    if row.amount_fen != asked.amount_fen:
        has = yuan(row.amount_fen) if row.amount_fen is not None else "—"
        return _no("金额", Phrase("回盘是 {has}，付款文件是 {asked}，请与银行核对", has=has, asked=yuan(asked.amount_fen)))
    if not _same_account(row, asked):
        return _no("收款账号", Phrase("不是付款文件里尾号 {tail} 的账号，请与银行核对", tail=asked.account_tail or "—"))
    if row.on is not None and not made_on <= row.on <= today:
        return _no("日期", Phrase("{day} 早于付款文件或晚于今天，请核对", day=row.on))
    effect = said(row.result)
    if effect is None:
        return _no("结果", Phrase("不认识「{word}」，请改成「成功」「失败」或「处理中」", word=row.result[:20]))
    return _standing(row, asked, effect)


def _standing(row: Row, asked: Asked, effect: Effect) -> Verdict:
    if asked.state == "undone":
        return _no("明细号", Phrase("这份付款文件已经撤销，银行却有结果：请先查银行流水，付出了的到那笔退款登记"))
    if asked.state == "waiting":
        return Verdict(effect, _why(row) if effect is Effect.FAILED else "")
    same = asked.mark == digest(row, effect) or (not asked.mark and effect.value == asked.state)
    if same or effect is Effect.STILL:
        return Verdict(Effect.KNOWN)
    if asked.state == "done" and effect is Effect.FAILED:
        return _no("结果", Phrase("已经记为付出，这一行说失败：原来的不改。银行退汇的，钱会作为来款出现在银行流水里，在那里处理"))
    return _no("结果", Phrase("以前回过盘，这一行的内容不同：原来的不改，请与银行核对"))


def _why(row: Row) -> str:
    return (row.reason.strip() or row.result.strip())[:120]


def _same_account(row: Row, asked: Asked) -> bool:
    """Whether the account as the file says it, perhaps with its middle hidden, can be the one that was asked for."""
    if row.account_mark and asked.account_mark:
        return row.account_mark == asked.account_mark
    return not row.account_tail or row.account_tail.endswith(asked.account_tail)


def _no(field: str, words: str) -> Verdict:
    return Verdict(Effect.REFUSED, words, field)
