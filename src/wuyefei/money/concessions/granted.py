"""What of a bill was granted, in the words its owner reads."""

from __future__ import annotations

from dataclasses import dataclass

from wuyefei.foundation.approvals.models import Request
from wuyefei.money.billing.public import DEFERRAL, Adjustment, LateFeeHold


@dataclass(frozen=True, slots=True)
class Granted:
    """``change_fen`` is negative: it lowered the bill; 0 where it only put the payment off. ``kept``: the debt was written off
    in the books, or taken up again, and is owed all the same."""

    words: str
    change_fen: int
    kept: bool = False


def granted_on(receivable_id: int) -> list[Granted]:
    """The concessions that changed a receivable, the earliest first. For callers that have checked its place."""
    rows = list(Adjustment.objects.filter(receivable_id=receivable_id).order_by("pk"))
    ours = set(
        Request.objects.filter(pk__in=[row.approval_id for row in rows], kind__startswith="concessions.").values_list("pk", flat=True)
    )
    found = [
        Granted(row.reason, row.amount_fen, row.kind in Adjustment.LOSS)
        for row in rows if row.approval_id in ours and row.kind != Adjustment.Kind.REVERSAL
    ]  # fmt: skip
    holds = LateFeeHold.objects.filter(receivable_id=receivable_id, kind=DEFERRAL).order_by("pk")
    return found + [Granted(f"{hold.reason}，到 {hold.ends_on} 不计违约金", 0) for hold in holds]
