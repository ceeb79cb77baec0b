"""Prepayments: opening balances, and the offset of bills when they are published and every night (product row C4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model, Sum

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import OpenBill, Published, Receivable, deferred_on, open_bills, refresh
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import Allocation, Payment, Prepayment, Tender
from ..rules import Settled, allocate_payment
from .take import allocation_row, as_bills, lock_prepaid, payment_postings, prepayment_row

SOURCES = {"run": "payment.offset", "sheet": "payment.offset_sheet"}
"""The source of the entry by what was published."""
HELD_KIND = "payment.offset_held"
NIGHTLY = "prepaid_offset"


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


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an offset is made for: a publish, or the night."""

    organisation_id: int
    community_id: int
    kind: str
    remark: str
    memo: str
    source_id: int | None = None
    subject: Model | None = None


def offset_published(published: Published, actor: Actor) -> None:
    """Settle what a run or a sheet has just billed from the prepayments held, valued on the day of publishing.

    Called inside the publishing transaction.
    """
    _offset(
        Occasion(
            published.organisation_id, published.community_id, SOURCES[published.kind], f"{published.label}抵扣"[:200],
            f"{published.subject} 预存抵扣", published.pk, published.subject,
        ),
        actor,
    )  # fmt: skip


@transaction.atomic
def offset_community(community_id: int) -> int:
    """Settle what has come to be owed beside prepayments since: sheets, reversals, money given back. Returns how many
    households; twice changes nothing. For the clock."""
    place = Community.objects.get(pk=community_id)
    occasion = Occasion(place.organisation_id, place.pk, HELD_KIND, "每日预存抵扣", f"{place.name} 每日预存抵扣")
    return _offset(occasion, service_actor(place.organisation_id, SYSTEM))


def offset_held(organisation_id: int | None) -> int:
    """Every community, each in a transaction of its own; returns how many households were settled."""
    places = Community.objects.order_by("pk")
    if organisation_id is not None:
        places = places.filter(organisation_id=organisation_id)
    return sum(offset_community(pk) for pk in places.values_list("pk", flat=True))


def _offset(occasion: Occasion, actor: Actor) -> int:
    """One offset a payer and property, oldest receivable first, within the property's bills of that payer; one summary
    entry. Returns how many."""
    holders = _held(occasion.community_id)
    if not holders:
        return 0
    _lock(occasion.community_id, holders)
    held = {who: fen for who, fen in _held(occasion.community_id).items() if who in holders}
    bills: dict[tuple[int, int], list[OpenBill]] = defaultdict(list)
    put_off = deferred_on(occasion.community_id, clock.today()) if occasion.source_id is None else set()
    for bill in open_bills(actor, clock.today(), property_ids={property_id for _, property_id in held}):
        if occasion.source_id is None and (bill.held or bill.id in put_off):
            continue  # what is disputed or deferred is not settled unasked
        bills[bill.payer_id, bill.property_id].append(bill)
    payments, settled = _offsets(occasion, held, bills, actor)
    if not payments:
        return 0
    made = Payment.objects.bulk_create(payments)
    Tender.objects.bulk_create([Tender(payment=row, method=Tender.Method.PREPAID, amount_fen=row.amount_fen) for row in made])
    Prepayment.objects.bulk_create([prepayment_row(row, Prepayment.Kind.SPENT, -row.amount_fen) for row in made])
    parts = list(zip(made, settled, strict=True))
    Allocation.objects.bulk_create([allocation_row(row, part) for row, some in parts for part in some])
    everything = [part for some in settled for part in some]
    refresh(Receivable.objects.select_for_update().filter(pk__in={part.receivable_id for part in everything}).order_by("pk"))
    total = sum(row.amount_fen for row in made)
    post(occasion.kind, occasion.source_id or made[0].pk, payment_postings({Tender.Method.PREPAID: total}, everything, 0), actor=actor,
         community_id=occasion.community_id, memo=f"{occasion.memo} {len(made)} 户", booked_at=made[0].booked_at)  # fmt: skip
    subject = occasion.subject or Community.objects.get(pk=occasion.community_id)
    audit.record(actor, "payment.offset", subject, community_id=occasion.community_id, after={"payments": len(made), "amount_fen": total})
    return len(made)


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
    occasion: Occasion, held: dict[tuple[int, int], int], bills: dict[tuple[int, int], list[OpenBill]], actor: Actor
) -> tuple[list[Payment], list[list[Settled]]]:
    payments, parts, now = [], [], clock.now()
    for (payer_id, property_id), fen in held.items():
        settled, left = allocate_payment(fen, as_bills(bills.get((payer_id, property_id), [])))
        if not settled:
            continue
        payments.append(
            Payment(organisation_id=occasion.organisation_id, community_id=occasion.community_id, payer_id=payer_id,
                    property_id=property_id, kind=Payment.Kind.OFFSET, amount_fen=fen - left, value_date=clock.today(),
                    booked_at=now, booked_by_id=actor.user_id, remark=occasion.remark)
        )  # fmt: skip
        parts.append(settled)
    return payments, parts
