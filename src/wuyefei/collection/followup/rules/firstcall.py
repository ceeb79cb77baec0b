"""The first word about a new bill, some days after its notice arrived and before it is due (product row G2). Money in fen."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY

from .cadence import Rung
from .policy import Policy

LOOKED_BACK = 365
"""Days in which a bill paid late makes a former debtor."""
STAYS = frozenset({"too_often", "too_often_day", "quiet_hours", "own_quiet_hours"})
"""Refusals of the guard that another day may lift: the call is tried again then."""


class Why(StrEnum):
    OWING = "owing"
    LARGE = "large"
    LATE = "late"
    EVERYBODY = "everybody"


WHY_NAMES: dict[Why, str] = {
    Why.OWING: "还有逾期没有缴", Why.LARGE: "金额大", Why.LATE: "一年内迟缴过", Why.EVERYBODY: "全部都打",
}  # fmt: skip


def why_called(policy: Policy, rung: Rung, asked_fen: int, *, owing: bool, late: bool) -> Why | None:
    """Why a payer is called about a bill of ``asked_fen``: they owe something overdue, it is large, they paid late before, or
    the rung is for everybody; None where they are not."""
    if owing:
        return Why.OWING
    if asked_fen > policy.large_fen:
        return Why.LARGE
    if late:
        return Why.LATE
    return None if rung.serious else Why.EVERYBODY


def called_on(rung: Rung, told_on: dt.date, due_on: dt.date, today: dt.date) -> bool:
    """Whether the call may be made today: so many days after the notice arrived, and not after the due day."""
    return told_on + DAY * rung.day <= today <= due_on
