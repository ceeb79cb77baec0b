"""Costs of a matter: laid out, had back from the court, laid on the payer by judgment, or borne; each booked as it is written.

Money that goes out, money said to be back without a bank line, and costs given up wait for a second person. An award becomes the
payer's bill at once: it repeats what a judgment says, and is taken back like any bill, by a reversal that a second person approves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from wuyefei.estate.tariffs.public import advance_item
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.bank.public import BankLine, give_to_fund, take_from_fund
from wuyefei.money.billing.public import charge_advance
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import Cost, Event, Matter
from ..queries.costs import get_cost, linkable, sums_of_matter
from ..rules.expenses import FEE_NAMES, MOVE_NAMES, Fee, Move, check_move
from .opening import lock_matter, note, refresh

COST_KIND = "legal_cost"
ENTRY = "legal.cost"
LEGS: dict[Move, tuple[Account, Account]] = {
    Move.PAID: (Account.ADVANCED, Account.BANK), Move.EXPENSED: (Account.LAWSUITS, Account.BANK), Move.REFUNDED: (Account.BANK, Account.ADVANCED),
    Move.BORNE: (Account.LAWSUITS, Account.ADVANCED),
}  # fmt: skip
"""Debit and credit. An award is booked by its bill: Dr 1122, Cr 1221.2."""
EVENTS = {Move.PAID: "paid_out", Move.EXPENSED: "paid_out", Move.REFUNDED: "cost_back", Move.AWARDED: "awarded", Move.BORNE: "borne"}


@dataclass(frozen=True, slots=True)
class CostOrder:
    """A move as typed in: ``party`` was paid or pays, ``paper`` names the receipt, notice or judgment. ``agreed``: the contract
    lays such a fee on whoever breaks it. ``line_id``: the bank line by which the court gave it back."""

    move: Move
    fee: Fee
    amount_fen: int
    on: dt.date
    party: str
    paper: str
    agreed: bool = False
    line_id: int | None = None


class NoJudgment(DomainError):
    code = "no_judgment"
    message = "还没有登记生效的判决、裁定，不能让对方负担费用。没有改动。"


class TakenBack(DomainError):
    code = "cost_taken_back"
    message = "这一笔已经冲回，或者本身就是冲回。"


class ByItsBill(DomainError):
    code = "by_its_bill"
    message = "判由对方负担的费用已成为账单：在账单上申请红冲，通过后退回垫付。"


def _sound(matter: Matter, order: CostOrder) -> CostOrder:
    """The order with its words trimmed. Raises ``Invalid``, ``NotThatMuch``, ``NotShifted``, ``NoJudgment``."""
    if order.on > clock.today():
        raise Invalid(field="日期", reason="不能在今天以后")
    check_move(order.move, order.fee, order.amount_fen, sums_of_matter(matter), agreed=order.agreed)
    if order.move is Move.AWARDED and not Event.objects.filter(matter=matter, kind__in=["judged", "confirmed"]).exists():
        raise NoJudgment()
    party, paper = limited(order.party, "收款、付款单位", 60, required=True), limited(order.paper, "凭据", 80, required=True)
    return CostOrder(order.move, order.fee, order.amount_fen, order.on, party, paper, order.agreed, order.line_id)


@transaction.atomic
def ask_cost(matter_id: int, order: CostOrder, *, actor: Actor) -> Request:
    """Ask a second person to book money that goes out, comes back without a bank line, or is borne."""
    matter = lock_matter(matter_id, actor)
    if order.move is Move.AWARDED or order.line_id is not None:
        raise NotFound()
    given = _sound(matter, order)
    payload = {
        "move": given.move.value, "fee": given.fee.value, "amount_fen": given.amount_fen, "on": given.on.isoformat(), "party": given.party,
        "paper": given.paper, "agreed": given.agreed,
    }  # fmt: skip
    return approvals.ask(COST_KIND, matter, actor=actor, community_id=matter.community_id, payload=payload, reason=given.paper, amount_fen=given.amount_fen)


@transaction.atomic
def ask_undo(cost_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask a second person to take a move back that was written in error. Raises ``TakenBack``, ``ByItsBill``."""
    seen = get_cost(actor, cost_id)
    matter = lock_matter(seen.matter_id, actor)
    _undoable(seen)
    payload = {"undo": seen.pk, "amount_fen": seen.amount_fen}
    return approvals.ask(COST_KIND, matter, actor=actor, community_id=matter.community_id, payload=payload,
                         reason=limited(reason, "原因", 200, required=True), amount_fen=seen.amount_fen)  # fmt: skip


def _undoable(row: Cost) -> None:
    if row.move == Move.AWARDED:
        raise ByItsBill()
    if row.reverses_id is not None or Cost.objects.filter(reverses=row).exists():
        raise TakenBack()


@transaction.atomic
def award(matter_id: int, order: CostOrder, *, actor: Actor) -> Cost:
    """A judgment lays costs on the payer and they pay the company: its bill, settled before the debts it was about."""
    matter = lock_matter(matter_id, actor)
    given = _sound(matter, CostOrder(Move.AWARDED, order.fee, order.amount_fen, order.on, order.party, order.paper))
    bill = charge_advance(
        matter.property_id, matter.person_id, advance_item(matter.organisation), given.amount_fen, actor=actor, community_id=matter.community_id,
        memo=given.paper,
    )  # fmt: skip
    return _write(matter, given, actor, receivable_id=bill.pk)


@transaction.atomic
def refund_by_line(matter_id: int, line_id: int, fee: Fee, paper: str, *, actor: Actor) -> Cost:
    """A waiting bank line is the court's: what was laid out comes back, no second person needed, for the bank says so."""
    matter = lock_matter(matter_id, actor, Permission.LEGAL_VIEW)
    actor.require(Permission.PAYMENT_BATCH, matter.community_id)
    line = give_to_fund(line_id, Account.ADVANCED, actor=actor, words=f"法院退费 {matter.number}", state=BankLine.State.COURT)
    if line.community_id != matter.community_id:
        raise NotFound()
    given = _sound(matter, CostOrder(Move.REFUNDED, fee, line.amount_fen, line.value_date, line.payer_name or "法院", paper, line_id=line.pk))
    return _write(matter, given, actor)


def _write(matter: Matter, given: CostOrder, actor: Actor, **more: Any) -> Cost:
    """The row, its entry, and the event of the matter; the caller holds the matter's lock and has checked the sums."""
    row = Cost.objects.create(
        organisation_id=matter.organisation_id, community_id=matter.community_id, matter=matter, move=given.move.value, fee=given.fee.value,
        amount_fen=given.amount_fen, on=given.on, party=given.party, paper=given.paper, line_id=given.line_id, made_by_id=actor.user_id,
        made_at=clock.now(), **more,
    )  # fmt: skip
    if given.line_id is None and given.move in LEGS:
        _post(row, 1, actor)
    note(matter, EVENTS[given.move], {"fee": given.fee.value, "amount_fen": given.amount_fen, "move": given.move.value, "paper": given.paper}, actor=actor, on=given.on)
    audit.record(actor, "legal.cost", row, after={"move": row.move, "fee": row.fee, "amount_fen": row.amount_fen, "paper": row.paper})
    refresh(matter)
    return row


def _post(row: Cost, sign: int, actor: Actor) -> None:
    debit, credit = LEGS[Move(row.move)]
    fen = sign * row.amount_fen
    post(ENTRY, row.pk, [Posting(debit, fen), Posting(credit, -fen)], actor=actor, community_id=row.community_id, memo=f"{row.matter.number} {MOVE_NAMES[Move(row.move)]} {row.paper}")


def carried(request: Request, actor: Actor) -> None:
    """On approval; the sums must still allow it."""
    matter = Matter.objects.select_for_update(of=("self",)).get(pk=request.subject_id)
    payload = request.payload
    if "undo" in payload:
        _undo(matter, request, actor)
        return
    given = CostOrder(
        Move(payload["move"]), Fee(payload["fee"]), int(payload["amount_fen"]), dt.date.fromisoformat(payload["on"]), payload["party"],
        payload["paper"], bool(payload["agreed"]),
    )  # fmt: skip
    _write(matter, _sound(matter, given), actor, request_id=request.pk)


def _undo(matter: Matter, request: Request, actor: Actor) -> None:
    gone = Cost.objects.select_related("matter").get(pk=request.payload["undo"])
    _undoable(gone)
    if gone.move == Move.PAID:
        check_move(Move.BORNE, Fee(gone.fee), gone.amount_fen, sums_of_matter(matter), agreed=True)
    row = Cost.objects.create(
        organisation_id=gone.organisation_id, community_id=gone.community_id, matter=matter, move=gone.move, fee=gone.fee, amount_fen=gone.amount_fen,
        on=clock.today(), party=gone.party, paper=request.reason[:80], line_id=gone.line_id, reverses=gone, request_id=request.pk,
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    if gone.line_id is not None:
        take_from_fund(gone.line_id, Account.ADVANCED, request.reason, actor=actor, owner_id=request.maker_id)
    else:
        _post(row, -1, actor)
    note(matter, "cost_undone", {"fee": gone.fee, "amount_fen": gone.amount_fen, "move": gone.move, "reason": request.reason}, actor=actor)
    audit.record(actor, "legal.cost_undone", row, after={"undone": gone.pk, "amount_fen": gone.amount_fen}, reason=request.reason)
    refresh(matter)


def described(request: Request) -> Sequence[tuple[str, str]]:
    """What the second person decides on, in words."""
    payload = request.payload
    if "undo" in payload:
        gone = Cost.objects.get(pk=payload["undo"])
        return [("要做的事", "费用登记冲回"), ("原来登记", MOVE_NAMES[Move(gone.move)]), ("金额", yuan_text(gone.amount_fen)), ("凭据", gone.paper)]
    return [
        ("要做的事", MOVE_NAMES[Move(payload["move"])]), ("费用", FEE_NAMES[Fee(payload["fee"])]), ("金额", yuan_text(payload["amount_fen"])),
        ("日期", payload["on"]), ("收款、付款单位", payload["party"]), ("凭据", payload["paper"]),
    ]  # fmt: skip


def kind() -> approvals.Kind:
    from django.urls import reverse

    return approvals.Kind(
        COST_KIND, "诉讼费用", Permission.LEGAL_APPROVE, carried, None, lambda request: reverse("legal:matter", args=[request.subject_id]), described
    )


@transaction.atomic
def link_dividend(matter_id: int, payment_id: int, *, actor: Actor) -> Event:
    """Name the payment by which a share of a distribution came in. Raises ``NotFound`` for one that cannot be it."""
    matter = lock_matter(matter_id, actor)
    payment = linkable(matter).filter(pk=payment_id).first()
    if payment is None:
        raise NotFound()
    event = note(matter, "dividend", {"payment": payment.pk, "amount_fen": payment.amount_fen}, actor=actor, on=payment.value_date)
    audit.record(actor, "legal.dividend", matter, after={"payment": payment.pk, "amount_fen": payment.amount_fen})
    refresh(matter)
    return event


def read_order(move: Move, given: dict[str, str], fen: int) -> CostOrder:
    """What was typed, as an order. Raises ``Invalid`` naming the field."""
    try:
        fee = Fee(given.get("fee", ""))
    except ValueError as error:
        raise Invalid(field="费用", reason="请选一项") from error
    return CostOrder(move, fee, fen, parse_day(given.get("on", ""), "日期"), given.get("party", ""), given.get("paper", ""), given.get("agreed") == "on")
