"""A billed span cut again: the receivable is reversed and each part of its days billed to whom it belongs (row A4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import allocate, tax_included
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import post

from ..fees import refresh
from ..models import Adjustment, LateFeeHold, LateFeeWaiver, Receivable, Run, RunLine
from ..postings import gross_postings
from ..repriced import Frozen, frozen_now
from ..rules.drafting import later_income, thawed_prices
from ..rules.proration import Convention, charge_by_month
from ..rules.repricing import signed_tax_of
from .adjusting import DISCOUNT, REBILL, changed_later, defer
from .locks import lock_community
from .receivables import locked, reverse_row


class DraftedAhead(DomainError):
    code = "drafted_ahead"
    message = "{run}还没有发布，其中有这套房屋自 {day} 起的账单。请先发布，或放弃那份出账草稿，再办理。"


@dataclass(frozen=True, slots=True)
class Share:
    """Some days of a billed span: who owes them and when. ``keeps``: this part takes over the holds and waivers."""

    payer_id: int
    span: Span
    due_on: dt.date
    keeps: bool


def refuse_drafted(community_id: int, property_ids: Collection[int], day: dt.date) -> None:
    """Wait for a run under way, and refuse while an unpublished one bills the properties on or after ``day``."""
    lock_community(community_id)
    open_runs = Run.objects.filter(community_id=community_id, state__in=[Run.State.DRAFT, Run.State.CONFIRMED])
    for run in open_runs.select_related("community"):
        if RunLine.objects.filter(run=run, property_id__in=list(property_ids), service_to__gte=day, struck=False).exists():
            raise DraftedAhead(run=str(run), day=day)


def rebill(
    receivable_ids: Sequence[int], shares: Sequence[Share], request: Request, *, actor: Actor, memo: str, keeps_of: int = 0
) -> list[Receivable]:
    """Reverse receivables that follow each other in time and bill their span anew in ``shares``, at the first one's
    price (as frozen, or as it was corrected to since), quantity and terms.

    Called on approval, which checks the permission. The shares must cover the span, so that their amounts add up to
    what was reversed (proration is additive); adjustments are cut in the proportion of the amounts. Holds and waivers
    are those of ``keeps_of`` (the first). Raises ``HasPayments`` where money is allocated to one of them.
    """
    rows = [locked(pk, actor) for pk in receivable_ids]
    whole = Span(rows[0].service_from, rows[-1].service_to)
    if whole.minus([share.span for share in shares]) or sum(share.span.days for share in shares) != whole.days:
        raise DomainError("span_not_covered", "拆分后的起止日期没有恰好接上原账单。")
    kept = Receivable.objects.get(pk=keeps_of or rows[0].pk)
    adjustments = [one for row in rows for one in row.adjustments.exclude(kind=Adjustment.Kind.PRICE).order_by("pk")]
    prices = frozen_now(rows[0])
    holds, waivers = list(kept.holds.order_by("pk")), list(kept.waivers.order_by("pk"))
    for row in rows:
        reverse_row(row, request, actor)
    made = [_bill(rows[0], prices, share, actor, memo) for share in shares]
    weights = [part.amount_fen for part in made]
    for adjustment in adjustments:
        for part, fen in zip(made, allocate(adjustment.amount_fen, weights), strict=True):
            _adjust(part, fen, adjustment, request, actor)
    for part, share in zip(made, shares, strict=True):
        if share.keeps:
            _keep(part, holds, waivers, request)
    refresh(made)
    audit.record(actor, "billing.rebill", rows[0], after={"parts": [[part.pk, part.payer_id, part.amount_fen] for part in made]})
    return made


def _bill(row: Receivable, prices: Frozen, share: Share, actor: Actor, memo: str) -> Receivable:
    months = charge_by_month(share.span, row.quantity, thawed_prices(prices), Convention(row.convention))
    amount = sum(fen for _, fen in months)
    tax, now = tax_included(amount, row.tax_rate), clock.now()
    later = later_income(months, amount - tax, Month.of(clock.today())) if row.item.nature == row.item.Nature.INCOME else {}
    made = Receivable.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, contract_id=row.contract_id,
        contract_line_id=row.contract_line_id, property_id=row.property_id, payer_id=share.payer_id, item=row.item,
        tariff_id=row.tariff_id, period=row.period, service_from=share.span.first, service_to=share.span.last, due_on=share.due_on,
        quantity=row.quantity, prices=prices, convention=row.convention, amount_fen=amount, tax_rate=row.tax_rate,
        tax_fen=tax, deferred_fen=sum(later.values()), late_fee_rate=row.late_fee_rate, late_fee_cap=row.late_fee_cap,
        allocation_order=row.allocation_order, kind=row.kind, memo=memo[:80], booked_at=now, outstanding_fen=amount,
        accrued_to=share.due_on,
    )  # fmt: skip
    defer(made, later, REBILL)
    post("billing.rebill", made.pk, gross_postings(row.item.nature, amount, tax, made.deferred_fen), actor=actor,
         community_id=row.community_id, memo=f"{memo} 重出应收 {made.pk}", booked_at=now)  # fmt: skip
    return made


def _adjust(part: Receivable, fen: int, was: Adjustment, request: Request, actor: Actor) -> None:
    if not fen:
        return
    tax = signed_tax_of(fen, part.tax_rate)
    later = changed_later(part, fen - tax)
    Adjustment.objects.create(
        organisation_id=part.organisation_id, community_id=part.community_id, receivable=part, kind=Adjustment.Kind.ADJUST,
        amount_fen=fen, tax_fen=tax, deferred_fen=sum(later.values()), value_date=was.value_date, booked_at=clock.now(), approval_id=request.pk, reason=was.reason,
        by_month=True,
    )  # fmt: skip
    defer(part, later, DISCOUNT)
    post("billing.adjust", part.pk, gross_postings(part.item.nature, fen, tax, sum(later.values())), actor=actor, community_id=part.community_id,
         memo=f"调整应收 {part.pk}")  # fmt: skip


def _keep(part: Receivable, holds: Sequence[LateFeeHold], waivers: Sequence[LateFeeWaiver], request: Request) -> None:
    place = {"organisation_id": part.organisation_id, "community_id": part.community_id, "receivable": part}
    for hold in holds:
        LateFeeHold.objects.create(**place, starts_on=hold.starts_on, ends_on=hold.ends_on, kind=hold.kind,
                                   source_ref=hold.source_ref, reason=hold.reason)  # fmt: skip
    for waiver in waivers:
        LateFeeWaiver.objects.create(**place, amount_fen=waiver.amount_fen, value_date=waiver.value_date, booked_at=clock.now(),
                                     approval_id=request.pk, reason=waiver.reason)  # fmt: skip
