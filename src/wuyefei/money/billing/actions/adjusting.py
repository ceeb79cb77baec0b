"""A change of the fee due, and what of it belongs to which months (product rows C2, C3).

A bill for several months earns its income month by month, and so does every change of it: what belongs to the month of
booking or before is income at once (those months may be closed, so that it stands in the open one), what belongs to later
months goes to deferred income (2204) and is released with them.
"""

from __future__ import annotations

import datetime as dt

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import post

from ..fees import refresh
from ..models import Adjustment, Deferral, Receivable
from ..postings import gross_postings, opening_postings
from ..rules.ahead import changed_months
from ..rules.drafting import thawed_prices
from ..rules.proration import Convention, charge_by_month
from ..rules.repricing import signed_tax_of

REBILL, DISCOUNT = "rebill", "discount"
"""Whose months a deferral holds: of a bill that no run booked, of a change of a bill."""


def months_of(row: Receivable) -> list[tuple[Month, int]]:
    """The bill's months as they were billed; none for what was brought along, charged on the spot or by a sheet."""
    span = Span(row.service_from, row.service_to)
    return charge_by_month(span, row.quantity, thawed_prices(row.prices), Convention(row.convention)) if row.prices else []


def changed_later(row: Receivable, net_fen: int) -> dict[Month, int]:
    """What of a change of net income concerns the months to come, in the proportion of the bill's months."""
    now = Month.of(clock.today())
    if row.item.nature != row.item.Nature.INCOME or Month.of(row.service_to) <= now:
        return {}
    return changed_months(net_fen, months_of(row), now)


def defer(row: Receivable, later: dict[Month, int], kind: str) -> None:
    """Put net income of a receivable off to later months; ``DISCOUNT`` takes of theirs or adds to it."""
    Deferral.objects.bulk_create(deferrals(row, later, kind))


def deferrals(row: Receivable, later: dict[Month, int], kind: str) -> list[Deferral]:
    return [
        Deferral(organisation_id=row.organisation_id, community_id=row.community_id, item_id=row.item_id, month=month.first, net_fen=fen,
                 source_kind=kind, source_id=row.pk)
        for month, fen in later.items()
    ]  # fmt: skip


def change_fee(
    row: Receivable, fen: int, request: Request, words: str, *, actor: Actor, memo: str, value_date: dt.date | None = None
) -> Adjustment:
    """Change the fee due of a locked receivable, item at hand, for an approved request; ``words`` tell the owner. Valued today,
    unless its late fee is to go with it."""
    tax, now, before = signed_tax_of(fen, row.tax_rate), clock.now(), row.outstanding_fen
    later = changed_later(row, fen - tax)
    made = Adjustment.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, kind=Adjustment.Kind.ADJUST, amount_fen=fen,
        tax_fen=tax, deferred_fen=sum(later.values()), value_date=value_date or clock.today(), booked_at=now,
        approval_id=request.pk, reason=words[:400], by_month=True,
    )  # fmt: skip
    defer(row, later, DISCOUNT)
    refresh([row])
    postings = gross_postings(row.item.nature, fen, tax, made.deferred_fen)
    if row.kind == Receivable.Kind.OPENING:
        postings = opening_postings(row.item.nature, fen)
    post("billing.adjust", row.pk, postings, actor=actor, community_id=row.community_id, memo=memo, booked_at=now)
    audit.record(actor, "billing.adjust", row, before={"outstanding_fen": before},
                 after={"amount_fen": fen, "outstanding_fen": row.outstanding_fen}, reason=words)  # fmt: skip
    return made
