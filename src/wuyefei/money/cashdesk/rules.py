"""What a drawer should hold. Pure."""

from __future__ import annotations

import datetime as dt
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


BANK_WITHIN = dt.timedelta(days=1)
"""Cash counted on a day is at the bank on the next."""
SHOWN_WITHIN = dt.timedelta(days=3)
"""Cash paid in on a day stands in the bank's statement within this time."""
MAX_SCAN_BYTES = 4 << 20
SCAN_KINDS: dict[str, bytes] = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
"""What a scan may be, by the first bytes of the file."""


class AmountDiffers(DomainError):
    code = "slip_amount_differs"
    message = "缴款 {amount} 元，所选班次应缴 {covered} 元，相差 {gap} 元，请写明原因。"


class MoreThanHeld(DomainError):
    code = "slip_more_than_held"
    message = "账上库存现金只有 {held} 元，不能缴存 {amount} 元。"


def to_bank(counted_fen: int, float_fen: int) -> int:
    """What a shift brings in for the bank: what was counted less the float, which stays in the drawer."""
    return max(0, counted_fen - float_fen)


def check_slip(amount_fen: int, covered_fen: int, held_fen: int, note: str) -> None:
    """Raises ``MoreThanHeld``, ``AmountDiffers`` where the sums differ without a reason, ``DomainError`` for no money."""
    if amount_fen <= 0:
        raise DomainError("slip_nothing", "缴款金额应大于 0。")
    if amount_fen > held_fen:
        raise MoreThanHeld(held=yuan_text(held_fen), amount=yuan_text(amount_fen))
    if amount_fen != covered_fen and not note.strip():
        raise AmountDiffers(amount=yuan_text(amount_fen), covered=yuan_text(covered_fen), gap=yuan_text(amount_fen - covered_fen))


def scan_kind(content: bytes) -> str:
    """The kind of a scan by its first bytes; raises ``DomainError`` for anything else, and for too much."""
    if len(content) > MAX_SCAN_BYTES:
        raise DomainError("scan_too_large", "图片有 {size} MB，最大 {most} MB。", size=len(content) >> 20, most=MAX_SCAN_BYTES >> 20)
    for kind, begin in SCAN_KINDS.items():
        if content.startswith(begin):
            return kind
    raise DomainError("scan_unknown", "只能上传 JPEG、PNG 图片或 PDF。")


def banking_late(closed_on: dt.date, today: dt.date) -> bool:
    """Whether the cash of a shift that was counted on a day should be at the bank by now."""
    return today - closed_on > BANK_WITHIN


def settling_late(bank_on: dt.date, today: dt.date) -> bool:
    """Whether the bank's statement should show a slip by now."""
    return today - bank_on > SHOWN_WITHIN
