"""A person says whose a line is, gives it back, or undoes a wrong match (product rows D1, D7)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import (
    Batch,
    BatchRow,
    Payment,
    Source,
    take_payments_in_bulk,
    undo_payment,
)

from ..models import BankLine, Habit, LineBooking
from ..rules import CLAIM_DUE
from .between import elsewhere, out_of_suspense, post_others

CLAIM_KIND, UNDONE_KIND, RETURN_BOOKED_KIND = "bank.claimed", "bank.undone", "bank.returned"
RETURN_KIND, UNMATCH_KIND = "bank.return", "bank.unmatch"
MOST_PARTS = 200
State = BankLine.State


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a line for one household; ``receivable_ids`` None: the payer's oldest bills, the rest prepayment. ``number``: its
    row in a list, 0 where there is none."""

    property_id: int
    payer_id: int
    amount_fen: int
    receivable_ids: tuple[int, ...] | None = None
    number: int = 0


class NotWaiting(DomainError):
    code = "line_not_waiting"
    message = "这笔流水现在是「{state}」，不能这样处理。"


class SharesDiffer(DomainError):
    code = "shares_differ"
    message = "各户合计 {sum} 元，与流水金额 {amount} 元不符，相差 {gap} 元。"


def _locked(line_id: int, actor: Actor, permission: Permission) -> BankLine:
    line = (
        BankLine.objects.select_for_update(of=("self",))
        .select_related("statement")
        .filter(pk=line_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if line is None:
        raise NotFound()
    actor.require(permission, line.community_id)
    return line


def _require(line: BankLine, *states: str) -> None:
    if line.state not in states:
        raise NotWaiting(state=line.get_state_display())


def _require_whole(line: BankLine) -> None:
    """What is left of a line whose rest went back is some payer's, not our own cash, a channel's payout or a gift."""
    _require(line, State.WAITING)
    if line.returned_fen:
        raise DomainError("line_in_part_returned", "这笔流水有一部分已退回付款人，余下的只能认领给住户或退回。")


@transaction.atomic
def claim(line_id: int, shares: Sequence[Share], *, actor: Actor, learn: bool = True, leave_rest: bool = False, most: int = MOST_PARTS) -> list[Payment]:
    """Book what waits of a line: for one household, or split over as many as it pays for, in any communities of the organisation
    where the actor takes payments. The shares add up to what waits, or with ``leave_rest`` to less, and the rest waits on.

    With ``learn``, the payer's account will be known for these households of the line's community. Raises ``SharesDiffer``,
    ``BatchRefused``.
    """
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require(line, State.WAITING, State.PART)
    total = _check(line, shares, most, leave_rest=leave_rest)
    places = _places(line, shares, actor)
    others = elsewhere(line, ((places[share.property_id], share.amount_fen) for share in shares))
    post(CLAIM_KIND, line.pk, out_of_suspense(total, others), actor=actor, community_id=line.community_id, memo=f"{line} 认领")
    made = _book(line, shares, places, actor)
    post_others(line, others, actor=actor)
    LineBooking.objects.bulk_create([LineBooking(line=line, payment=payment) for payment in made])
    if learn and line.payer_mark:
        _learn(line, [share for share in shares if places[share.property_id] == line.community_id])
    if total == line.suspense_fen:
        _close(line, State.REST if line.returned_fen else State.BOOKED, "", actor)
    else:
        _leave(line, line.suspense_fen - total, actor)
    audit.record(actor, "bank.claim", line, after={"payments": [payment.pk for payment in made], "amount_fen": total, "rest_fen": line.suspense_fen})
    audit.publish(actor, "bank.claimed", community_id=line.community_id, line=line.pk)
    return made


def _check(line: BankLine, shares: Sequence[Share], most: int, *, leave_rest: bool) -> int:
    """The sum of the shares."""
    if not 0 < len(shares) <= most:
        raise Invalid(field="户数", reason=Phrase("应为 1 到 {most} 户", most=most))
    if any(share.amount_fen <= 0 for share in shares):
        raise Invalid(field="金额", reason="应大于 0")
    total = sum(share.amount_fen for share in shares)
    if total > line.suspense_fen or (total < line.suspense_fen and not leave_rest):
        gap = yuan_text(abs(line.suspense_fen - total))
        raise SharesDiffer(sum=yuan_text(total), amount=yuan_text(line.suspense_fen), gap=gap)
    return total


def _places(line: BankLine, shares: Sequence[Share], actor: Actor) -> dict[int, int]:
    """The community of each home; one where the actor takes no payments is not found."""
    wanted = {share.property_id for share in shares}
    found = dict(Property.objects.filter(pk__in=wanted, organisation_id=line.organisation_id).values_list("pk", "community_id"))
    if found.keys() != wanted or not actor.communities(Permission.PAYMENT_BATCH).issuperset(found.values()):
        raise NotFound()
    return found


def _book(line: BankLine, shares: Sequence[Share], places: dict[int, int], actor: Actor) -> list[Payment]:
    """A batch of payments in each community, in the order of the communities; the payments in the order they were made."""
    before = line.bookings.count()
    rows: dict[int, list[BatchRow]] = defaultdict(list)
    for place, share in enumerate(shares, start=1):
        rows[places[share.property_id]].append(
            BatchRow(f"{line.key}.{before + place}", share.property_id, share.payer_id, share.amount_fen, "transfer", line.value_date,
                     share.receivable_ids, remark=line.memo[:200], number=share.number or place)
        )  # fmt: skip
    document = f"{line.statement.name[:90]} 第 {line.number} 行"
    digest = hashlib.sha256(f"{line.statement.sha256}:{line.key}".encode()).hexdigest()
    for community_id, found in sorted(rows.items()):
        take_payments_in_bulk(Batch(community_id, Source.BANK, document, digest, tuple(found)), actor=actor)
    keys = [f"{Source.BANK.value}:{row.external_ref}" for found in rows.values() for row in found]
    return list(Payment.objects.filter(organisation_id=line.organisation_id, client_key__in=keys).order_by("pk"))


def _learn(line: BankLine, shares: Sequence[Share]) -> None:
    for share in shares:
        habit, made = Habit.objects.get_or_create(
            community_id=line.community_id, payer_mark=line.payer_mark, property_id=share.property_id, payer_id=share.payer_id,
            defaults={"organisation_id": line.organisation_id},
        )  # fmt: skip
        if not made:
            Habit.objects.filter(pk=habit.pk).update(times=F("times") + 1)


def _close(line: BankLine, state: str, note: str, actor: Actor) -> None:
    """The one place where a line ends; its money has left suspense."""
    line.state, line.suspense_fen, line.note = state, 0, note
    line.closed_at, line.closed_by_id = clock.now(), actor.user_id
    line.save(update_fields=["state", "suspense_fen", "returned_fen", "note", "closed_at", "closed_by"])


def _reopen(line: BankLine, note: str, actor: Actor, owner_id: int) -> None:
    """The one place where a line waits again, with its money in suspense and a new deadline."""
    line.state, line.suspense_fen, line.note = State.WAITING, line.amount_fen - line.returned_fen, note
    line.closed_at, line.closed_by_id, line.owner_id, line.due_at = None, None, owner_id, clock.now() + CLAIM_DUE
    line.save(update_fields=["state", "suspense_fen", "note", "closed_at", "closed_by", "owner", "due_at"])


def _leave(line: BankLine, rest_fen: int, actor: Actor) -> None:
    """The one place where a line is booked in part: the rest stands in suspense, with whoever booked it as its owner."""
    line.state, line.suspense_fen, line.owner_id, line.due_at = State.PART, rest_fen, actor.user_id, clock.now() + CLAIM_DUE
    line.save(update_fields=["state", "suspense_fen", "owner", "due_at"])


@transaction.atomic
def keep_waiting(line_id: int, note: str, until: dt.date, *, actor: Actor) -> BankLine:
    """The line stays in suspense, with a word on what is being done, the actor as its owner and a new deadline."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require(line, State.WAITING, State.PART)
    text = limited(note, "说明", 200, required=True)
    if not clock.today() < until <= clock.today() + dt.timedelta(days=90):
        raise Invalid(field="期限", reason="应在今天之后的 90 天内")
    before = {"due_at": line.due_at, "owner": line.owner_id}
    line.note, line.owner_id = text, actor.user_id
    line.due_at = clock.now() + (until - clock.today())
    line.save(update_fields=["note", "owner", "due_at"])
    audit.record(actor, "bank.keep", line, before=before, after={"due_at": line.due_at, "owner": line.owner_id}, reason=text)
    return line


@transaction.atomic
def ask_return(line_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask for what waits of a line, all of it or the rest, to go back to the account it came from; somebody else decides."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require(line, State.WAITING, State.PART)
    request = approvals.ask(RETURN_KIND, line, actor=actor, community_id=line.community_id, reason=reason, amount_fen=line.suspense_fen,
                            payload={"line": line.pk, "amount_fen": line.suspense_fen})  # fmt: skip
    line.state = State.RETURNING
    line.save(update_fields=["state"])
    return request


def carry_out_return(request: Request, actor: Actor) -> None:
    line = _locked(request.subject_id, actor, Permission.REFUND_APPROVE)
    _require(line, State.RETURNING)
    fen = line.suspense_fen
    postings = [Posting(Account.BANK_SUSPENSE, fen), Posting(Account.BANK, -fen)]
    post(RETURN_BOOKED_KIND, line.pk, postings, actor=actor, community_id=line.community_id, memo=f"{line} 退回付款人")
    line.returned_fen += fen
    _close(line, State.RETURNED if line.returned_fen == line.amount_fen else State.REST, request.reason[:200], actor)
    audit.record(actor, "bank.return", line, after={"amount_fen": fen, "of_fen": line.amount_fen}, reason=request.reason)


def refuse_return(request: Request, actor: Actor) -> None:
    line = _locked(request.subject_id, actor, Permission.PAYMENT_VIEW)
    _require(line, State.RETURNING)
    line.state = State.WAITING if line.suspense_fen == line.amount_fen - line.returned_fen else State.PART
    line.save(update_fields=["state"])


@transaction.atomic
def ask_unmatch(line_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask for a wrong match to be undone, wherever its payments are; somebody else decides."""
    line = _locked(line_id, actor, Permission.PAYMENT_VOID_REQUEST)
    _require(line, State.BOOKED, State.PART, State.REST)
    paid = list(_standing(line))
    for place in sorted({payment.community_id for payment in paid}):
        actor.require(Permission.PAYMENT_VOID_REQUEST, place)
    return approvals.ask(UNMATCH_KIND, line, actor=actor, community_id=line.community_id, reason=reason, amount_fen=line.amount_fen,
                         payload={"line": line.pk, "payments": [payment.pk for payment in paid]})  # fmt: skip


def _standing(line: BankLine) -> list[Payment]:
    found = LineBooking.objects.filter(line=line, payment__voided_at__isnull=True).select_related("payment").order_by("payment_id")
    return [booking.payment for booking in found]


def carry_out_unmatch(request: Request, actor: Actor) -> None:
    """Every payment of the line, in whichever community, is undone as of its value date; the money is back in suspense, the habit
    forgotten."""
    line = _locked(request.subject_id, actor, Permission.PAYMENT_VOID_APPROVE)
    _require(line, State.BOOKED, State.PART, State.REST)
    booked = line.amount_fen - line.suspense_fen - line.returned_fen
    paid = _standing(line)
    others = elsewhere(line, ((payment.community_id, payment.amount_fen) for payment in paid))
    for payment in paid:
        actor.require(Permission.PAYMENT_VOID_APPROVE, payment.community_id)
        undo_payment(payment.pk, request.reason, actor=actor)
        Habit.objects.filter(
            community_id=line.community_id, payer_mark=line.payer_mark, property_id=payment.property_id, payer_id=payment.payer_id
        ).update(times=0)
    post_others(line, others, actor=actor, undone=True)
    postings = [Posting(leg.account, -leg.amount_fen) for leg in out_of_suspense(booked, others)]
    post(UNDONE_KIND, line.pk, postings, actor=actor, community_id=line.community_id, memo=f"{line} 撤销匹配")
    _reopen(line, request.reason[:200], actor, request.maker_id)
    audit.record(actor, "bank.unmatch", line, after={"amount_fen": line.amount_fen}, reason=request.reason)
    audit.publish(actor, "bank.unmatched", community_id=line.community_id, line=line.pk)


def refuse_void(payment: Payment) -> None:
    """A payment of a bank line is undone through its line, so that the money is not lost from sight."""
    if LineBooking.objects.filter(payment=payment).exists():
        raise DomainError("payment_of_line", "这笔收款来自银行流水，请打开那笔流水，用「撤销匹配」。")

