"""Prepayments: opening balances, and the offset of bills when they are published (product row C4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import OpenBill, Published, Receivable, open_bills, refresh
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import Allocation, Payment, Prepayment, Tender
from ..rules import Settled, allocate_payment
from .take import allocation_row, as_bills, lock_prepaid, payment_postings, prepayment_row

SOURCES = {"run": "payment.offset", "sheet": "payment.offset_sheet"}
"""The source of the entry by what was published."""


@dataclass(frozen=True, slots=True)
class OpeningPrepayment:
    property_id: int
    payer_id: int
    amount_fen: int
    memo: str = ""


@transaction.atomic
def book_opening_prepayments(rows: Iterable[OpeningPrepayment], *, actor: Actor, community: Community) -> int:
    """Book prepayments brought along from before against opening equity; returns their sum in fen."""
    actor.require(Permission.IMPORT, community.pk)
    rows, now = list(rows), clock.now()
    if any(row.amount_fen <= 0 for row in rows):
        raise DomainError("opening_not_positive", "期初预存应大于 0。")
    made = Payment.objects.bulk_create(
        [
            Payment(organisation_id=actor.organisation_id, community=community, payer_id=row.payer_id,
                    property_id=row.property_id, kind=Payment.Kind.OPENING, amount_fen=row.amount_fen,
                    value_date=clock.today(), booked_at=now, booked_by_id=actor.user_id, remark=row.memo[:200])
            for row in rows
        ]
    )  # fmt: skip
    Tender.objects.bulk_create([Tender(payment=row, method=Tender.Method.OPENING, amount_fen=row.amount_fen) for row in made])
    Prepayment.objects.bulk_create([prepayment_row(row, Prepayment.Kind.OPENING, row.amount_fen) for row in made])
    total = sum(row.amount_fen for row in made)
    if made:
        post("payment.opening", made[0].pk, [Posting(Account.OPENING, total), Posting(Account.PREPAID, -total)],
             actor=actor, community_id=community.pk, memo=f"{community.name} 期初预存 {len(made)} 笔", booked_at=now)  # fmt: skip
        audit.record(actor, "payment.opening", community, community_id=community.pk, after={"rows": len(made), "amount_fen": total})
    return total


def offset_published(published: Published, actor: Actor) -> None:
    """Settle what a run or a sheet has just billed from the prepayments held, valued on the day of publishing.

    Called inside the publishing transaction. One offset a payer and property, oldest receivable first, within the
    property's bills of that payer; one summary entry.
    """
    holders = _held(published.community_id)
    if not holders:
        return
    _lock(published.community_id, holders)
    held = {who: fen for who, fen in _held(published.community_id).items() if who in holders}
    bills: dict[tuple[int, int], list[OpenBill]] = defaultdict(list)
    for bill in open_bills(actor, clock.today(), property_ids={property_id for _, property_id in held}):
        bills[bill.payer_id, bill.property_id].append(bill)
    payments, settled = _offsets(published, held, bills, actor)
    if not payments:
        return
    made = Payment.objects.bulk_create(payments)
    Tender.objects.bulk_create([Tender(payment=row, method=Tender.Method.PREPAID, amount_fen=row.amount_fen) for row in made])
    Prepayment.objects.bulk_create([prepayment_row(row, Prepayment.Kind.SPENT, -row.amount_fen) for row in made])
    parts = list(zip(made, settled, strict=True))
    Allocation.objects.bulk_create([allocation_row(row, part) for row, some in parts for part in some])
    everything = [part for some in settled for part in some]
    refresh(Receivable.objects.select_for_update().filter(pk__in={part.receivable_id for part in everything}).order_by("pk"))
    total = sum(row.amount_fen for row in made)
    post(SOURCES[published.kind], published.pk, payment_postings({Tender.Method.PREPAID: total}, everything, 0), actor=actor,
         community_id=published.community_id, memo=f"{published.subject} 预存抵扣 {len(made)} 户", booked_at=made[0].booked_at)  # fmt: skip
    audit.record(actor, "payment.offset", published.subject, after={"payments": len(made), "amount_fen": total})


def _held(community_id: int) -> dict[tuple[int, int], int]:
    """What is held in a community, by payer and property."""
    rows = (
        Prepayment.objects.filter(community_id=community_id)
        .values("payer_id", "property_id")
        .annotate(held=Sum("amount_fen"))
        .filter(held__gt=0)
        .order_by("payer_id", "property_id")
    )
    return {(row["payer_id"], row["property_id"]): row["held"] for row in rows}


def _lock(community_id: int, holders: Collection[tuple[int, int]]) -> None:
    """First the open bills, then the money, as the desk does: what is read from here on stays as it is."""
    payers = sorted({payer_id for payer_id, _ in holders})
    rows = Receivable.objects.select_for_update(no_key=True).filter(
        community_id=community_id, payer_id__in=payers, property_id__in={property_id for _, property_id in holders},
        reversed_at__isnull=True, outstanding_fen__gt=0,
    )  # fmt: skip
    list(rows.order_by("pk").values_list("pk", flat=True))
    for payer_id in payers:
        lock_prepaid(payer_id)


def _offsets(
    published: Published, held: dict[tuple[int, int], int], bills: dict[tuple[int, int], list[OpenBill]], actor: Actor
) -> tuple[list[Payment], list[list[Settled]]]:
    payments, parts, now = [], [], clock.now()
    for (payer_id, property_id), fen in held.items():
        settled, left = allocate_payment(fen, as_bills(bills.get((payer_id, property_id), [])))
        if not settled:
            continue
        payments.append(
            Payment(organisation_id=published.organisation_id, community_id=published.community_id, payer_id=payer_id,
                    property_id=property_id, kind=Payment.Kind.OFFSET, amount_fen=fen - left, value_date=clock.today(),
                    booked_at=now, booked_by_id=actor.user_id, remark=f"{published.label}抵扣"[:200])
        )  # fmt: skip
        parts.append(settled)
    return payments, parts
