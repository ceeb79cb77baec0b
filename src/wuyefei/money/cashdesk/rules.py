"""What a drawer should hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text


class NoOpenShift(DomainError):
    code = "no_open_shift"
    message = "还没有开班，请先录入备用金开班。"


class ShiftOpen(DomainError):
    code = "shift_open"
    message = "你在这个项目已有一个进行中的班次。"


class ShiftNotOpen(DomainError):
    code = "shift_not_open"
    message = "这一班已经交班，不能再改。"


class NoteMissing(DomainError):
    code = "note_missing"
    message = "实点与应交相差 {difference} 元，请写明原因。"


class HeldBills(DomainError):
    code = "held_bills"
    message = "已选账单中有 {count} 笔正在争议处理中。业主愿意缴，随时可以收；确认后再收款。"


def expected_cash(float_fen: int, cash_fen: Iterable[int]) -> int:
    """What the drawer should hold: the float and the cash kept of payments that were not voided by then."""
    return float_fen + sum(cash_fen)


def difference(expected_fen: int, counted_fen: int) -> int:
    """Positive is over 长款, negative short 短款."""
    return counted_fen - expected_fen


def check_count(expected_fen: int, counted_fen: int, note: str) -> int:
    """The difference; raises ``NoteMissing`` where there is one without a reason, ``DomainError`` below zero."""
    if counted_fen < 0:
        raise DomainError("counted_negative", "实点金额不能是负数。")
    gap = difference(expected_fen, counted_fen)
    if gap and not note.strip():
        raise NoteMissing(difference=yuan_text(gap))
    return gap
