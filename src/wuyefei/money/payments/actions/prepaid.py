"""Prepayments: opening balances, and the offset of bills when they are published and every night (product row C4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model, Sum

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.copying import copy_rows, take_ids
from wuyefei.money.billing.public import OpenAccounts, OpenBill, Published, deferred_on, lock_accounts
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import Allocation, Payment, Prepayment, Tender
from ..rules import Part, Settled, allocate_payment
from .take import as_bills, lock_prepaid_of, payment_postings, prepayment_row

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


@uncollected()
def _offset(occasion: Occasion, actor: Actor) -> int:
    """One offset a payer and property, oldest receivable first, within the property's bills of that payer; one summary
    entry. First the open bills are locked, then the money, as at the desk. Returns how many."""
    holders = _held(occasion.community_id)
    if not holders:
        return 0
    accounts = lock_accounts(actor, occasion.community_id, payer_ids={payer_id for payer_id, _ in holders})
    lock_prepaid_of(occasion.community_id)
    held = {who: fen for who, fen in _held(occasion.community_id).items() if who in holders}
    made = _offsets(held, _bills(occasion, accounts))
    if not made:
        return 0
    now = clock.now()
    _write(occasion, made, now, actor)
    for one in made:
        for part in one.settled:
            fee = part.amount_fen if part.part is Part.LATE_FEE else 0
            accounts.by_id[part.receivable_id].settle(clock.today(), part.amount_fen - fee, fee)
    accounts.save()
    everything = [part for one in made for part in one.settled]
    total = sum(one.amount_fen for one in made)
    post(occasion.kind, occasion.source_id or made[0].payment_id, payment_postings({Tender.Method.PREPAID: total}, everything, 0), actor=actor,
         community_id=occasion.community_id, memo=f"{occasion.memo} {len(made)} 户", booked_at=now)  # fmt: skip
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


def _bills(occasion: Occasion, accounts: OpenAccounts) -> dict[tuple[int, int], list[OpenBill]]:
    """What is open, by payer and property. In the night what is disputed or deferred is not settled unasked."""
    today, nightly = clock.today(), occasion.source_id is None
    put_off = deferred_on(occasion.community_id, today) if nightly else set()
    found: dict[tuple[int, int], list[OpenBill]] = defaultdict(list)
    for account in accounts.by_id.values():
        bill = account.bill(today)
        if bill is not None and not (nightly and (bill.held or bill.id in put_off)):
            found[bill.payer_id, bill.property_id].append(bill)
    return found


@dataclass(slots=True)
class Offset:
    """What is held for a household, turned to its bills; the id is given when it is written."""

    payer_id: int
    property_id: int
    amount_fen: int
    settled: list[Settled]
    payment_id: int = 0


def _offsets(held: dict[tuple[int, int], int], bills: dict[tuple[int, int], list[OpenBill]]) -> list[Offset]:
    made = []
    for (payer_id, property_id), fen in held.items():
        open_here = bills.get((payer_id, property_id))
        if not open_here:
            continue
        settled, left = allocate_payment(fen, as_bills(open_here))
        if settled:
            made.append(Offset(payer_id, property_id, fen - left, settled))
    return made


def _write(occasion: Occasion, made: list[Offset], now: dt.datetime, actor: Actor) -> None:
    """Payments first, then everything that points at them."""
    today = clock.today()
    place = (occasion.organisation_id, occasion.community_id)
    for one, payment_id in zip(made, take_ids(Payment, len(made)), strict=True):
        one.payment_id = payment_id
    copy_rows(
        Payment,
        ("id", "organisation_id", "community_id", "payer_id", "property_id", "kind", "amount_fen", "value_date", "booked_at", "booked_by_id", "remark"),
        ((one.payment_id, *place, one.payer_id, one.property_id, Payment.Kind.OFFSET.value, one.amount_fen, today, now, actor.user_id, occasion.remark)
         for one in made),
    )  # fmt: skip
    copy_rows(Tender, ("payment_id", "method", "amount_fen"), ((one.payment_id, Tender.Method.PREPAID.value, one.amount_fen) for one in made))
    copy_rows(
        Prepayment,
        ("organisation_id", "community_id", "payment_id", "payer_id", "property_id", "kind", "amount_fen", "value_date", "booked_at"),
        ((*place, one.payment_id, one.payer_id, one.property_id, Prepayment.Kind.SPENT.value, -one.amount_fen, today, now) for one in made),
    )
    copy_rows(
        Allocation,
        ("organisation_id", "community_id", "payment_id", "receivable_id", "part", "amount_fen", "tax_fen", "value_date", "booked_at"),
        ((*place, one.payment_id, part.receivable_id, part.part.value, part.amount_fen, part.tax_fen, today, now) for one in made for part in one.settled),
    )
