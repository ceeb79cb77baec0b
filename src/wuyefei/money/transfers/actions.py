"""Asking for a transfer, carrying it out in one transaction, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from wuyefei.estate.occupancy.public import take_transfer_back, transfer
from wuyefei.estate.people.public import Person, PersonRow, create_person, find_people
from wuyefei.estate.properties.public import Property, get_property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, Share, lock_receivables, rebill, refuse_drafted
from wuyefei.money.deposits.public import expect_back, hand_over
from wuyefei.money.payments.public import Carried, carry, lock_payments_of, move_prepayment, release_bill

from .models import BillCut, Home, Transfer
from .queries import Plan, former_owners, plan_of
from .rules import Basis, Cut, Held, Paid, Prepaid, SameOwner

DO_KIND, UNDO_KIND = "transfer.do", "transfer.undo"


class PlanChanged(DomainError):
    code = "transfer_changed"
    message = "申请后账单或预存有了变动，和看过的不一样。请退回，重新办理过户。"


class BilledSince(DomainError):
    code = "billed_since"
    message = "{home} 过户后已经出过新账（{bill}），不能撤销。请办理一次反方向的过户。"


class WrongState(DomainError):
    code = "transfer_state"
    message = "这次过户{state}，不能{verb}。"


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer as typed in: the home, the spaces that go with it, the new owner and the choices."""

    property_id: int
    buyer: PersonRow
    on: dt.date
    basis: Basis
    also: tuple[int, ...] = ()
    document: str = ""
    prepaid: Prepaid = Prepaid.LEAVE
    paid: Paid = Paid.LEAVE
    deposits: Held = Held.LEAVE


def plan_order(order: Order, *, actor: Actor) -> Plan:
    return plan_of(actor, order.property_id, order.also, order.on, order.basis, order.prepaid, order.paid, order.deposits)


@transaction.atomic
def ask_transfer(order: Order, *, actor: Actor) -> Transfer:
    """Register a transfer: done at once where no money moves, else a second person decides.

    Raises ``LaterOwner``, ``NoFormerOwner``, ``SameOwner``, ``DraftedAhead``, ``Invalid``.
    """
    home = get_property(actor, order.property_id)
    actor.require(Permission.ESTATE_EDIT, home.community_id)
    if Transfer.objects.filter(property=home, state=Transfer.State.ASKED).exists():
        raise DomainError("transfer_waits", "这套房屋已有一次过户在等待复核。")
    refuse_drafted(home.community_id, [home.pk, *order.also], order.on)
    plan = plan_order(order, actor=actor)
    buyer = _buyer(order, home, plan, actor)
    if plan.moves_money:
        actor.require(Permission.ADJUST_REQUEST, home.community_id)
    row = Transfer.objects.create(
        organisation_id=actor.organisation_id, community_id=home.community_id, property=home, seller=plan.seller, buyer=buyer,
        on=order.on, basis=order.basis.value, document=order.document[:80], prepaid=order.prepaid.value, paid=order.paid.value,
        deposits=order.deposits.value, plan=plan.payload(), amount_fen=plan.amount_fen, state=Transfer.State.ASKED, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    Home.objects.bulk_create([Home(transfer=row, property=one) for one in plan.homes])
    audit.record(actor, "transfer.ask", row, after={"buyer": buyer.pk, "on": order.on, "basis": order.basis.value})
    if plan.moves_money:
        reason = f"{row.get_basis_display()}过户 {order.document}".strip()
        approvals.ask(DO_KIND, row, actor=actor, community_id=row.community_id, reason=reason, payload=plan.payload(),
                      amount_fen=plan.amount_fen)  # fmt: skip
    else:
        _carry_out(row, plan, None, actor)
    return row


def _buyer(order: Order, home: Property, plan: Plan, actor: Actor) -> Person:
    """Somebody of the community with that name and number, else a person made for it. Raises ``SameOwner``."""
    known = find_people(actor, order.buyer.mobile, home.community_id) if len(order.buyer.mobile) > 4 else []
    found = next((one for one in known if one.name == order.buyer.name), None)
    if found is not None and found.pk == plan.seller.pk:
        raise SameOwner(name=found.name)
    return found or create_person(order.buyer, actor=actor, community=home.community)


def _locked(transfer_id: int, actor: Actor, state: str, verb: str) -> Transfer:
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("property", "seller", "buyer")
    row = rows.filter(pk=transfer_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()
    if row is None:
        raise NotFound()
    if row.state != state:
        raise WrongState(state=row.get_state_display(), verb=verb)
    return row


def home_ids(row: Transfer) -> list[int]:
    """The properties in it, the one it was begun from first."""
    ids = list(row.homes.order_by("pk").values_list("property_id", flat=True))
    return [row.property_id, *(pk for pk in ids if pk != row.property_id)]


def plan_as_asked(row: Transfer, actor: Actor) -> Plan:
    """What the transfer would do to today's bills: the figures asked for, unless something was booked since."""
    terms = (Basis(row.basis), Prepaid(row.prepaid), Paid(row.paid), Held(row.deposits))
    return plan_of(actor, row.property_id, home_ids(row)[1:], row.on, *terms)


def do(request: Request, actor: Actor) -> None:
    """Carried out on approval. Raises ``PlanChanged`` where the figures are no longer those approved."""
    row = _locked(request.subject_id, actor, Transfer.State.ASKED, "办理")
    ids = home_ids(row)
    refuse_drafted(row.community_id, ids, row.on)
    bills = list(
        Receivable.objects.filter(property_id__in=ids, reversed_at=None, service_to__gte=row.on).values_list("pk", flat=True)
    )
    lock_payments_of(bills)
    lock_receivables(bills, row.community_id)
    plan = plan_as_asked(row, actor)
    if plan.payload() != request.payload or plan.seller.pk != row.seller_id:
        raise PlanChanged()
    _carry_out(row, plan, request, actor)


def refused(request: Request, actor: Actor) -> None:
    """Turned down or withdrawn: nothing was changed."""
    row = _locked(request.subject_id, actor, Transfer.State.ASKED, "退回")
    row.state = Transfer.State.REFUSED
    row.save(update_fields=["state"])


def _carry_out(row: Transfer, plan: Plan, request: Request | None, actor: Actor) -> None:
    if request is not None:
        for one in plan.changes:
            _cut(row, one, request, actor)
        _move_prepaid(row, plan, actor)
        _hand_deposits(row, row.seller_id, row.buyer_id, plan.payload().get("deposits", []), actor)
    if plan.keeps is Held.SETTLE:
        expect_back([one.pk for one in plan.deposits], row.on, actor=actor)
    for home in plan.homes:
        bases = {Basis.SALE, Basis(row.basis)}  # the owners' ties end, and a developer's that delivers
        ends = {pk: day for basis in bases for pk, day in former_owners([home.pk], row.on, basis).values_list("pk", "ends_on")}
        Home.objects.filter(transfer=row, property=home).update(ended=[[pk, day and day.isoformat()] for pk, day in sorted(ends.items())])
        transfer(
            home.pk, [row.buyer_id], row.on, actor=actor, reason=f"{row.get_basis_display()}过户", delivered=row.basis == Basis.DELIVERY
        )
    row.state, row.done_at = Transfer.State.DONE, clock.now()
    row.save(update_fields=["state", "done_at"])
    audit.record(actor, "transfer.done", row, after={"cuts": len(plan.changes), "moved_fen": plan.moved_fen})
    audit.publish(actor, "transfer.done", community_id=row.community_id, transfer=row.pk)


def _move_prepaid(row: Transfer, plan: Plan, actor: Actor) -> None:
    if plan.prepaid is not Prepaid.MOVE:
        return
    for home, fen in plan.held:
        move_prepayment(row.seller_id, row.buyer_id, home.pk, fen, actor=actor)
        Home.objects.filter(transfer=row, property=home).update(moved_fen=fen)


def _hand_deposits(row: Transfer, from_id: int, to_id: int, rows: Any, actor: Actor) -> None:
    """``rows``: deposit and what is held of it, as approved."""
    for deposit_id, fen in rows:
        hand_over(int(deposit_id), int(fen), from_id, to_id, actor=actor, reason=str(row))


def _cut(row: Transfer, one: Cut, request: Request, actor: Actor) -> None:
    payer_id = Receivable.objects.values_list("payer_id", flat=True).get(pk=one.bill.id)
    carried = release_bill(one.bill.id, actor=actor) if one.bill.paid_fen else []
    assert one.after is not None and one.after_due is not None
    shares = [Share(payer_id, one.before, one.bill.due_on, keeps=True)] if one.before else []
    shares.append(Share(row.buyer_id, one.after, one.after_due, keeps=False))
    made = rebill([one.bill.id], shares, request, actor=actor, memo=f"{row} 拆分")
    before = made[0] if one.before else None
    if before is not None:
        carry(carried, before.pk, actor=actor)
    BillCut.objects.create(transfer=row, bill_id=one.bill.id, before=before, after=made[-1], carried=_written(carried))


def _written(carried: Sequence[Carried]) -> list[list[object]]:
    return [[one.payer_id, one.property_id, one.value_date.isoformat(), one.amount_fen] for one in carried]


def _read(rows: list[list[object]]) -> list[Carried]:
    return [Carried(int(str(a)), int(str(b)), dt.date.fromisoformat(str(c)), int(str(d))) for a, b, c, d in rows]


@transaction.atomic
def ask_undo(transfer_id: int, *, actor: Actor, reason: str) -> Transfer:
    """Take a transfer back: at once where it moved no money, else a second person decides. Raises ``BilledSince``."""
    row = _locked(transfer_id, actor, Transfer.State.DONE, "撤销")
    actor.require(Permission.ESTATE_EDIT, row.community_id)
    _refuse_undo(row)
    if row.cuts.exists() or row.homes.filter(moved_fen__gt=0).exists() or row.plan.get("deposits"):
        actor.require(Permission.ADJUST_REQUEST, row.community_id)
        approvals.ask(UNDO_KIND, row, actor=actor, community_id=row.community_id, reason=reason, payload={"transfer": row.pk},
                      amount_fen=row.amount_fen)  # fmt: skip
    elif not reason.strip():
        raise DomainError("reason_missing", "请写明原因。")
    else:
        _undo(row, None, reason, actor)
    return row


def _refuse_undo(row: Transfer) -> None:
    refuse_drafted(row.community_id, home_ids(row), row.on)
    own = set(row.cuts.values_list("after_id", flat=True)) | set(row.cuts.values_list("before_id", flat=True))
    since = Receivable.objects.filter(property_id__in=home_ids(row), reversed_at__isnull=True, booked_at__gte=row.done_at)
    bill = since.filter(service_to__gte=row.on).exclude(pk__in={pk for pk in own if pk}).select_related("property", "item").first()
    if bill is not None:
        raise BilledSince(home=row.property.code, bill=str(bill))


def undo(request: Request, actor: Actor) -> None:
    """Carried out on approval: the bills stand whole again with the former owner, and so do ties and prepayment.

    Raises ``BilledSince``, and ``HasPayments`` where the new owner has paid.
    """
    row = _locked(request.subject_id, actor, Transfer.State.DONE, "撤销")
    _refuse_undo(row)
    _undo(row, request, request.reason, actor)


def _undo(row: Transfer, request: Request | None, reason: str, actor: Actor) -> None:
    if request is not None:
        for home in row.homes.filter(moved_fen__gt=0):
            move_prepayment(row.buyer_id, row.seller_id, home.property_id, home.moved_fen, actor=actor)
        _hand_deposits(row, row.buyer_id, row.seller_id, row.plan.get("deposits", []), actor)
        for one in row.cuts.select_related("bill", "before", "after").order_by("pk"):
            _join(one, request, actor)
    for home in row.homes.order_by("pk"):
        before = {pk: dt.date.fromisoformat(day) if day else None for pk, day in home.ended}
        take_transfer_back(home.property_id, [row.buyer_id], row.on, before, actor=actor, reason=reason)
    row.state, row.undone_at = Transfer.State.UNDONE, clock.now()
    row.save(update_fields=["state", "undone_at"])
    audit.record(actor, "transfer.undone", row, reason=reason)


def _join(one: BillCut, request: Request, actor: Actor) -> None:
    """One bill for the whole span again, settled as it was."""
    if one.before is not None and one.carried:
        release_bill(one.before.pk, actor=actor)
    bill = one.bill
    parts = [part.pk for part in (one.before, one.after) if part is not None]
    whole = Share(bill.payer_id, Span(bill.service_from, bill.service_to), bill.due_on, keeps=True)
    (made,) = rebill(parts, [whole], request, actor=actor, memo=f"{bill} 恢复", keeps_of=bill.pk)
    carry(_read(one.carried), made.pk, actor=actor)
