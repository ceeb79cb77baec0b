"""Bills corrected to another price, many in one entry (product rows B3, C2; ADR 6).

A bill that was published at a price that another one has since taken the place of is not touched: an adjustment changes its
fee to what the new price comes to. It stands in the month in which it is booked, for the bill's own may be closed; what
belongs to later months is deferred. Nobody is late by a correction: what was asked too much is off the bill as of its due day and
never bore late fee, and a bill that was paid in full and now has something open bears none for ``GRACE_DAYS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.platform import clock
from wuyefei.money.ledger.public import Posting, post

from ..fees import refresh
from ..models import Adjustment, Deferral, LateFeeHold, Receivable
from ..postings import gross_postings
from ..queries import DEFERRAL
from ..repriced import Frozen, frozen_of
from ..rules.drafting import thawed_prices
from ..rules.proration import Convention
from ..rules.repricing import changed, net_later, signed_tax_of
from .adjusting import DISCOUNT, deferrals

GRACE_DAYS = 30
"""Days without late fee for what is charged anew on a bill that had been paid."""


@dataclass(frozen=True, slots=True)
class Repriced:
    """A locked receivable, item at hand, the prices that take the place of its own, and what its owner reads about it.
    ``since``: the day as of which a rise was booked that is now taken back; None where it is lowered from the beginning."""

    row: Receivable
    prices: Frozen
    words: str
    since: date | None = None


def correct_prices(bills: Sequence[Repriced], request: Request, *, actor: Actor, community_id: int, source: tuple[str, int], memo: str) -> list[Adjustment]:
    """Book the corrections of one community's bills in the running transaction, for an approved request: an adjustment a bill,
    one entry for all. Bills whose sum stays are left out. ``source``: the kind of the entry and its document's id."""
    before = frozen_of(one.row for one in bills)
    made: list[Adjustment] = []
    put_off: list[Deferral] = []
    postings: list[Posting] = []
    for one in bills:
        change, later = _change(one, before[one.row.pk], request, actor)
        if change.amount_fen:
            made.append(change)
            put_off += deferrals(one.row, later, DISCOUNT)
            postings += gross_postings(one.row.item.nature, change.amount_fen, change.tax_fen, change.deferred_fen)
    paid_up = {one.row.pk for one in bills if one.row.outstanding_fen == 0}
    Adjustment.objects.bulk_create(made, batch_size=1000)
    Deferral.objects.bulk_create(put_off, batch_size=1000)
    _give_time([change for change in made if change.amount_fen > 0 and change.receivable_id in paid_up])
    refresh([change.receivable for change in made])
    post(*source, postings, actor=actor, community_id=community_id, memo=memo)
    return made


def _change(one: Repriced, before: Frozen, request: Request, actor: Actor) -> tuple[Adjustment, dict[Month, int]]:
    row = one.row
    span, convention = Span(row.service_from, row.service_to), Convention(row.convention)
    months = changed(span, row.quantity, thawed_prices(before), thawed_prices(one.prices), convention)
    fen = sum(part for _, part in months)
    own = row.item.nature == row.item.Nature.INCOME
    later = net_later(months, row.tax_rate, Month.of(clock.today())) if own and fen else {}
    change = Adjustment(
        organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, kind=Adjustment.Kind.PRICE, amount_fen=fen,
        tax_fen=signed_tax_of(fen, row.tax_rate), deferred_fen=sum(later.values()), value_date=_valued(one, fen), booked_at=clock.now(),
        approval_id=request.pk, reason=one.words[:400], by_month=True, prices=one.prices,
    )  # fmt: skip
    return change, later


def _valued(one: Repriced, fen: int) -> date:
    """As of which day the bill is changed: raised today, lowered as of the day from which too much was asked."""
    return clock.today() if fen > 0 else min(one.since or one.row.due_on, clock.today())


def _give_time(raised: Sequence[Adjustment]) -> None:
    today = clock.today()
    LateFeeHold.objects.bulk_create(
        [
            LateFeeHold(
                organisation_id=change.organisation_id, community_id=change.community_id, receivable_id=change.receivable_id,
                starts_on=today, ends_on=today + timedelta(days=GRACE_DAYS), kind=DEFERRAL, source_ref=f"request:{change.approval_id}",
                reason="补收差价",
            )
            for change in raised
            if change.receivable.late_fee_rate is not None
        ], batch_size=1000,
    )  # fmt: skip
