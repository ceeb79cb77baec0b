"""What an owner may ask for, and what becomes of it. Pure: no clock, no database."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

ANSWER_WITHIN = dt.timedelta(hours=48)
"""A question about service is answered within 48 hours (product row G7)."""
MAX_DISPUTES = 2
"""Times a bill may be disputed on the phone; after that the service centre talks it over in person."""


MOST_HEAD_START = 12
"""Hours at most by which a private repair may come up sooner than another that is due as late."""


class Urgency(StrEnum):
    """How a complaint or repair waits: emergencies and what is everybody's never wait for anything."""

    EMERGENCY = "emergency"
    COMMON = "common"
    ORDINARY = "ordinary"


class Kind(StrEnum):
    DISPUTE = "dispute"
    INSTALMENT = "instalment"
    COMPLAINT = "complaint"


class Topic(StrEnum):
    """What a dispute is about."""

    SERVICE = "service"
    AMOUNT = "amount"
    PAID = "paid"
    VACANT = "vacant"
    CONTRACT = "contract"
    OTHER = "other"


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Outcome(StrEnum):
    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


KIND_NAMES: dict[Kind, str] = {Kind.DISPUTE: "账单异议", Kind.INSTALMENT: "分期申请", Kind.COMPLAINT: "报修投诉"}
TOPIC_NAMES: dict[Topic, str] = {
    Topic.SERVICE: "服务没做到", Topic.AMOUNT: "金额、面积或单价不对", Topic.PAID: "已经缴过", Topic.VACANT: "没有住或没有用",
    Topic.CONTRACT: "合同不是这样约定的", Topic.OTHER: "其他",
}  # fmt: skip
STATE_NAMES: dict[State, str] = {State.OPEN: "待答复", State.ANSWERED: "已答复", State.CLOSED: "已办结"}
OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.UPHELD: "成立", Outcome.PARTLY: "部分成立", Outcome.REJECTED: "不成立", Outcome.WITHDRAWN: "业主撤回",
}  # fmt: skip
URGENCY_NAMES: dict[Urgency, str] = {
    Urgency.EMERGENCY: "紧急：漏水、停电、困人、安全", Urgency.COMMON: "公共部位", Urgency.ORDINARY: "家里报修、其他",
}  # fmt: skip
RANKS: dict[Urgency, int] = {Urgency.EMERGENCY: 0, Urgency.COMMON: 1, Urgency.ORDINARY: 2}
MOVES: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.ANSWERED, State.CLOSED}),
    State.ANSWERED: frozenset({State.ANSWERED, State.CLOSED}),
    State.CLOSED: frozenset(),
}


class AlreadyDisputed(DomainError):
    code = "already_disputed"
    message = "这笔账单的异议正在处理，请看工单的进展。"


class DisputedBefore(DomainError):
    code = "disputed_before"
    message = "这笔账单已经提过 {limit} 次异议，请到物业服务中心当面核对。"


class NothingOwed(DomainError):
    code = "nothing_owed"
    message = "这笔账单已经缴清或撤销，不能再提异议。有疑问可以用报修投诉告诉我们。"


class TicketClosed(DomainError):
    code = "ticket_closed"
    message = "这张工单已经办结。"


class NotAnswered(DomainError):
    code = "ticket_not_answered"
    message = "请先答复业主，再办结。"


def words(text: str, field: str, limit: int, *, required: bool = False) -> str:
    """What somebody wrote, with its own punctuation and lines, without control marks. Raises ``Invalid``."""
    kept = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c)[0] != "C").strip()
    if required and not kept:
        raise Invalid(field=field, reason="不能为空")
    if len(kept) > limit:
        raise Invalid(field=field, reason=Phrase("最多 {limit} 个字，现有 {length} 个", limit=limit, length=len(kept)))
    return kept


def check_move(now: State, then: State) -> None:
    if then not in MOVES[now]:
        raise TicketClosed()


def answer_due(made_at: dt.datetime) -> dt.datetime:
    return made_at + ANSWER_WITHIN


def late(made_at: dt.datetime, answered_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the answer came, or is, later than it was due."""
    return (answered_at or now) > answer_due(made_at)


def hold_ends(made_on: dt.date, closed_on: dt.date) -> dt.date:
    """The last day on which the dispute holds the late fee: the day it was closed, never before it began."""
    return max(made_on, closed_on)


@dataclass(frozen=True)
class Turn:
    """Where a ticket stands among those that wait: by ``rank``, then by ``turn_at``."""

    rank: int
    head_start: int
    turn_at: dt.datetime


def turn(kind: Kind, urgency: Urgency, due_at: dt.datetime, earned: int) -> Turn:
    """``earned``: hours of head start of whoever asks. It counts for private repairs that are not urgent, moves their turn
    and nothing else, and never more than ``MOST_HEAD_START``: the time to answer is the same for everybody."""
    plain = kind is Kind.COMPLAINT and urgency is Urgency.ORDINARY
    hours = min(max(earned, 0), MOST_HEAD_START) if plain else 0
    return Turn(RANKS[urgency], hours, due_at - dt.timedelta(hours=hours))
