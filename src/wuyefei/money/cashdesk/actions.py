"""Shifts, and taking money in them (product row D3).

A voided payment leaves the figures of its shift while the shift is open: the money goes back out of the drawer. Once
the drawer has been counted the shift keeps its figures; what is given back afterwards comes from the safe.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.estate.people.public import people
from wuyefei.estate.properties.public import Property, get_property
from wuyefei.estate.tariffs.public import get_item
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, charge_once, open_bills
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import AlreadyTaken, Payment, PaymentOrder, Tender, take_payment

from .cards import CardRead, read_card
from .models import Shift, ShiftPayment
from .rules import HeldBills, NoOpenShift, ShiftNotOpen, ShiftOpen, check_count, difference, expected_cash

HANDOVER_KIND = "cashdesk.handover"
MAX_FLOAT_FEN = 10_000_000
_TICK = dt.timedelta(microseconds=1)


@transaction.atomic
def open_shift(community_id: int, float_fen: int, *, actor: Actor) -> Shift:
    """Begin a shift with ``float_fen`` in the drawer. Raises ``ShiftOpen`` while another of the cashier is open there."""
    community = get_community(actor, community_id, Permission.CASHDESK)
    if not 0 <= float_fen <= MAX_FLOAT_FEN:
        raise DomainError("float_out_of_range", "备用金应在 0 到 100,000 元之间。")
    try:
        with transaction.atomic():
            shift = Shift.objects.create(
                organisation_id=actor.organisation_id, community=community, cashier_id=actor.user_id,
                opened_at=clock.now(), float_fen=float_fen,
            )  # fmt: skip
    except IntegrityError as error:
        raise ShiftOpen() from error
    audit.record(actor, "cashdesk.open_shift", shift, after={"float_fen": float_fen})
    return shift


@dataclass(frozen=True)
class Taken:
    """A payment as the desk shows it. ``repeated``: it had been booked before under the same key, nothing was added."""

    payment: Payment
    change_fen: int
    prepayment_fen: int
    repeated: bool = False


@transaction.atomic
def take(order: PaymentOrder, *, actor: Actor, held_too: bool = False, card: CardRead | None = None) -> Taken:
    """Take money in the actor's open shift: the payment, its receipt, its place in the shift and what the card terminal
    printed, all or nothing.

    The same ``client_key`` again returns what was booked, also after the shift was handed over. Raises
    ``NoOpenShift``, ``HeldBills`` unless ``held_too``, and what ``take_payment`` raises.
    """
    flat = get_property(actor, order.property_id)
    actor.require(Permission.CASHDESK, flat.community_id)
    shift = _own_open(actor, flat.community_id)
    earlier = Payment.objects.filter(organisation_id=actor.organisation_id, client_key=order.client_key).first()
    if earlier is not None:
        if not ShiftPayment.objects.filter(payment=earlier, shift__cashier_id=actor.user_id).exists():
            raise AlreadyTaken()
        return _taken(earlier, repeated=True)
    if shift is None:
        raise NoOpenShift()
    if not held_too and order.receivable_ids:
        count = sum(bill.held for bill in open_bills(actor, clock.today(), receivable_ids=order.receivable_ids))
        if count:
            raise HeldBills(count=count)
    slip = read_card(order, card or CardRead(), flat.community_id, actor=actor)
    payment = take_payment(order, actor=actor)
    ShiftPayment.objects.create(shift=shift, payment=payment)
    if slip is not None:
        slip.payment = payment
        slip.save()
    return _taken(payment)


def _taken(payment: Payment, *, repeated: bool = False) -> Taken:
    printed = payment.receipt.snapshot if payment.receipt else {}
    return Taken(payment, printed.get("change_fen", 0), printed.get("prepayment_fen", 0), repeated)


def _own_open(actor: Actor, community_id: int) -> Shift | None:
    """The actor's open shift, locked: nothing is taken while it is being counted."""
    return (
        Shift.objects.select_for_update()
        .filter(organisation_id=actor.organisation_id, community_id=community_id, cashier_id=actor.user_id, state=Shift.State.OPEN)
        .first()
    )


@transaction.atomic
def charge(property_id: int, payer_id: int, item_id: int, amount_fen: int, *, actor: Actor, memo: str) -> Receivable:
    """A temporary charge at a property, to be paid on the spot."""
    flat: Property = get_property(actor, property_id)
    actor.require(Permission.CASHDESK, flat.community_id)
    payer = people(actor).filter(pk=payer_id, community_id=flat.community_id, erased_at__isnull=True).first()
    if payer is None:
        raise NotFound()
    if flat.ended_on is not None:
        raise DomainError("property_ended", "这套房屋已停用，不能再收费。")
    text = limited(memo, "说明", 80)
    item = get_item(actor, item_id)
    return charge_once(flat.pk, payer.pk, item, amount_fen, actor=actor, community_id=flat.community_id, memo=text)


def cash_of(shift: Shift) -> list[int]:
    """The cash kept of each payment of the shift that was not voided before it closed."""
    tenders = Tender.objects.filter(method=Tender.Method.CASH, payment_id__in=shift.payments.values("payment_id"))
    rows = tenders.values_list("amount_fen", "payment__voided_at")
    return [fen for fen, voided in rows if voided is None or (shift.closed_at is not None and voided >= shift.closed_at)]


@transaction.atomic
def hand_over(shift_id: int, counted_fen: int, note: str = "", *, actor: Actor) -> Request:
    """Close the actor's shift with the cash counted and ask a second person to accept it.

    Raises ``NoteMissing`` where the drawer is over or short without a reason.
    """
    shift = _locked(shift_id, actor)
    if shift.cashier_id != actor.user_id:
        raise NotFound()
    actor.require(Permission.CASHDESK, shift.community_id)
    if shift.state != Shift.State.OPEN:
        raise ShiftNotOpen()
    note = limited(note, "原因", 200)
    # a void under way finishes first, or finds the shift closed
    paid = Payment.objects.select_for_update().filter(pk__in=shift.payments.values("payment_id")).order_by("pk")
    voids = [row.voided_at for row in paid if row.voided_at is not None]
    shift.expected_fen = expected_cash(shift.float_fen, cash_of(shift))
    gap = check_count(shift.expected_fen, counted_fen, note)
    shift.closed_at = max([clock.now(), *(moment + _TICK for moment in voids)])
    shift.state, shift.counted_fen, shift.note = Shift.State.HANDED_OVER, counted_fen, note
    shift.save(update_fields=["state", "closed_at", "expected_fen", "counted_fen", "note"])
    figures = {"expected_fen": shift.expected_fen, "counted_fen": counted_fen, "difference_fen": gap}
    audit.record(actor, "cashdesk.hand_over", shift, after=figures, reason=note)
    return approvals.ask(
        HANDOVER_KIND, shift, actor=actor, community_id=shift.community_id, amount_fen=counted_fen,
        payload={"shift": shift.pk, **figures}, reason=note or "实点与应交一致",
    )  # fmt: skip


def _locked(shift_id: int, actor: Actor) -> Shift:
    shift = (
        Shift.objects.select_for_update(of=("self",))
        .select_related("community", "cashier")
        .filter(pk=shift_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if shift is None:
        raise NotFound()
    return shift


def accept(request: Request, actor: Actor) -> None:
    """Carried out on approval: the handover is accepted, over or short is booked."""
    shift = _locked(request.subject_id, actor)
    expected, counted = int(request.payload["expected_fen"]), int(request.payload["counted_fen"])
    if shift.state != Shift.State.HANDED_OVER or (expected, counted) != (shift.expected_fen, shift.counted_fen):
        raise DomainError("shift_changed", "这一班与申请时不一致，请退回重新交班。")
    shift.state, shift.accepted_by_id, shift.accepted_at = Shift.State.ACCEPTED, actor.user_id, clock.now()
    shift.save(update_fields=["state", "accepted_by", "accepted_at"])
    gap = difference(expected, counted)
    post(HANDOVER_KIND, shift.pk, gap_postings(gap), actor=actor, community_id=shift.community_id, memo=f"交班 {shift.pk} 长短款")
    audit.record(actor, "cashdesk.accept_shift", shift, after={"difference_fen": gap})
    audit.publish(actor, "cashdesk.shift_accepted", community_id=shift.community_id, shift=shift.pk, difference_fen=gap)


def gap_postings(gap: int) -> list[Posting]:
    """Short: Dr shortage, Cr cash. Over: Dr cash, Cr overage."""
    return [Posting(Account.CASH, gap), Posting(Account.SHORTAGE if gap < 0 else Account.OVERAGE, -gap)]


def reopen(request: Request, actor: Actor) -> None:
    """Carried out on refusal or withdrawal: the shift goes on and is counted again."""
    shift = _locked(request.subject_id, actor)
    if shift.state != Shift.State.HANDED_OVER:
        return
    if _another_open(shift):
        raise DomainError(
            "newer_shift_open", "{name} 已开了新的一班，这一班现在退不回去；请等新班交班后再退回。", name=shift.cashier.name
        )
    before = {"expected_fen": shift.expected_fen, "counted_fen": shift.counted_fen}
    shift.state = Shift.State.OPEN
    shift.closed_at = shift.expected_fen = shift.counted_fen = None
    shift.note = ""
    shift.save(update_fields=["state", "closed_at", "expected_fen", "counted_fen", "note"])
    audit.record(actor, "cashdesk.reopen_shift", shift, before=before)


def _another_open(shift: Shift) -> bool:
    return Shift.objects.filter(community_id=shift.community_id, cashier_id=shift.cashier_id, state=Shift.State.OPEN).exists()
