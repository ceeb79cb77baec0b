"""How a document goes on: the one table of moves, whose turn it is and until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError


class State(StrEnum):
    ASKED = "asked"
    SENT = "sent"
    ISSUED = "issued"
    FAILED = "failed"
    MISMATCH = "mismatch"
    CANCELLED = "cancelled"
    PART_RED = "part_red"
    RED = "red"


MOVES: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.SENT, State.CANCELLED}),
    State.SENT: frozenset({State.ISSUED, State.FAILED, State.MISMATCH}),
    State.FAILED: frozenset({State.SENT, State.CANCELLED}),
    State.MISMATCH: frozenset({State.ISSUED, State.FAILED}),
    State.ISSUED: frozenset({State.PART_RED, State.RED}),
    State.PART_RED: frozenset({State.PART_RED, State.RED}),
    State.RED: frozenset(),
    State.CANCELLED: frozenset(),
}
DUE: dict[State, dt.timedelta] = {
    State.ASKED: dt.timedelta(days=1),
    State.SENT: dt.timedelta(hours=1),
    State.FAILED: dt.timedelta(days=1),
    State.MISMATCH: dt.timedelta(days=1),
}
"""Until when the next step is due, from the moment the state began."""
OWNERS: dict[State, str] = {State.ASKED: "财务", State.SENT: "系统", State.FAILED: "财务", State.MISMATCH: "财务"}
OPEN = frozenset(DUE)
RETAINED = frozenset({State.ISSUED, State.PART_RED, State.RED})
"""The states of a document that the tax bureau has."""
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=30), dt.timedelta(minutes=10)


class WrongState(DomainError):
    code = "invoice_state"
    message = "这张发票现在是「{state}」，不能这样做；请刷新后再看。"


class Said(StrEnum):
    """What a provider says of a document."""

    ISSUED = "issued"
    PROCESSING = "processing"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Report:
    """``total_fen`` and ``tax_fen`` are negative for a red letter."""

    request_id: str
    said: Said
    number: str = ""
    date: dt.date | None = None
    total_fen: int = 0
    tax_fen: int = 0
    pdf_url: str = ""
    pdf_sha256: str = ""
    reason: str = ""


def may_move(before: State, then: State) -> bool:
    return then in MOVES[before]


def next_wait(asks: int) -> dt.timedelta:
    """How long until a document without a result is asked for again: 30 seconds, doubling, at most 10 minutes."""
    return min(FIRST_WAIT * 2 ** min(asks, 10), LONGEST_WAIT)


def verdict(report: Report, request_id: str, total_fen: int, tax_fen: int) -> State | None:
    """What a report makes of a sent document; None: nothing is known yet.

    An issued document that is not the one asked for is a mismatch: it may exist at the tax bureau, so it is neither taken
    for ours nor sent again.
    """
    if report.said is Said.FAILED:
        return State.FAILED
    if report.said is not Said.ISSUED:
        return None
    same = (report.request_id, report.total_fen, report.tax_fen) == (request_id, total_fen, tax_fen)
    return State.ISSUED if same and report.number and report.date else State.MISMATCH
