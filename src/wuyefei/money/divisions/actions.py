"""Asking for a division, carrying it out, and taking it back."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound, Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Portion, Receivable, divide_bill, get_receivable, join_bill, lost_fen

from .models import Division, Part
from .queries import plan
from .rules import Way, due_of

DO_KIND, UNDO_KIND = "divisions.do", "divisions.undo"


class NotDivisible(DomainError):
    code = "not_divisible"
    message = "这笔账单不能拆：{why}。"


class BillChanged(DomainError):
    code = "division_changed"
    message = "申请以后账单有了变动，现在未缴 {sum} 元。请退回，重新拆分。"


class WrongState(DomainError):
    code = "division_state"
    message = "这次拆分{state}，不能{verb}。"


def refuse_indivisible(bill: Receivable) -> None:
    """Raises ``NotDivisible`` with the reason."""
    today = clock.today()
    running = bill.holds.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    reasons = {
        Phrase("已红冲"): bill.reversed_at is not None,
        Phrase("没有未缴的金额"): bill.outstanding_fen <= 0,
        Phrase("是押金"): bill.item.nature == bill.item.Nature.DEPOSIT,
        Phrase("有一部分已作坏账核销"): bool(lost_fen(bill.pk)),
        Phrase("已收过或减免过违约金"): bool(bill.late_fee_settled_fen) or bill.waivers.exists(),
        Phrase("有异议、缓缴或分期还没有结束"): running.exists(),
    }
    why = next((words for words, holds in reasons.items() if holds), None)
    if why is not None:
        raise NotDivisible(why=why)


@transaction.atomic
def ask_division(bill_id: int, way: Way, text: str, *, actor: Actor, reason: str) -> Division:
    """Ask a second person to divide what is open of a bill. Raises ``NotDivisible``, ``Invalid``."""
    bill = get_receivable(actor, bill_id)
    actor.require(Permission.ADJUST_REQUEST, bill.community_id)
    bill = _bill(bill_id)
    refuse_indivisible(bill)
    if Division.objects.filter(bill=bill, state__in=[Division.State.ASKED, Division.State.DONE]).exists():
        raise NotDivisible(why=Phrase("已经拆分过，或在等待复核"))
    parts = plan(actor, bill, way, text)
    row = Division.objects.create(
        organisation_id=bill.organisation_id, community_id=bill.community_id, bill=bill, way=way.value, amount_fen=bill.outstanding_fen,
        reason=reason.strip()[:400], made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    Part.objects.bulk_create([Part(division=row, property=one.home, payer=one.payer, amount_fen=one.amount_fen) for one in parts])
    payload = {"division": row.pk, "amount_fen": row.amount_fen, "parts": [[one.home.pk, one.payer.pk, one.amount_fen] for one in parts]}
    approvals.ask(DO_KIND, row, actor=actor, community_id=row.community_id, reason=reason, payload=payload, amount_fen=row.amount_fen)
    return row


def _bill(bill_id: int) -> Receivable:
    return Receivable.objects.select_for_update(of=("self",)).select_related("item", "property").get(pk=bill_id)


def _locked(division_id: int, actor: Actor, state: str, verb: str) -> Division:
    row = Division.objects.select_for_update().filter(pk=division_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()
    if row is None:
        raise NotFound()
    if row.state != state:
        raise WrongState(state=row.get_state_display(), verb=verb)
    return row


def do(request: Request, actor: Actor) -> None:
    """Carried out on approval. Raises ``BillChanged`` where less or more is open than was looked at."""
    row = _locked(request.subject_id, actor, Division.State.ASKED, "办理")
    bill, today = _bill(row.bill_id), clock.today()
    refuse_indivisible(bill)
    if bill.outstanding_fen != row.amount_fen:
        raise BillChanged(sum=yuan_text(bill.outstanding_fen))
    parts = list(row.parts.order_by("pk"))
    portions = [
        Portion(part.property_id, part.payer_id, part.amount_fen, due_of(bill.due_on, today, part.payer_id == bill.payer_id)) for part in parts
    ]
    words = f"未缴的 {yuan_text(row.amount_fen)} 元拆分到 {len(parts)} 间商铺：{row.reason}"
    made = divide_bill(bill, portions, request, words, actor=actor, memo=f"由 {bill.property.code} 账单拆分")
    for part, receivable in zip(parts, made, strict=True):
        part.receivable = receivable
        part.save(update_fields=["receivable"])
    row.state, row.agreed_by_id, row.done_at = Division.State.DONE, actor.user_id, clock.now()
    row.save(update_fields=["state", "agreed_by", "done_at"])
    audit.record(actor, "divisions.done", row, after={"amount_fen": row.amount_fen, "parts": len(parts)}, reason=row.reason)


def refused(request: Request, actor: Actor) -> None:
    row = _locked(request.subject_id, actor, Division.State.ASKED, "退回")
    row.state = Division.State.REFUSED
    row.save(update_fields=["state"])


@transaction.atomic
def ask_undo(division_id: int, *, actor: Actor, reason: str) -> Request:
    """Ask a second person to make it one bill again. Raises ``NotDivisible`` where a part was paid or changed."""
    row = _locked(division_id, actor, Division.State.DONE, "撤销")
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    _refuse_undo(row)
    return approvals.ask(UNDO_KIND, row, actor=actor, community_id=row.community_id, reason=reason, payload={"division": row.pk},
                         amount_fen=row.amount_fen)  # fmt: skip


def _refuse_undo(row: Division) -> None:
    for part in row.parts.select_related("receivable", "property"):
        made = part.receivable
        if made is None or made.reversed_at or made.outstanding_fen != part.amount_fen or made.late_fee_settled_fen or made.waivers.exists():
            raise NotDivisible(why=Phrase("{code} 的一份已经缴过或改过", code=part.property.code))


def undo(request: Request, actor: Actor) -> None:
    """Carried out on approval."""
    row = _locked(request.subject_id, actor, Division.State.DONE, "撤销")
    bill = _bill(row.bill_id)
    ids = [pk for pk in row.parts.order_by("pk").values_list("receivable_id", flat=True) if pk]
    list(Receivable.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    _refuse_undo(row)
    if bill.reversed_at is not None:
        raise NotDivisible(why=Phrase("原账单已红冲"))
    join_bill(bill, ids, request, f"撤销拆分：{request.reason}", actor=actor, memo=f"{bill.property.code} 账单拆分")
    row.state, row.undone_at = Division.State.UNDONE, clock.now()
    row.save(update_fields=["state", "undone_at"])
    audit.record(actor, "divisions.undone", row, reason=request.reason)
