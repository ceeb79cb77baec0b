"""What a declaration of turnover may say (product row B2). Pure; the arithmetic of shares is the tariffs room's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import MAX_FEN

REPORT_DAY = 10
"""A month's turnover is expected by this day of the next; afterwards it counts as late. The minimum is billed meanwhile."""
MOST_ROWS = 2_000
"""Rows of one import."""


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """What somebody enters: the turnover of a lease in a month, VAT included, and where the figure comes from."""

    line_id: int
    month: Month
    amount_fen: int
    note: str = ""


class OutsideLease(DomainError):
    code = "outside_lease"
    message = "{home} 的租约在 {month} 没有生效。"


class MonthNotOver(DomainError):
    code = "month_not_over"
    message = "{month} 还没有结束，结束后才能申报整月的营业额。"


class StillWaiting(DomainError):
    code = "declaration_waiting"
    message = "{home} {month} 已有一份申报在等确认，请先确认或退回它。"


class SameFigure(DomainError):
    code = "declaration_same"
    message = "{home} {month} 已确认的营业额就是 {amount} 元，没有变化。"


class ReasonMissing(DomainError):
    code = "declaration_reason"
    message = "{home} {month} 的营业额已确认过。更正请写明原因。"


class OwnDeclaration(DomainError):
    code = "own_declaration"
    message = "录入的人不能确认自己录入的营业额，请另一位同事确认。"


class NotWaiting(DomainError):
    code = "declaration_state"
    message = "{home} {month} 的申报是「{state}」，不能{verb}。"


def due_on(month: Month) -> dt.date:
    """The day by which a month's turnover is expected."""
    return month.plus(1).day(REPORT_DAY)


def check_row(row: DeclaredRow, code: str, term: Span, today: dt.date) -> None:
    """Raises ``Invalid`` for a sum that is none, ``MonthNotOver`` and ``OutsideLease``."""
    if not 0 <= row.amount_fen <= MAX_FEN:
        raise Invalid(field="营业额", reason="不能是负数")
    if row.month.last >= today:
        raise MonthNotOver(month=row.month)
    if term.overlap(Span(row.month.first, row.month.last)) is None:
        raise OutsideLease(home=code, month=row.month)
