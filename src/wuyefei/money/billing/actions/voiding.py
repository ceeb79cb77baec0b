"""Voiding a published run: every receivable of it reversed, by one request and one second person (product row C1)."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit

from ..models import Receivable, Run
from .receivables import reverse_row
from .runs import locked_run

VOID_RUN_KIND = "billing.void_run"


class RunPaid(DomainError):
    code = "run_paid"
    message = "这次出账有 {count} 笔已收款或已调整（如 {first}），请先作废收款，或逐笔红冲。"


class RunChanged(DomainError):
    code = "run_changed"
    message = "申请后有变动，现在是 {count} 笔 {amount} 元，请退回后重新申请。"


def _standing_rows(run: Run, *, lock: bool) -> list[Receivable]:
    """The receivables of the run that are not reversed. Raises ``RunPaid`` where one has been paid or adjusted."""
    rows = Receivable.objects.filter(run=run, reversed_at__isnull=True).select_related("item", "run", "property").order_by("pk")
    found = list(rows.select_for_update(of=("self",)) if lock else rows)
    touched = [row for row in found if row.outstanding_fen != row.amount_fen or row.late_fee_settled_fen]
    if touched:
        raise RunPaid(count=len(touched), first=str(touched[0]))
    if not found:
        raise DomainError("nothing_left", "这次出账已经全部红冲。")
    return found


@transaction.atomic
def ask_void_run(run_id: int, *, actor: Actor, reason: str) -> Request:
    """Ask a second person to reverse every receivable of a published run that is not yet reversed."""
    run = locked_run(run_id, actor, state=Run.State.PUBLISHED, verb="作废")
    actor.require(Permission.ADJUST_REQUEST, run.community_id)
    rows = _standing_rows(run, lock=False)
    amount = sum(row.amount_fen for row in rows)
    return approvals.ask(VOID_RUN_KIND, run, actor=actor, community_id=run.community_id, reason=reason, amount_fen=amount,
                         payload={"run": run.pk, "lines": len(rows), "amount_fen": amount})  # fmt: skip


def void_run(request: Request, actor: Actor) -> None:
    """Carried out on approval, all or nothing."""
    run = locked_run(request.subject_id, actor, state=Run.State.PUBLISHED, verb="作废")
    rows = _standing_rows(run, lock=True)
    found = (len(rows), sum(row.amount_fen for row in rows))
    if found != (request.payload["lines"], request.payload["amount_fen"]):
        raise RunChanged(count=found[0], amount=yuan_text(found[1]))
    for row in rows:
        reverse_row(row, request, actor)
    audit.record(actor, "billing.void_run", run, after={"lines": found[0], "amount_fen": found[1]}, reason=request.reason)
