"""Asking for an aid, the opinions on it, paying it on approval, undoing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable, lock_receivables, receivables
from wuyefei.money.concessions.public import SEAT_NAMES, SEATS, NotAgreed, Seat, SeatTaken
from wuyefei.money.payments.public import FundOrder, OpenChanged, Payment, pay_from_fund, undo_payment

from .. import queries
from ..models import Aid, AidBill, Fund, Opinion
from ..rules.aid import (
    STATE_NAMES,
    FundKind,
    How,
    State,
    WrongState,
    check_balance,
    for_each,
    for_household,
    spread,
)
from .money import locked_fund

CARE_KIND, PASS_KIND, UNDO_KIND = "relief.care", "relief.pass", "relief.undo_aid"
KINDS = {FundKind.CARE: CARE_KIND, FundKind.SUBSIDY: PASS_KIND}
MOST_BILLS = 5000


@transaction.atomic
def ask_care(fund_id: int, receivable_ids: Sequence[int], fen: int, reason: str, *, consented: bool, actor: Actor) -> Aid:
    """Ask that a care fund pay ``fen`` of one household's bills. Raises ``Invalid``, ``NotFound``, ``NotEnough``."""
    fund = locked_fund(queries.get_fund(actor, fund_id).pk, actor.organisation_id)
    actor.require(Permission.ADJUST_REQUEST, fund.community_id)
    if fund.kind != FundKind.CARE:
        raise NotFound()
    if not consented:
        raise Invalid(field="本人同意", reason="困难情况是敏感个人信息，要先征得本人同意")
    wanted = sorted(set(receivable_ids))
    bills = list(receivables(actor).filter(pk__in=wanted, community_id=fund.community_id).select_related("property", "payer"))
    if not bills or len(bills) != len(wanted):
        raise NotFound()
    if len({bill.payer_id for bill in bills}) > 1:
        raise Invalid(field="账单", reason="一次只能资助同一缴费人的账单")
    parts = for_household(fen, queries.as_open(bills))
    return _ask(fund, How.HOUSEHOLD, fen, parts, bills, reason, actor)


def shares(fund: Fund, how: How, fen: int, bills: Sequence[Receivable]) -> dict[int, int]:
    """What each bill would get of a subsidy. Raises what the rules raise."""
    return (for_each if how is How.EACH else spread)(fen, queries.as_open(bills))


@transaction.atomic
def ask_pass(fund_id: int, how: How, fen: int, reason: str, *, actor: Actor) -> Aid:
    """Ask that a subsidy be passed to the bills its policy concerns. Raises ``Invalid``, ``NotEnough``, ``NothingToPay``."""
    fund = locked_fund(queries.get_fund(actor, fund_id).pk, actor.organisation_id)
    actor.require(Permission.ADJUST_REQUEST, fund.community_id)
    if fund.kind != FundKind.SUBSIDY or how is How.HOUSEHOLD:
        raise NotFound()
    bills = queries.concerned(fund, by_household=how is How.EACH)
    parts = shares(fund, how, fen, bills)
    if len(parts) > MOST_BILLS:
        raise Invalid(field="账单", reason="一次最多转付 5000 笔，请按每户定额分几次")
    return _ask(fund, how, fen, parts, bills, reason, actor)


def _ask(fund: Fund, how: How, asked_fen: int, parts: dict[int, int], bills: Sequence[Receivable], reason: str, actor: Actor) -> Aid:
    total, chosen = sum(parts.values()), [bill for bill in bills if bill.pk in parts]
    check_balance(fund.name, queries.balance_of(fund.pk), queries.promised_of(fund.pk), total)
    one = chosen[0] if how is How.HOUSEHOLD else None
    aid = Aid.objects.create(
        organisation_id=fund.organisation_id, community_id=fund.community_id, fund=fund, how=how, property=one.property if one else None,
        payer=one.payer if one else None, asked_fen=asked_fen, total_fen=total, households=len({bill.payer_id for bill in chosen}),
        reason=limited(reason, "原因", 400, required=True), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    AidBill.objects.bulk_create([AidBill(aid=aid, receivable_id=pk, amount_fen=fen) for pk, fen in sorted(parts.items())])
    payload = {"aid": aid.pk, "fund": fund.pk, "way": how, "total_fen": total, "bills": sorted(parts)}
    request = approvals.ask(KINDS[FundKind(fund.kind)], aid, actor=actor, community_id=aid.community_id, payload=payload, reason=aid.reason, amount_fen=total)
    aid.request_id = request.pk
    aid.save(update_fields=["request_id"])
    audit.record(actor, "relief.ask_aid", aid, after=payload, reason=aid.reason)
    return aid


def locked_aid(aid_id: int, actor: Actor) -> Aid:
    rows = Aid.objects.select_for_update(of=("self",)).select_related("fund")
    aid = rows.filter(pk=aid_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()
    if aid is None:
        raise NotFound()
    return aid


def _require(aid: Aid, state: State, verb: str) -> None:
    if aid.state != state:
        raise WrongState(state=STATE_NAMES[State(aid.state)], verb=verb)


@transaction.atomic
def assess(aid_id: int, seat: Seat, *, agreed: bool, note: str, actor: Actor) -> Opinion:
    """Give the opinion of a seat on a household. That of finance is the decision itself. Raises ``SeatTaken`` for the maker, a
    person or a seat that has spoken, and ``WrongState`` once it is decided."""
    aid = locked_aid(aid_id, actor)
    if seat not in (Seat.PROJECT, Seat.SERVICE) or aid.how != How.HOUSEHOLD:
        raise NotFound()
    actor.require(SEATS[seat], aid.community_id)
    _require(aid, State.ASKED, "评估")
    if aid.made_by_id == actor.user_id or aid.opinions.filter(person_id=actor.user_id).exists() or aid.opinions.filter(seat=seat).exists():
        raise SeatTaken()
    said = limited(note, "意见", 400, required=not agreed)
    row = Opinion.objects.create(aid=aid, seat=seat, maker_id=aid.made_by_id, person_id=actor.user_id, agreed=agreed, note=said, at=clock.now())
    audit.record(actor, "relief.assess", aid, after={"seat": seat, "agreed": agreed}, reason=said)
    return row


def carry_out(request: Request, actor: Actor) -> None:
    """On approval, under the fund's lock: nothing leaves that is not there. Raises ``NotEnough``, ``NotAgreed``, ``OpenChanged``."""
    aid = locked_aid(request.subject_id, actor)
    _require(aid, State.ASKED, "通过")
    if aid.how == How.HOUSEHOLD:
        _all_agree(aid, actor)
    fund = locked_fund(aid.fund_id, actor.organisation_id)
    check_balance(fund.name, queries.balance_of(fund.pk), 0, aid.total_fen)
    parts = {row.receivable_id: row for row in aid.bills.all()}
    bills = lock_receivables(list(parts), aid.community_id)
    short = [bill for bill in bills if bill.reversed_at is not None or bill.outstanding_fen < parts[bill.pk].amount_fen]
    if short or len(bills) != len(parts):
        raise OpenChanged(count=len(short))
    words = queries.words_of(fund)

    def whose(bill: Receivable) -> tuple[int, int]:
        return bill.payer_id, bill.property_id

    for _key, some in groupby(sorted(bills, key=lambda bill: (whose(bill), bill.pk)), key=whose):
        rows = list(some)
        payment = pay_from_fund(FundOrder(fund.kind, {bill.pk: parts[bill.pk].amount_fen for bill in rows}, words), rows, actor=actor)
        AidBill.objects.filter(aid=aid, receivable_id__in=[bill.pk for bill in rows]).update(payment=payment)
    aid.state, aid.agreed_by_id, aid.done_on = State.DONE, actor.user_id, clock.today()
    aid.save(update_fields=["state", "agreed_by", "done_on"])
    audit.record(actor, "relief.aid", aid, after={"total_fen": aid.total_fen, "households": aid.households}, reason=aid.reason)
    audit.publish(actor, "relief.aid", community_id=aid.community_id, aid=aid.pk)


def _all_agree(aid: Aid, actor: Actor) -> None:
    said = queries.opinions(aid)
    missing = [SEAT_NAMES[seat] for seat in (Seat.PROJECT, Seat.SERVICE) if seat not in said or not said[seat].agreed]
    if missing:
        raise NotAgreed(seats="、".join(missing))
    if actor.user_id in {row.person_id for row in said.values()}:
        raise SeatTaken()


def refuse(request: Request, actor: Actor) -> None:
    """Turned down, or taken back by who asked."""
    aid = locked_aid(request.subject_id, actor)
    aid.state = State.REFUSED
    aid.save(update_fields=["state"])
    audit.record(actor, "relief.refuse_aid", aid)


@transaction.atomic
def ask_undo(aid_id: int, reason: str, *, actor: Actor) -> Request:
    """It was paid wrongly; somebody else decides."""
    aid = locked_aid(aid_id, actor)
    actor.require(Permission.ADJUST_REQUEST, aid.community_id)
    _require(aid, State.DONE, "撤销")
    return approvals.ask(UNDO_KIND, aid, actor=actor, community_id=aid.community_id, reason=reason, amount_fen=aid.total_fen,
                         payload={"aid": aid.pk, "total_fen": aid.total_fen})  # fmt: skip


def undo(request: Request, actor: Actor) -> None:
    """On approval: every payment is undone as of its value date, the bills are owed again, and the fund holds the money."""
    aid = locked_aid(request.subject_id, actor)
    _require(aid, State.DONE, "撤销")
    paid: dict[int, list[int]] = defaultdict(list)
    for row in aid.bills.all():
        paid[row.payment_id or 0].append(row.receivable_id)
    for payment_id in sorted(paid):
        undo_payment(payment_id, request.reason, actor=actor)
    aid.state, aid.undone_on = State.UNDONE, clock.today()
    aid.save(update_fields=["state", "undone_on"])
    audit.record(actor, UNDO_KIND, aid, after={"total_fen": aid.total_fen}, reason=request.reason)


def refuse_void(payment: Payment) -> None:
    """A payment of a fund is undone through its aid, so that the fund has the money again."""
    if AidBill.objects.filter(payment=payment).exists():
        raise DomainError("payment_of_fund", "这笔由关爱基金或补贴支付，请打开那项资助，用「申请撤销」。")
