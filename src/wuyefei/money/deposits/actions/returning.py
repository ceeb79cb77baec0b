"""A deposit goes back: inspected and asked for by one, approved by another, then on the refund road (product row D5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.pictures import read_picture
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import Payment

from ..models import Deduction, Deposit, Move, Return
from ..queries import asked_of, sources_of
from ..rules import Kept, check_return, spread_back
from .keeping import ReturnAsked, locked

RETURN_KIND, BACK_KIND = "deposits.return", "deposits.back"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A deduction as typed in; ``photo``: the bytes of a JPEG or PNG, or empty."""

    reason: str
    amount_fen: int
    document: str = ""
    photo: bytes = b""


@dataclass(frozen=True, slots=True)
class ReturnDraft:
    """An inspection and what should follow from it, in fen."""

    deposit_id: int
    inspected_on: dt.date
    finding: str
    refund_fen: int
    withheld: tuple[Withheld, ...] = ()
    way: str = "source"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Money that goes on the refund road: part of a payment, already on its way in the books."""

    deposit: Deposit
    payment_id: int
    amount_fen: int
    way: str
    reason: str
    maker_id: int


Road = Callable[[Parcel, Actor], int]
_roads: list[Road] = []


def register_refund_road(road: Road) -> None:
    """The room above that sends refunds takes a parcel and says the refund's number in its books."""
    _roads[:] = [road]


@transaction.atomic
def ask_return(draft: ReturnDraft, *, actor: Actor) -> Return:
    """Ask for a return. Raises ``NothingHeld``, ``TooMuchBack``, ``ReturnAsked``, ``Invalid``, ``PictureRefused``."""
    row = locked(draft.deposit_id, actor)
    actor.require(Permission.REFUND_REQUEST, row.community_id)
    if asked_of(row) is not None:
        raise ReturnAsked(deposit=str(row))
    kept = [Kept(limited(one.reason, "扣款原因", 80), one.amount_fen, limited(one.document, "单据编号", 60), bool(one.photo)) for one in draft.withheld]
    deduct = check_return(row.held_fen, draft.refund_fen, kept)
    day = parse_day(draft.inspected_on, "验收日期")
    if day > clock.today():
        raise Invalid(field="验收日期", reason="不能晚于今天")
    if draft.way not in Return.Way.values:
        raise Invalid(field="退款方式", reason="不认识")
    if row.holder_id != row.bill.payer_id and draft.way == Return.Way.SOURCE and draft.refund_fen:
        raise Invalid(field="退款方式", reason="押金已转给别人，只能用银行转账退给他")
    pictures = [read_picture(one.photo) if one.photo else None for one in draft.withheld]
    made = Return.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, deposit=row, inspected_on=day,
        finding=limited(draft.finding, "验收情况", 200, required=True), refund_fen=draft.refund_fen, deduct_fen=deduct, way=draft.way,
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    Deduction.objects.bulk_create(
        [
            Deduction(given_back=made, reason=one.reason, amount_fen=one.amount_fen, document=one.document,
                      photo_kind=picture.kind if picture else "", photo=picture.content if picture else None)
            for one, picture in zip(kept, pictures, strict=True)
        ]
    )  # fmt: skip
    after = {"refund_fen": made.refund_fen, "deduct_fen": deduct, "way": made.way, "inspected_on": day}
    audit.record(actor, "deposits.ask", row, after=after, reason=made.finding)
    approvals.ask(RETURN_KIND, made, actor=actor, community_id=row.community_id, payload=_payload(made), reason=made.finding,
                  amount_fen=made.refund_fen + deduct)  # fmt: skip
    return made


def _payload(made: Return) -> dict[str, object]:
    """What the second person approves: to whom, how much, and every deduction."""
    rows = made.deductions.order_by("pk").values_list("reason", "amount_fen")
    return {"return": made.pk, "holder": made.deposit.holder_id, "refund_fen": made.refund_fen, "way": made.way, "deductions": [list(row) for row in rows]}


def _asked(request: Request, actor: Actor) -> tuple[Return, Deposit]:
    made = Return.objects.select_for_update(of=("self",)).get(pk=request.subject_id, organisation_id=actor.organisation_id)
    return made, locked(made.deposit_id, actor)


def approve(request: Request, actor: Actor) -> None:
    """Carried out on approval: deductions become income, the rest sets off on the refund road.

    Raises ``TooMuchBack`` where less is held than when it was asked for, ``OverRefund`` where the payment was refunded.
    """
    list(Payment.objects.select_for_update().filter(pk__in=_paying(request)).order_by("pk").values_list("pk", flat=True))
    made, row = _asked(request, actor)
    kept = [Kept(one.reason, one.amount_fen, one.document, one.photo is not None) for one in made.deductions.order_by("pk")]
    check_return(row.held_fen, made.refund_fen, kept)
    parts, now = spread_back(made.refund_fen, sources_of(row)), clock.now()
    for payment_id, fen in parts:
        parcel = Parcel(row, payment_id, fen, made.way, f"退押金 {row.purpose}"[:200], made.made_by_id)
        refund_id = _roads[0](parcel, actor)
        _move(made, Move.Kind.REFUND, -fen, payment_id, refund_id)
    if made.deduct_fen:
        _move(made, Move.Kind.DEDUCTED, -made.deduct_fen)
    postings = [Posting(Account.DEPOSITS, made.refund_fen + made.deduct_fen), Posting(Account.REFUNDING, -made.refund_fen),
                Posting(Account.FORFEIT, -made.deduct_fen)]  # fmt: skip
    post(RETURN_KIND, made.pk, [one for one in postings if one.amount_fen], actor=actor, community_id=row.community_id, memo=f"退还押金 {row}")
    made.state, made.decided_by_id, made.decided_at = Return.State.APPROVED, actor.user_id, now
    made.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(actor, "deposits.return", row, after={"refund_fen": made.refund_fen, "deduct_fen": made.deduct_fen})
    audit.publish(actor, "deposits.returned", community_id=row.community_id, deposit=row.pk)


def _paying(request: Request) -> list[int]:
    row = Return.objects.select_related("deposit").get(pk=request.subject_id).deposit
    return [source.payment_id for source in sources_of(row)]


def _move(made: Return, kind: str, fen: int, payment_id: int | None = None, refund_id: int | None = None) -> None:
    Move.objects.create(
        organisation_id=made.organisation_id, community_id=made.community_id, deposit_id=made.deposit_id, given_back=made, kind=kind,
        amount_fen=fen, payment_id=payment_id, refund_id=refund_id, booked_at=clock.now(),
    )  # fmt: skip


def refuse(request: Request, actor: Actor) -> None:
    """Turned down or withdrawn: nothing has moved."""
    made, row = _asked(request, actor)
    made.state, made.decided_by_id, made.decided_at = Return.State.REFUSED, actor.user_id, clock.now()
    made.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(actor, "deposits.refused", row)


@transaction.atomic
def take_back(deposit_id: int, refund_id: int, *, actor: Actor) -> None:
    """A refund of a deposit was cancelled on its road: the money is held again. Called by the room that sends refunds."""
    row = locked(deposit_id, actor)
    gone = Move.objects.select_related("given_back").get(deposit=row, refund_id=refund_id, kind=Move.Kind.REFUND)
    fen = -gone.amount_fen
    _move(gone.given_back, Move.Kind.BACK, fen, gone.payment_id, refund_id)
    postings = [Posting(Account.REFUNDING, fen), Posting(Account.DEPOSITS, -fen)]
    post(BACK_KIND, refund_id, postings, actor=actor, community_id=row.community_id, memo=f"押金退款取消 {row}")
    audit.record(actor, "deposits.back", row, after={"amount_fen": fen})


def describe(request: Request) -> Sequence[tuple[str, str]]:
    """What the second person is told."""
    made = Return.objects.select_related("deposit__property", "deposit__holder").get(pk=request.subject_id)
    row = made.deposit
    said = [
        (_("押金"), f"{row.property.code} {row.purpose}"), (_("退给"), row.holder.name),
        (_("退还"), _("%(sum)s 元") % {"sum": yuan_text(made.refund_fen)}), (_("退款方式"), str(made.get_way_display())),
        (_("验收"), f"{made.inspected_on} {made.finding}"),
    ]  # fmt: skip
    for one in made.deductions.order_by("pk"):
        shown = one.document or _("见照片")
        said.append((_("扣款"), _("%(sum)s 元，%(reason)s（%(shown)s）") % {"sum": yuan_text(one.amount_fen), "reason": one.reason, "shown": shown}))
    return said


def refuse_void(payment: Payment) -> None:
    """A payment whose deposit has begun to go back, or has become another person's, is not voided."""
    bills = payment.allocations.filter(reverses__isnull=True, reversed_by__isnull=True).values("receivable_id")
    rows = Deposit.objects.filter(bill_id__in=bills)
    gone = rows.filter(returns__state__in=[Return.State.ASKED, Return.State.APPROVED]).exists() or rows.filter(handovers__isnull=False).exists()
    if gone:
        raise DomainError("deposit_given_back", "这笔收款里的押金已经退还、正在退还或已转给别人，不能作废。")
