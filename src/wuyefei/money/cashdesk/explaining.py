"""Why a late fee is what it is: the facts behind one receivable, laid out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import LATEST, Span
from wuyefei.foundation.kernel.money import round_down, round_half_up
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    Adjustment,
    Change,
    LateFeeHold,
    Receivable,
    Standing,
    Stretch,
    get_receivable,
    standings,
    stretches,
)
from wuyefei.money.payments.public import Part, allocations_of


@dataclass(frozen=True)
class Explanation:
    """A late fee as of today. ``exact_fen`` is the sum of the steps, unrounded; ``cap_fen`` the most it may be."""

    row: Receivable
    standing: Standing
    as_of: dt.date
    steps: list[Stretch]
    holds: list[LateFeeHold]
    exact_fen: Decimal
    cap_fen: int | None

    @property
    def parts(self) -> list[tuple[Stretch, str]]:
        """The steps, each with its unrounded late fee in yuan: ``1.2345``."""
        return [(step, f"{(step.exact / 100).normalize():f}") for step in self.steps]

    @property
    def capped(self) -> bool:
        return self.cap_fen is not None and round_half_up(self.exact_fen) > self.cap_fen

    @property
    def rate_text(self) -> str:
        """The rate a day in per cent: ``0.05%``."""
        return f"{((self.row.late_fee_rate or Decimal(0)) * 100).normalize():f}%"

    @property
    def cap_text(self) -> str:
        return f"{((self.row.late_fee_cap or Decimal(0)) * 100).normalize():f}%"

    @property
    def waived_fen(self) -> int:
        """As it is taken off: negative."""
        return -self.standing.waived_fen

    @property
    def settled_fen(self) -> int:
        return -self.standing.settled_fen

    @property
    def rounded_fen(self) -> int:
        return round_half_up(self.exact_fen)


def explain(actor: Actor, receivable_id: int) -> Explanation:
    """How the late fee of a receivable comes about as of today. Raises ``NotFound``."""
    row, today = get_receivable(actor, receivable_id), clock.today()
    standing = standings([row], today)[row.pk]
    changes = [
        Change(on, -fen)
        for on, fen in allocations_of(actor, row.pk).filter(part=Part.PRINCIPAL).values_list("value_date", "amount_fen")
    ]
    changes += [Change(*fact) for fact in Adjustment.objects.filter(receivable=row).values_list("value_date", "amount_fen")]
    holds = list(LateFeeHold.objects.filter(receivable=row).order_by("starts_on"))
    steps: list[Stretch] = []
    if row.late_fee_rate is not None and row.reversed_at is None:
        spans = [Span(hold.starts_on, hold.ends_on or LATEST) for hold in holds]
        found = stretches(row.amount_fen, row.due_on, today, row.late_fee_rate, changes, spans)
        steps = [step for step in found if step.principal_fen > 0]
    cap = None if row.late_fee_cap is None else round_down(row.late_fee_cap * standing.fee_due_fen)
    return Explanation(row, standing, today, steps, holds, sum((step.exact for step in steps), Decimal(0)), cap)
