"""What is open of a bill taken over by bills of several properties, and taken back (product row A4).

The bill keeps what was paid on it and stands for the days of its contract line, so that no run bills them again. What is open
leaves it as of its due date, so that no late fee stays behind, and its later months' income goes with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.money import allocate, tax_included
from wuyefei.foundation.platform import clock
from wuyefei.money.ledger.public import Posting, post

from ..models import LateFeeHold, Receivable
from ..postings import gross_postings, opening_postings
from ..rules.repricing import signed_tax_of
from .adjusting import REBILL, change_fee, changed_later, deferrals
from .receivables import locked, reverse_row


@dataclass(frozen=True, slots=True)
class Portion:
    """What one property takes over of a bill, in fen; who owes it and by when."""

    property_id: int
    payer_id: int
    amount_fen: int
    due_on: dt.date


def divide_bill(bill: Receivable, portions: Sequence[Portion], request: Request, words: str, *, actor: Actor, memo: str) -> list[Receivable]:
    """Book the portions of all that is open of a locked bill, item at hand, for an approved request; in their order."""
    total = sum(one.amount_fen for one in portions)
    assert total == bill.outstanding_fen
    later = changed_later(bill, total - signed_tax_of(total, bill.tax_rate))
    cut = {month: allocate(fen, [one.amount_fen for one in portions]) for month, fen in later.items()}
    shares = [{month: parts[place] for month, parts in cut.items() if parts[place]} for place in range(len(portions))]
    change_fee(bill, -total, request, words, actor=actor, memo=f"{memo} 转出", value_date=_valued(bill))
    made = [_portion(bill, one, share, memo) for one, share in zip(portions, shares, strict=True)]
    Receivable.objects.bulk_create(made)
    for row, share in zip(made, shares, strict=True):
        _put_off(bill, row, share)
    post("billing.divide", bill.pk, _postings(bill, made), actor=actor, community_id=bill.community_id, memo=f"{memo} 转入 {len(made)} 笔")
    return made


def join_bill(bill: Receivable, part_ids: Sequence[int], request: Request, words: str, *, actor: Actor, memo: str) -> None:
    """Reverse the portions and make the bill owe what they took over. Raises ``HasPayments`` where one of them was paid."""
    parts = [locked(pk, actor) for pk in part_ids]
    total = sum(part.outstanding_fen for part in parts)
    for part in parts:
        reverse_row(part, request, actor)
    change_fee(bill, total, request, words, actor=actor, memo=f"{memo} 转回", value_date=_valued(bill))


def _valued(bill: Receivable) -> dt.date:
    return min(bill.due_on, clock.today())


def _portion(bill: Receivable, one: Portion, later: dict[Month, int], memo: str) -> Receivable:
    opening = bill.kind == Receivable.Kind.OPENING
    return Receivable(
        organisation_id=bill.organisation_id, community_id=bill.community_id, contract_id=bill.contract_id, property_id=one.property_id,
        payer_id=one.payer_id, item=bill.item, period=bill.period, service_from=bill.service_from, service_to=bill.service_to, due_on=one.due_on,
        quantity=1, prices=[], convention=bill.convention, amount_fen=one.amount_fen, tax_rate=bill.tax_rate,
        tax_fen=tax_included(one.amount_fen, bill.tax_rate), deferred_fen=sum(later.values()), late_fee_rate=bill.late_fee_rate,
        late_fee_cap=bill.late_fee_cap, allocation_order=bill.allocation_order,
        kind=Receivable.Kind.OPENING if opening else Receivable.Kind.ONCE, memo=memo[:80], booked_at=clock.now(),
        outstanding_fen=one.amount_fen, accrued_to=one.due_on,
    )  # fmt: skip


def _put_off(bill: Receivable, row: Receivable, later: dict[Month, int]) -> None:
    """The portion's later months, and the days on which no late fee ran."""
    for one in deferrals(row, later, REBILL):
        one.save()
    LateFeeHold.objects.bulk_create(
        [
            LateFeeHold(
                organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, starts_on=hold.starts_on, ends_on=hold.ends_on,
                kind=hold.kind, source_ref=hold.source_ref, reason=hold.reason,
            )
            for hold in bill.holds.order_by("pk")
        ]
    )  # fmt: skip


def _postings(bill: Receivable, made: Sequence[Receivable]) -> list[Posting]:
    if bill.kind == Receivable.Kind.OPENING:
        return opening_postings(bill.item.nature, sum(row.amount_fen for row in made))
    return [leg for row in made for leg in gross_postings(bill.item.nature, row.amount_fen, row.tax_fen, row.deferred_fen)]
