"""Asking to give a debt up, carrying it out on approval, and taking up again what was written off."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import (
    discount,
    get_receivable,
    lock_receivables,
    recover,
    waive_part,
    write_off,
)

from .. import giving_up as queries
from ..models import GivenUp, YearBill
from ..queries import in_a_plan
from ..rules.given_up import (
    Cut,
    GivenUpState,
    GivenUpWrongState,
    Ground,
    Owed,
    Paper,
    Way,
    check_paper,
    reduced,
    written_off,
)
from ..rules.yearly import YearState

WRITE_OFF_KIND, REDUCE_KIND = "concessions.write_off", "concessions.reduce"


class InAPlan(DomainError):
    code = "in_a_plan"
    message = "这笔应收在一份待审批或履行中的分期里，请先了结分期。"


class InAYear(DomainError):
    code = "in_a_year"
    message = "这笔应收是待付款的年付，到期没有付清会整笔撤销，不用核销或裁减。"


class AskedAlready(DomainError):
    code = "given_up_asked"
    message = "这笔应收已有一项待审批的核销或裁减。"


@dataclass(frozen=True, slots=True)
class GivingUp:
    """As typed in. Writing off concerns all that is open: its sums are not asked for."""

    way: Way
    paper: Paper
    reason: str
    ground: Ground | None = None
    principal_fen: int = 0
    late_fen: int = 0


def cut_of(order: GivingUp, owed: Owed) -> Cut:
    """What it comes to on a bill as it stands today."""
    today = clock.today()
    check_paper(order.way, order.ground, order.paper, today)
    if order.way is Way.WRITE_OFF:
        assert order.ground is not None
        return written_off(owed, order.ground, today)
    return reduced(owed, order.principal_fen, order.late_fen)


@transaction.atomic
def ask_giving_up(receivable_id: int, order: GivingUp, *, actor: Actor) -> GivenUp:
    """Ask for it; a second person decides. Raises ``Invalid``, ``NotFound``, ``InAPlan``, ``InAYear``,
    ``AskedAlready`` and what the rules raise."""
    bill = get_receivable(actor, receivable_id)
    actor.require(Permission.ADJUST_REQUEST, bill.community_id)
    [bill] = lock_receivables([bill.pk], bill.community_id)
    if bill.reversed_at is not None:
        raise DomainError("already_reversed", "这笔应收已经红冲。")
    _check_free(bill.pk)
    cut = cut_of(order, queries.owed_of(bill))
    try:
        with transaction.atomic():
            row = GivenUp.objects.create(
                organisation_id=bill.organisation_id, community_id=bill.community_id, receivable=bill, way=order.way, ground=order.ground or "",
                principal_fen=cut.principal_fen, late_fee_fen=cut.late_fen, paper=limited(order.paper.number, "文书号", 60),
                paper_on=order.paper.on, evidence=limited(order.paper.evidence, "证据", 400, required=True),
                reason=limited(order.reason, "原因", 300, required=True), made_by_id=actor.user_id, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise AskedAlready() from error
    kind = WRITE_OFF_KIND if order.way is Way.WRITE_OFF else REDUCE_KIND
    payload = {"given_up": row.pk, "receivable": bill.pk, "way": row.way, "principal_fen": cut.principal_fen, "late_fee_fen": cut.late_fen, "paper": row.paper}
    request = approvals.ask(kind, row, actor=actor, community_id=row.community_id, payload=payload, reason=row.reason,
                            amount_fen=cut.principal_fen + cut.late_fen)  # fmt: skip
    row.request_id = request.pk
    row.save(update_fields=["request_id"])
    audit.record(actor, "concessions.ask_given_up", row, after=payload, reason=row.reason)
    return row


def _check_free(receivable_id: int) -> None:
    if in_a_plan([receivable_id]):
        raise InAPlan()
    if YearBill.objects.filter(receivable_id=receivable_id, state=YearState.BILLED).exists():
        raise InAYear()


def _locked(given_up_id: int, organisation_id: int) -> GivenUp:
    row = GivenUp.objects.select_for_update(of=("self",)).select_related("receivable").filter(pk=given_up_id, organisation_id=organisation_id).first()
    if row is None:
        raise NotFound()
    return row


def carry_out(request: Request, actor: Actor) -> None:
    """On approval: the late fee first, while its cap is that of the whole fee, then the principal."""
    row = _locked(request.subject_id, actor.organisation_id)
    if row.state != GivenUpState.ASKED:
        raise GivenUpWrongState(state=row.get_state_display(), verb="通过")
    [bill] = lock_receivables([row.receivable_id], row.community_id)
    _check_free(bill.pk)
    words, owed = queries.words_of(row), queries.owed_of(bill)
    late = owed.late_fen if row.way == Way.WRITE_OFF else row.late_fee_fen
    if late:
        row.waiver = waive_part(bill.pk, late, approval_id=request.pk, reason=words, actor=actor)
    if row.way == Way.WRITE_OFF:
        row.adjustment = write_off(bill.pk, row.principal_fen, approval_id=request.pk, words=words, actor=actor)
    elif row.principal_fen:
        reduced(owed, row.principal_fen, late)
        row.adjustment = discount(bill, row.principal_fen, request, words, actor=actor)
    row.state, row.agreed_by_id, row.agreed_on = GivenUpState.DONE, actor.user_id, clock.today()
    row.save(update_fields=["state", "agreed_by", "agreed_on", "adjustment", "waiver"])
    audit.record(actor, "concessions.given_up", row, after={"principal_fen": row.principal_fen, "late_fee_fen": late}, reason=row.reason)
    audit.publish(actor, "concessions.given_up", community_id=row.community_id, given_up=row.pk, receivable=row.receivable_id)


def refuse_giving_up(request: Request, actor: Actor) -> None:
    """Turned down, or taken back by who asked."""
    row = _locked(request.subject_id, actor.organisation_id)
    row.state = GivenUpState.REFUSED
    row.save(update_fields=["state"])
    audit.record(actor, "concessions.refuse_given_up", row)


@transaction.atomic
def take_up_again(given_up_id: int, fen: int, note: str, *, actor: Actor) -> GivenUp:
    """The payer wants to pay ``fen`` of a debt written off: it is payable again, by every way of paying. Raises ``TooMuch``."""
    queries.get_given_up(actor, given_up_id)
    row = _locked(given_up_id, actor.organisation_id)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    if (row.way, row.state) != (Way.WRITE_OFF, GivenUpState.DONE):
        raise GivenUpWrongState(state=f"{row.get_way_display()}，{row.get_state_display()}", verb="恢复待收")
    note = limited(note, "说明", 200, required=True)
    standing = queries.stand([row])[row.pk]
    if fen > standing.aside_fen:
        raise DomainError("too_much", "恢复待收的金额不能超过 {limit} 元。", limit=yuan_text(standing.aside_fen))
    recover(row.receivable_id, fen, approval_id=row.request_id or 0, words=f"已核销的这部分恢复待收：{note}", actor=actor)
    audit.record(actor, "concessions.take_up_again", row, after={"amount_fen": fen}, reason=note)
    return row
