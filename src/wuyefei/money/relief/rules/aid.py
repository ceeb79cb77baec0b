"""Who gets how much of a fund (product rows C5, C6). Pure; money in fen.

A care fund pays for one household what three people agreed on, the oldest bill first. A subsidy goes to the bills that an
emergency policy concerns: the same sum for each household 每户定额, or a whole sum in proportion to what is unpaid 按未缴分摊.
Only principal is paid. What cannot be used stays in the fund.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import MAX_FEN, allocate, yuan_text


class FundKind(StrEnum):
    CARE = "care"
    SUBSIDY = "subsidy"


class How(StrEnum):
    HOUSEHOLD = "household"
    EACH = "each"
    SPREAD = "spread"


class State(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"


STATE_NAMES = {State.ASKED: "待审批", State.DONE: "已办", State.REFUSED: "未通过", State.UNDONE: "已撤销"}


class NotEnough(DomainError):
    code = "fund_not_enough"
    message = "「{fund}」余额 {balance} 元，待审批的资助已占 {promised} 元，不够付 {wanted} 元。"


class NothingToPay(DomainError):
    code = "nothing_to_pay"
    message = "没有可以支付的未缴账单。"


class WrongState(DomainError):
    code = "relief_state"
    message = "这项申请是「{state}」，不能{verb}。"


@dataclass(frozen=True, slots=True)
class OpenBill:
    """Unpaid principal of a receivable."""

    id: int
    payer_id: int
    due_on: dt.date
    open_fen: int


def check_sum(fen: int, field: str = "金额") -> None:
    if not 0 < fen <= MAX_FEN:
        raise Invalid(field=field, reason="应大于 0")


def check_balance(fund: str, balance_fen: int, promised_fen: int, wanted_fen: int) -> None:
    """Refuse what the fund does not hold beside what is promised already. Raises ``NotEnough``."""
    if wanted_fen > balance_fen - promised_fen:
        raise NotEnough(fund=fund, balance=yuan_text(balance_fen), promised=yuan_text(promised_fen), wanted=yuan_text(wanted_fen))


def in_order(bills: Sequence[OpenBill]) -> list[OpenBill]:
    return sorted((bill for bill in bills if bill.open_fen > 0), key=lambda bill: (bill.due_on, bill.id))


def for_household(fen: int, bills: Sequence[OpenBill]) -> dict[int, int]:
    """``fen`` to the bills of one payer, the oldest first. Raises ``Invalid`` above what is unpaid, ``NothingToPay``."""
    check_sum(fen)
    rows = in_order(bills)
    unpaid = sum(bill.open_fen for bill in rows)
    if not unpaid:
        raise NothingToPay()
    if fen > unpaid:
        raise Invalid(field="金额", reason=Phrase("不能超过选中账单的未缴本金 {sum} 元", sum=yuan_text(unpaid)))
    return _oldest_first(fen, rows)


def for_each(fen: int, bills: Sequence[OpenBill]) -> dict[int, int]:
    """``fen`` to each payer, at most what they have not paid, the oldest bill first. Raises ``NothingToPay``."""
    check_sum(fen)
    rows = in_order(bills)
    if not rows:
        raise NothingToPay()
    found: dict[int, int] = {}
    for payer_id in sorted({bill.payer_id for bill in rows}):
        found |= _oldest_first(fen, [bill for bill in rows if bill.payer_id == payer_id])
    return found


def spread(fen: int, bills: Sequence[OpenBill]) -> dict[int, int]:
    """``fen`` over all bills in proportion to what is unpaid, to the fen (largest remainder); at most all that is unpaid."""
    check_sum(fen)
    rows = in_order(bills)
    unpaid = sum(bill.open_fen for bill in rows)
    if not unpaid:
        raise NothingToPay()
    parts = allocate(min(fen, unpaid), [bill.open_fen for bill in rows])
    return {bill.id: part for bill, part in zip(rows, parts, strict=True) if part}


def _oldest_first(fen: int, rows: Sequence[OpenBill]) -> dict[int, int]:
    left, found = fen, {}
    for bill in rows:
        take = min(left, bill.open_fen)
        if take:
            found[bill.id] = take
            left -= take
    return found
