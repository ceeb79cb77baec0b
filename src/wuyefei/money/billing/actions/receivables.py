"""Opening and one-off receivables, adjustments, reversals, waivers and late-fee holds (product rows C2, C7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import tax_included, yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import post

from ..fees import lost_fen, refresh, standings
from ..models import Adjustment, Deferral, LateFeeWaiver, Receivable
from ..postings import gross_postings, opening_postings
from ..rules.drafting import later_income, thawed_prices
from ..rules.proration import Convention, charge_by_month
from .adjusting import change_fee
from .published import keep_deposits

REVERSE_KIND, ADJUST_KIND, WAIVE_KIND = "billing.reverse", "billing.adjust", "billing.waive"


class HasPayments(DomainError):
    code = "has_payments"
    message = "这笔应收已核销 {paid} 元，请先作废对应的收款，再红冲。"


class WrittenOff(DomainError):
    code = "written_off"
    message = "这笔应收有 {sum} 元已作坏账核销，请先在核销页恢复待收，再红冲。"


class TooMuch(DomainError):
    code = "too_much"
    message = "{what}不能超过 {limit} 元。"


@dataclass(frozen=True, slots=True)
class OpeningArrears:
    """One debt brought along from before: no tax, no deferral, its own late-fee terms if the contract has a clause."""

    property_id: int
    payer_id: int
    service_from: dt.date
    service_to: dt.date
    due_on: dt.date
    amount_fen: int
    memo: str = ""
    late_fee_rate: Decimal | None = None
    late_fee_cap: Decimal | None = None


@transaction.atomic
def book_opening(rows: Iterable[OpeningArrears], *, actor: Actor, community: Community, item: ChargeItem) -> int:
    """Book opening arrears against opening equity; returns their sum in fen."""
    actor.require(Permission.IMPORT, community.pk)
    now = clock.now()
    made = Receivable.objects.bulk_create(
        [_opening(row, actor, community, item, now) for row in rows], batch_size=2000
    )
    total = sum(row.amount_fen for row in made)
    if made:
        keep_deposits(made)
        post("billing.opening", made[0].pk, opening_postings(item.nature, total),
             actor=actor, community_id=community.pk, memo=f"{community.name} 期初欠费 {len(made)} 笔", booked_at=now)  # fmt: skip
        audit.record(actor, "billing.opening", community, community_id=community.pk, after={"rows": len(made), "amount_fen": total})
    return total


def _opening(row: OpeningArrears, actor: Actor, community: Community, item: ChargeItem, now: dt.datetime) -> Receivable:
    if row.amount_fen <= 0:
        raise DomainError("opening_not_positive", "期初欠费应大于 0。")
    return Receivable(
        organisation_id=actor.organisation_id, community=community, property_id=row.property_id, payer_id=row.payer_id,
        item=item, period=Month.of(row.service_from).first, service_from=row.service_from, service_to=row.service_to,
        due_on=row.due_on, quantity=Decimal(1), prices=[], convention=Convention.CALENDAR.value, amount_fen=row.amount_fen,
        tax_rate=Decimal(0), tax_fen=0, late_fee_rate=row.late_fee_rate, late_fee_cap=row.late_fee_cap,
        allocation_order="law", kind=Receivable.Kind.OPENING, memo=row.memo[:80], booked_at=now,
        outstanding_fen=row.amount_fen, accrued_to=row.due_on,
    )  # fmt: skip


@transaction.atomic
def charge_once(
    property_id: int, payer_id: int, item: ChargeItem, amount_fen: int, *, actor: Actor, community_id: int, memo: str
) -> Receivable:
    """A temporary charge on the spot (临时收费): due today, no late fee."""
    actor.require(Permission.CASHDESK, community_id)
    if item.nature == ChargeItem.Nature.ADVANCE:
        raise DomainError("not_at_the_desk", "「{name}」只由法务案件收，不能在收银台收。", name=item.name)
    return _once(property_id, payer_id, item, amount_fen, actor=actor, community_id=community_id, memo=memo)


def charge_advance(
    property_id: int, payer_id: int, item: ChargeItem, amount_fen: int, *, actor: Actor, community_id: int, memo: str
) -> Receivable:
    """What the firm laid out for a payer and may have back (代垫费用): due today, no late fee, and as the costs of realising
    the claim settled before the payer's other debts. For the room above that laid it out; it has checked the permission."""
    if item.nature != ChargeItem.Nature.ADVANCE:
        raise DomainError("not_an_advance", "「{name}」不是代垫费用。", name=item.name)
    return _once(property_id, payer_id, item, amount_fen, actor=actor, community_id=community_id, memo=memo, order="costs")


def _once(
    property_id: int, payer_id: int, item: ChargeItem, amount_fen: int, *, actor: Actor, community_id: int, memo: str, order: str = "law"
) -> Receivable:
    if amount_fen <= 0:
        raise DomainError("amount_not_positive", "金额应大于 0。")
    today, now = clock.today(), clock.now()
    tax = tax_included(amount_fen, item.tax_rate)
    row = Receivable.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, property_id=property_id, payer_id=payer_id,
        item=item, period=today.replace(day=1), service_from=today, service_to=today, due_on=today, quantity=Decimal(1),
        prices=[], convention=Convention.CALENDAR.value, amount_fen=amount_fen, tax_rate=item.tax_rate, tax_fen=tax,
        allocation_order=order, kind=Receivable.Kind.ONCE, memo=memo[:80], booked_at=now, outstanding_fen=amount_fen,
        accrued_to=today,
    )  # fmt: skip
    keep_deposits([row])
    post("billing.once", row.pk, gross_postings(item.nature, amount_fen, tax, 0), actor=actor, community_id=community_id,
         memo=f"{item.name} {memo}")  # fmt: skip
    audit.record(actor, "billing.once", row, after={"item": item.name, "amount_fen": amount_fen, "memo": memo})
    return row


def locked(receivable_id: int, actor: Actor) -> Receivable:
    """The receivable under lock, if it lies in the actor's places."""
    row = (
        Receivable.objects.select_for_update(of=("self",))
        .select_related("item")
        .filter(pk=receivable_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if row is None:
        raise NotFound()
    if row.reversed_at is not None:
        raise DomainError("already_reversed", "这笔应收已经红冲。")
    return row


@transaction.atomic
def ask_reversal(receivable_id: int, *, actor: Actor, reason: str) -> Request:
    """Ask a second person to reverse a published receivable. Refused while payments are allocated to it."""
    row = locked(receivable_id, actor)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    refuse_paid(row)
    return approvals.ask(REVERSE_KIND, row, actor=actor, community_id=row.community_id, reason=reason,
                         payload={"receivable": row.pk, "amount_fen": row.amount_fen}, amount_fen=row.amount_fen)  # fmt: skip


def refuse_paid(row: Receivable) -> None:
    lost = -lost_fen(row.pk)
    if lost:
        raise WrittenOff(sum=yuan_text(lost))
    standing = standings([row], clock.today())[row.pk]
    paid = standing.fee_due_fen - row.outstanding_fen + row.late_fee_settled_fen
    if paid:
        raise HasPayments(paid=yuan_text(paid))


def reverse(request: Request, actor: Actor) -> None:
    """Carried out on approval: the fee due becomes zero, income and tax are taken back, the row stays."""
    reverse_row(locked(request.subject_id, actor), request, actor)


def reverse_row(row: Receivable, request: Request, actor: Actor) -> None:
    """Reverse one locked receivable for an approved request. Raises ``HasPayments``."""
    refuse_paid(row)
    now, amount = clock.now(), row.outstanding_fen
    adjusted = amount - row.amount_fen
    tax = row.tax_fen + sum(row.adjustments.values_list("tax_fen", flat=True))
    later = _unreleased(row)
    deferred = sum(later.values())
    Adjustment.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, kind=Adjustment.Kind.REVERSAL,
        amount_fen=-amount, tax_fen=-tax, deferred_fen=-deferred, value_date=clock.today(), booked_at=now,
        approval_id=request.pk, reason=request.reason,
    )  # fmt: skip
    Deferral.objects.bulk_create(
        [
            Deferral(organisation_id=row.organisation_id, community_id=row.community_id, item=row.item, month=month.first,
                     net_fen=-fen, source_kind="reversal", source_id=row.pk)
            for month, fen in later.items()
        ]
    )  # fmt: skip
    row.reversed_at = now
    refresh([row])
    postings = gross_postings(row.item.nature, -amount, -tax, -deferred)
    if row.kind == Receivable.Kind.OPENING:
        postings = opening_postings(row.item.nature, -amount)
    post("billing.reverse", row.pk, postings, actor=actor, community_id=row.community_id, memo=f"红冲应收 {row.pk}")
    audit.record(actor, "billing.reverse", row, before={"amount_fen": row.amount_fen, "adjusted_fen": adjusted},
                 after={"reversed": True}, reason=request.reason)  # fmt: skip


def _unreleased(row: Receivable) -> dict[Month, int]:
    """The net income of this receivable that still waits in deferred income, by month."""
    own = Deferral.objects.filter(source_kind__in=["rebill", "discount"], source_id=row.pk, released_entry_id__isnull=True)
    waits = {Month.of(month): fen for month, fen in own.values_list("month").annotate(Sum("net_fen")).order_by("month")}
    for month, fen in _unreleased_of_run(row).items():
        waits[month] = waits.get(month, 0) + fen
    return waits


def _unreleased_of_run(row: Receivable) -> dict[Month, int]:
    if not row.deferred_fen or row.run_id is None or row.run is None:
        return {}
    months = charge_by_month(
        Span(row.service_from, row.service_to), row.quantity, thawed_prices(row.prices), Convention(row.convention)
    )
    later = later_income(months, row.amount_fen - row.tax_fen, Month.of(row.run.period))
    waiting = Deferral.objects.filter(
        source_kind="run", source_id=row.run_id, item=row.item, released_entry_id__isnull=True
    ).values_list("month", flat=True)
    open_months = {Month.of(month) for month in waiting}
    return {month: fen for month, fen in later.items() if month in open_months}


@transaction.atomic
def ask_adjustment(receivable_id: int, amount_fen: int, *, actor: Actor, reason: str) -> Request:
    """Ask to change the fee due by ``amount_fen`` (negative lowers it, at most to what is unpaid)."""
    row = locked(receivable_id, actor)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    _check_adjustment(row, amount_fen)
    return approvals.ask(ADJUST_KIND, row, actor=actor, community_id=row.community_id, reason=reason,
                         payload={"receivable": row.pk, "amount_fen": amount_fen}, amount_fen=amount_fen)  # fmt: skip


def _check_adjustment(row: Receivable, amount_fen: int) -> None:
    if amount_fen == 0:
        raise DomainError("nothing", "调整金额不能为 0。")
    if -amount_fen > row.outstanding_fen:
        raise TooMuch(what="减少的金额", limit=yuan_text(row.outstanding_fen))


def adjust(request: Request, actor: Actor) -> None:
    """Carried out on approval: an adjustment row, its part of the tax, the months it belongs to, and the entry."""
    row = locked(request.subject_id, actor)
    amount = int(request.payload["amount_fen"])
    _check_adjustment(row, amount)
    change_fee(row, amount, request, request.reason, actor=actor, memo=f"调整应收 {row.pk}")


@transaction.atomic
def ask_waiver(receivable_id: int, amount_fen: int, *, actor: Actor, reason: str) -> Request:
    """Ask to give up part of the late fee payable today."""
    row = locked(receivable_id, actor)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    _check_waiver(row, amount_fen)
    return approvals.ask(WAIVE_KIND, row, actor=actor, community_id=row.community_id, reason=reason,
                         payload={"receivable": row.pk, "amount_fen": amount_fen}, amount_fen=amount_fen)  # fmt: skip


def _check_waiver(row: Receivable, amount_fen: int) -> None:
    payable = standings([row], clock.today())[row.pk].payable_fen
    if not 0 < amount_fen <= payable:
        raise TooMuch(what="减免的违约金应大于 0，且", limit=yuan_text(payable))


def waive(request: Request, actor: Actor) -> None:
    """Carried out on approval: a fact without an entry, for a late fee is income only when it is paid."""
    waive_part(request.subject_id, int(request.payload["amount_fen"]), approval_id=request.pk, reason=request.reason, actor=actor)


def waive_part(receivable_id: int, amount_fen: int, *, approval_id: int, reason: str, actor: Actor) -> LateFeeWaiver:
    """Give up part of the late fee payable today, by a request that a second person has approved. Raises ``TooMuch``."""
    row = locked(receivable_id, actor)
    _check_waiver(row, amount_fen)
    waiver = LateFeeWaiver.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, amount_fen=amount_fen,
        value_date=clock.today(), booked_at=clock.now(), approval_id=approval_id, reason=reason[:400],
    )  # fmt: skip
    audit.record(actor, "billing.waive", row, after={"waived_fen": amount_fen}, reason=reason)
    return waiver
