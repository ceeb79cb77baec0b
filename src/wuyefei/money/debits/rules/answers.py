"""What the bank's answer makes of an item (product row D1). Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Phrase


class AnswerRefused(DomainError):
    """The bank's file cannot be taken in; nothing of it was. The message names the row as the person sees it."""

    code = "answer_refused"
    message = "第 {row} 行：{reason}。整份回盘都没有处理。"


class Outcome(StrEnum):
    PAID = "paid"
    PARTIAL = "partial"
    FAILED = "failed"
    EXCEPTION = "exception"


SUCCESS = frozenset({"成功", "扣款成功", "交易成功", "全部成功", "Y", "S", "0", "00", "000", "0000", "000000", "SUCCESS"})
PART = frozenset({"部分成功", "部分扣款", "P"})
FAILURE = frozenset({"失败", "扣款失败", "交易失败", "不成功", "N", "F", "FAIL"})
CODES: Mapping[str, str] = {
    "51": "余额不足", "14": "账号不存在", "62": "账户冻结", "61": "超过扣款限额", "05": "银行拒绝", "30": "格式错误", "96": "银行系统故障",
}  # fmt: skip
"""Answer codes of bank cards as most banks use them; what a community's own bank says stands in its terms and goes first."""
ENDS = ("销户", "解约", "注销", "账号不存在", "户名不符", "未签约", "协议不存在", "没有签约", "账户不存在")
"""Words of a failure after which no further try can succeed: the mandate ends."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of the bank's file. ``got_fen`` is what was really taken, None where the file does not say; ``on`` its value date."""

    row: int
    number: str
    result: str
    asked_fen: int | None = None
    got_fen: int | None = None
    reason: str = ""
    account: str = ""
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """How an item ends: what was taken, the bank's code and what it says in words."""

    outcome: Outcome
    got_fen: int
    code: str
    words: str
    ends_mandate: bool = False


def judge(answer: Answer, asked_fen: int, codes: Mapping[str, str]) -> Judged:
    """Taken in full → paid; less → partial; nothing → failed; more than was asked for → exception, in suspense.

    Raises ``AnswerRefused`` for a result that contradicts its amounts: nobody guesses whether money was taken.
    """
    result = answer.result.strip().upper()
    if answer.asked_fen is not None and answer.asked_fen != asked_fen:
        raise AnswerRefused(row=answer.row, reason=Phrase("应扣金额与报盘不同"))
    success, part = result in SUCCESS, result in PART
    got = answer.got_fen if answer.got_fen is not None else asked_fen if success else 0
    if got < 0:
        raise AnswerRefused(row=answer.row, reason=Phrase("实扣金额是负数"))
    if (success or part) and not got:
        raise AnswerRefused(row=answer.row, reason=Phrase("写着成功，但没有实扣金额"))
    if not (success or part) and got:
        raise AnswerRefused(row=answer.row, reason=Phrase("写着失败，但有实扣金额"))
    if not result:
        raise AnswerRefused(row=answer.row, reason=Phrase("没有扣款结果"))
    code = answer.result.strip()[:20]
    if got:
        outcome = Outcome.PAID if got == asked_fen else Outcome.PARTIAL if got < asked_fen else Outcome.EXCEPTION
        return Judged(outcome, got, code, answer.reason[:120])
    words = said(code, answer.reason, codes)
    return Judged(Outcome.FAILED, 0, code, words, any(word in words for word in ENDS))


def said(code: str, reason: str, codes: Mapping[str, str]) -> str:
    """A failure in words: what the file says, else what the code means, else the code itself."""
    known = codes.get(code) or CODES.get(code)
    return (reason.strip() or known or (code if code.upper() in FAILURE else f"返回码 {code}"))[:120]


def parse_codes(text: str) -> dict[str, str]:
    """Lines ``代码=说明`` of a community's terms. Raises ``DomainError`` naming the line."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = re.fullmatch(r"\s*([^=＝\s]{1,20})\s*[=＝]\s*(\S.{0,79})", line)
        if match is None:
            raise DomainError("debit_codes", "返回码第 {row} 行应写成「代码=说明」。", row=number)
        found[match[1]] = match[2].strip()
    return found


def digest(answer: Answer, on: dt.date) -> str:
    """What an answer is known by: everything that bears on the item, wherever in a file it stands."""
    said_ = (answer.number, answer.result.strip(), answer.got_fen, answer.reason.strip(), answer.on or on)
    return hashlib.sha256("|".join(map(str, said_)).encode()).hexdigest()[:40]
