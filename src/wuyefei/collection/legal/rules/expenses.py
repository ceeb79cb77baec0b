"""What the company lays out in a matter, who bears it, and what the court gives back. Pure; fen.

Sources: Measures on the Payment of Litigation Costs (State Council Order 481) articles 15 (mediated or withdrawn: half), 16
(summary procedure: half), 29 (the loser bears them), 36 and 38 (payment order, enforcement, preservation); the Supreme People's
Court's interpretation of the Civil Procedure Law 207 (what the winner prepaid goes back to it, unless it agrees that the loser
pays it directly); Civil Code 561 (costs of realising a debt come before its interest and principal).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.kernel.money import round_half_up, yuan_text


class Fee(StrEnum):
    COURT = "court"
    PRESERVE = "preserve"
    NOTICE = "notice"
    APPRAISE = "appraise"
    LAWYER = "lawyer"
    OTHER = "other"


FEE_NAMES: dict[Fee, str] = {
    Fee.COURT: "案件受理费、申请费", Fee.PRESERVE: "保全申请费", Fee.NOTICE: "公告费", Fee.APPRAISE: "鉴定、评估费", Fee.LAWYER: "律师费",
    Fee.OTHER: "其他费用",
}  # fmt: skip
SHIFTED = frozenset({Fee.COURT, Fee.PRESERVE, Fee.NOTICE, Fee.APPRAISE})
"""What a court may lay on the loser by itself; a lawyer's fee only where the contract says so."""


class Move(StrEnum):
    PAID = "paid"
    EXPENSED = "expensed"
    REFUNDED = "refunded"
    AWARDED = "awarded"
    BORNE = "borne"


MOVE_NAMES: dict[Move, str] = {
    Move.PAID: "垫付，可由对方负担", Move.EXPENSED: "支付，由我方负担", Move.REFUNDED: "法院退费", Move.AWARDED: "判由对方负担", Move.BORNE: "转由我方负担",
}  # fmt: skip
SIGNS: dict[Move, int] = {Move.PAID: 1, Move.EXPENSED: 0, Move.REFUNDED: -1, Move.AWARDED: -1, Move.BORNE: -1}
"""What a move does to the sum that is laid out and waits for a decision."""


class NotThatMuch(DomainError):
    code = "not_that_much"
    message = "{what}不能超过还在垫付的 {left} 元。没有改动。"


class NotShifted(DomainError):
    code = "not_shifted"
    message = "{fee}法院一般不判对方负担：合同约定由违约方承担的，勾选约定并写明条款；否则由我方负担。没有改动。"


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one matter, or of many."""

    paid_fen: int = 0
    expensed_fen: int = 0
    refunded_fen: int = 0
    awarded_fen: int = 0
    borne_fen: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.paid_fen + other.paid_fen, self.expensed_fen + other.expensed_fen, self.refunded_fen + other.refunded_fen,
            self.awarded_fen + other.awarded_fen, self.borne_fen + other.borne_fen,
        )  # fmt: skip

    @property
    def waiting_fen(self) -> int:
        """Laid out, and neither given back nor laid on the payer nor borne: the balance of 1221.2."""
        return self.paid_fen - self.refunded_fen - self.awarded_fen - self.borne_fen

    @property
    def spent_fen(self) -> int:
        """What has gone out and has not come back from the court."""
        return self.paid_fen + self.expensed_fen - self.refunded_fen

    @property
    def cost_fen(self) -> int:
        """What the company bears for good: 6602.1."""
        return self.expensed_fen + self.borne_fen


def sums_of(moves: Iterable[tuple[Move, int]]) -> Sums:
    """``(move, fen)``; what a reversal takes back comes as a negative figure."""
    found = dict.fromkeys(Move, 0)
    for move, fen in moves:
        found[move] += fen
    return Sums(found[Move.PAID], found[Move.EXPENSED], found[Move.REFUNDED], found[Move.AWARDED], found[Move.BORNE])


def check_move(move: Move, fee: Fee, fen: int, sums: Sums, *, agreed: bool) -> None:
    """Whether a sum may move so. ``agreed``: the contract lays such a fee on whoever breaks it. Raises ``NotThatMuch``,
    ``NotShifted``."""
    if fen <= 0:
        raise DomainError("amount_not_positive", "金额应大于 0。")
    if move is Move.PAID and fee not in SHIFTED and not agreed:
        raise NotShifted(fee=Phrase(FEE_NAMES[fee]))
    if SIGNS[move] < 0 and fen > sums.waiting_fen:
        raise NotThatMuch(what=Phrase(MOVE_NAMES[move]), left=yuan_text(sums.waiting_fen))


def back_fen(prepaid_fen: int, ended: str) -> int:
    """What the court should give back of a fee that was prepaid whole: half where the suit was ``mediated`` or ``withdrawn``, or
    went on as ``summary`` (half only once, whichever comes together), all of it where the claim was ``won``, nothing where it was ``lost``."""
    if ended == "won":
        return prepaid_fen
    return prepaid_fen - round_half_up(Decimal(prepaid_fen) / 2) if ended in ("mediated", "withdrawn", "summary") else 0
