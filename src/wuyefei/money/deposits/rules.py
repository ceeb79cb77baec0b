"""What is held of a deposit, and what a return of it comes to (product rows C4, D5). Pure; figures in
``docs/rules/deposits.md``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import yuan_text

MOST_DEDUCTIONS = 5
"""Lines of deductions of one return."""


class Stage(StrEnum):
    """How a deposit stands, by its money."""

    UNPAID = "unpaid"
    HELD = "held"
    PART = "part"
    CLOSED = "closed"
    VOID = "void"


class TooMuchBack(DomainError):
    code = "deposit_too_much"
    message = "在押 {held} 元，退还 {refund} 元加扣款 {deduct} 元超过了它。"


class NothingHeld(DomainError):
    code = "deposit_nothing_held"
    message = "这笔押金没有在押的钱，不能退还。"


def held_fen(paid_fen: int, moves: Sequence[int]) -> int:
    """What was paid on the bill and has not left it: ``moves`` negative for what left, positive for what came back."""
    return paid_fen + sum(moves)


def stage(fee_due_fen: int, paid_fen: int, moved_fen: int, reversed_: bool) -> Stage:
    """``moved_fen``: the sum of the moves, 0 or negative."""
    if reversed_ or (not fee_due_fen and not paid_fen):
        return Stage.VOID
    if not paid_fen:
        return Stage.UNPAID
    if not moved_fen:
        return Stage.HELD
    return Stage.PART if paid_fen + moved_fen else Stage.CLOSED


def overdue(expected_on: dt.date | None, held: int, today: dt.date) -> bool:
    """Whether the day on which it should have gone back is past and money is still held."""
    return expected_on is not None and held > 0 and expected_on < today


@dataclass(frozen=True, slots=True)
class Kept:
    """One deduction, in fen; ``document``: a number; ``photo``: whether there is a photograph."""

    reason: str
    amount_fen: int
    document: str = ""
    photo: bool = False


def check_return(held: int, refund_fen: int, kept: Sequence[Kept]) -> int:
    """The sum of the deductions. Raises ``NothingHeld``, ``TooMuchBack``, ``Invalid``."""
    if held <= 0:
        raise NothingHeld()
    if len(kept) > MOST_DEDUCTIONS:
        raise Invalid(field="扣款", reason="一次最多五项")
    for one in kept:
        if not one.reason:
            raise Invalid(field="扣款原因", reason="不能为空")
        if one.amount_fen <= 0:
            raise Invalid(field="扣款金额", reason="应大于 0")
        if not one.document and not one.photo:
            raise Invalid(field="扣款依据", reason="填单据编号，或附一张照片")
    deduct = sum(one.amount_fen for one in kept)
    if refund_fen < 0 or not refund_fen + deduct:
        raise Invalid(field="退还金额", reason="退还和扣款不能都是 0")
    if refund_fen + deduct > held:
        raise TooMuchBack(held=yuan_text(held), refund=yuan_text(refund_fen), deduct=yuan_text(deduct))
    return deduct


@dataclass(frozen=True, slots=True)
class Source:
    """A payment that settled part of the deposit: what it brought and what already went back of that, in fen."""

    payment_id: int
    brought_fen: int
    gone_fen: int = 0

    @property
    def left_fen(self) -> int:
        return self.brought_fen - self.gone_fen


def spread_back(refund_fen: int, sources: Sequence[Source]) -> list[tuple[int, int]]:
    """Which payments the money goes back to, in their order: (payment, fen), conserved to the fen.

    Raises ``TooMuchBack`` where they did not bring enough.
    """
    left, parts = refund_fen, []
    for source in sources:
        take = min(left, source.left_fen)
        if take > 0:
            parts.append((source.payment_id, take))
            left -= take
    if left:
        raise TooMuchBack(held=yuan_text(refund_fen - left), refund=yuan_text(refund_fen), deduct=yuan_text(0))
    return parts
