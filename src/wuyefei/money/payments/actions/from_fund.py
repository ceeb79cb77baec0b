"""Bills paid from money held for them: a care fund, or a subsidy passed through (product rows C5, C6).

No new money comes in, so there is no receipt; only principal is settled, for nobody gave to pay late fees. Who may spend
how much of which fund is the room's above that holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, refresh
from wuyefei.money.ledger.public import post

from ..models import Allocation, Payment, Tender
from ..rules import Part, Settled
from .take import FUND_METHODS, allocation_row, payment_postings

FUND_KIND = "payment.fund"


class OpenChanged(DomainError):
    code = "open_changed"
    message = "{count} 笔账单刚刚有变化，未缴的少于要付的；请退回，按最新金额重新提出。"


@dataclass(frozen=True, slots=True)
class FundOrder:
    """``method``: ``care`` or ``subsidy``; ``parts``: principal by receivable, all of one payer and property."""

    method: str
    parts: Mapping[int, int]
    remark: str


@transaction.atomic
def pay_from_fund(order: FundOrder, bills: Sequence[Receivable], *, actor: Actor) -> Payment:
    """Settle the principal of ``bills``, which the caller has locked, valued today. Called on approval, which checks the
    permission. Raises ``OpenChanged`` where less is open than is to be paid."""
    assert order.method in FUND_METHODS and {bill.pk for bill in bills} == set(order.parts)
    first, total, now = bills[0], sum(order.parts.values()), clock.now()
    short = [bill for bill in bills if bill.reversed_at is not None or bill.outstanding_fen < order.parts[bill.pk]]
    if short:
        raise OpenChanged(count=len(short), sum=yuan_text(total))
    payment = Payment.objects.create(
        organisation_id=first.organisation_id, community_id=first.community_id, payer_id=first.payer_id, property_id=first.property_id,
        kind=order.method, amount_fen=total, value_date=clock.today(), booked_at=now, booked_by_id=actor.user_id, remark=order.remark[:200],
    )  # fmt: skip
    Tender.objects.create(payment=payment, method=order.method, amount_fen=total)
    settled = [Settled(bill.pk, Part.PRINCIPAL, order.parts[bill.pk]) for bill in bills]
    Allocation.objects.bulk_create([allocation_row(payment, part) for part in settled])
    refresh(list(bills))
    post(FUND_KIND, payment.pk, payment_postings({order.method: total}, settled, 0), actor=actor, community_id=payment.community_id,
         memo=order.remark[:160], booked_at=now)  # fmt: skip
    audit.record_and_publish(
        actor, FUND_KIND, payment, FUND_KIND, after={"amount_fen": total, "bills": sorted(order.parts)},
        data={"payment": payment.pk, "amount_fen": total},
    )  # fmt: skip
    return payment
