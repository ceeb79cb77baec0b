"""What is given up of a debt: written off as bad, or reduced by a court or in mediation (product row C7). Pure; money in fen.

Writing off 坏账核销 sets the whole open principal aside as lost, on one of the grounds that the tax rules accept for the loss of a
debt (财税〔2009〕57 号第四条; 国家税务总局公告 2011 年第 25 号第二十二条、第二十三条). The debt itself stays: it is not forgiven, and what comes in
later is a recovery. A reduction 裁减 is final for what it takes off, and rests on a judgment or a mediation paper.
The late fee has a cap of the fee due: a lower principal lowers the cap, which the owner has the good of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.rules.public import payable

OVERDUE_YEARS = 3
"""From so many years past the due day on, age is a ground by itself, with evidence of inability to pay (公告 2011 年第 25 号第二十三条)."""


class Way(StrEnum):
    WRITE_OFF = "write_off"
    JUDGMENT = "judgment"
    MEDIATION = "mediation"


class Ground(StrEnum):
    COURT = "court"
    ESTATE = "estate"
    WOUND_UP = "wound_up"
    OLD = "old"
    DISASTER = "disaster"


class GivenUpState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


WAY_NAMES = {Way.WRITE_OFF: "坏账核销", Way.JUDGMENT: "判决裁减", Way.MEDIATION: "调解减让"}
PAPERED = frozenset({Ground.COURT, Ground.WOUND_UP})
"""Grounds that a numbered paper proves: a ruling, or a notice of bankruptcy or of striking off."""


class NotOverdue(DomainError):
    code = "not_overdue"
    message = "这笔应收 {day} 才到期，还没有逾期，不能核销。"


class TooYoung(DomainError):
    code = "too_young"
    message = "逾期还不满三年：{day} 起才能按这一条核销。"


class NothingGivenUp(DomainError):
    code = "nothing_given_up"
    message = "本金和违约金至少减一项。"


class GivenUpWrongState(DomainError):
    code = "given_up_state"
    message = "这项申请是「{state}」，不能{verb}。"


@dataclass(frozen=True, slots=True)
class Owed:
    """A bill as it stands: ``exact`` late fee accrued, unrounded."""

    due_on: dt.date
    open_fen: int
    fee_due_fen: int
    exact: Decimal = Decimal(0)
    cap: Decimal | None = None
    waived_fen: int = 0
    settled_fen: int = 0

    @property
    def late_fen(self) -> int:
        return payable(self.exact, self.fee_due_fen, self.cap, self.waived_fen, self.settled_fen)

    @property
    def total_fen(self) -> int:
        return self.open_fen + self.late_fen


@dataclass(frozen=True, slots=True)
class Paper:
    """On what it rests: ``number`` and ``on`` of a judgment, ruling or mediation paper, ``evidence`` in words."""

    evidence: str
    number: str = ""
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What is taken off, and what may be asked afterwards."""

    principal_fen: int
    late_fen: int
    left_fen: int
    late_left_fen: int


def old_enough(due_on: dt.date) -> dt.date:
    """From which day on a debt due on ``due_on`` is three years overdue; 29 February counts as the 28th."""
    month = Month.of(due_on).plus(12 * OVERDUE_YEARS)
    return month.first.replace(day=min(due_on.day, month.last.day))


def check_paper(way: Way, ground: Ground | None, paper: Paper, today: dt.date) -> None:
    """Refuse what is not proved. Raises ``Invalid``."""
    if not paper.evidence.strip():
        raise Invalid(field="证据", reason="请写明有哪些证据、放在哪里")
    if way is not Way.WRITE_OFF and not paper.number.strip():
        raise Invalid(field="文书号", reason="请填判决书、调解书或调解协议的编号")
    if way is Way.WRITE_OFF and ground is None:
        raise Invalid(field="依据", reason="请选核销的依据")
    if ground in PAPERED and not paper.number.strip():
        raise Invalid(field="文书号", reason="这项依据要有裁定书、公告或注销证明的编号")
    if paper.number.strip() and paper.on is None:
        raise Invalid(field="文书日期", reason="请填文书的日期")
    if paper.on is not None and paper.on > today:
        raise Invalid(field="文书日期", reason="不能晚于今天")


def written_off(owed: Owed, ground: Ground, today: dt.date) -> Cut:
    """All of the open principal, and the late fee with it. Raises ``NotOverdue``, ``TooYoung``, ``NothingGivenUp``."""
    if today <= owed.due_on:
        raise NotOverdue(day=owed.due_on)
    if ground is Ground.OLD and today < old_enough(owed.due_on):
        raise TooYoung(day=old_enough(owed.due_on))
    if owed.open_fen <= 0:
        raise NothingGivenUp()
    return _cut(owed, owed.open_fen, owed.late_fen)


def reduced(owed: Owed, principal_fen: int, late_fen: int) -> Cut:
    """A part of the principal, of the late fee, or of both. Raises ``Invalid`` beyond what is open, ``NothingGivenUp``."""
    if principal_fen == 0 and late_fen == 0:
        raise NothingGivenUp()
    if not 0 <= principal_fen <= owed.open_fen:
        raise Invalid(field="减本金", reason=Phrase("应在 0 到 {sum} 元之间", sum=yuan_text(owed.open_fen)))
    if not 0 <= late_fen <= owed.late_fen:
        raise Invalid(field="减违约金", reason=Phrase("应在 0 到 {sum} 元之间", sum=yuan_text(owed.late_fen)))
    return _cut(owed, principal_fen, late_fen)


def _cut(owed: Owed, principal_fen: int, late_fen: int) -> Cut:
    left = payable(owed.exact, owed.fee_due_fen - principal_fen, owed.cap, owed.waived_fen + late_fen, owed.settled_fen)
    return Cut(principal_fen, late_fen, owed.open_fen - principal_fen, left)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a debt written off, in fen: payable again since, paid of that, and still set aside."""

    taken_up_fen: int = 0
    paid_fen: int = 0
    aside_fen: int = 0


def standings_of(offs: Sequence[tuple[int, int]], open_fen: int) -> list[Standing]:
    """How the write-offs of one bill stand, the earliest first, each as (written off, taken up again since); ``open_fen`` of the
    bill is open now. What was taken up and not paid by the next write-off went into that one; the last keeps what is set aside."""
    aside = sum(off - up for off, up in offs)
    unpaid = [*(off for off, _ in offs[1:]), open_fen]
    last = len(offs) - 1
    return [Standing(up, max(0, up - unpaid[n]), aside if n == last else 0) for n, (_, up) in enumerate(offs)]
