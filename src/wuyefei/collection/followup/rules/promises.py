"""Promises to pay: kept, broken, still open (product row G5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import Invalid, Phrase

LONGEST = 60
"""Days: whoever needs longer asks for instalments or a deferral."""
ASK_BEFORE = 7
"""Days before the promised day on which a friendly question is in place."""


@dataclass(frozen=True, slots=True)
class Promised:
    """``amount_fen`` by ``due_on``, said on ``made_on``."""

    amount_fen: int
    due_on: dt.date
    made_on: dt.date


def check_promise(amount_fen: int, due_on: dt.date, owed_fen: int, today: dt.date) -> None:
    """Raises ``Invalid`` naming the field: a day from today to ``LONGEST`` days ahead, an amount up to what is owed."""
    if not today <= due_on <= today + dt.timedelta(days=LONGEST):
        raise Invalid(field="承诺日期", reason=Phrase("应在今天到 {days} 天之内；更久的请申请分期或缓缴", days=LONGEST))
    if not 0 < amount_fen <= owed_fen:
        raise Invalid(field="承诺金额", reason="应大于 0，不超过现在的欠费")


def verdict(promised: Promised, paid_fen: int, today: dt.date) -> str:
    """``kept`` as soon as so much has been paid since, ``broken`` once the day has passed without it, else ``open``."""
    if paid_fen >= promised.amount_fen:
        return "kept"
    return "broken" if today > promised.due_on else "open"
