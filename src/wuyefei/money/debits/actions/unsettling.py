"""A bank line that was taken for a batch's money and is not (product rows D1, D7): undone by two people, for its money was booked.

The line waits for its owner again, and what it seemed to bring is under way again.
"""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.bank.public import BankLine, undo_settlement
from wuyefei.money.ledger.public import Account

from ..models import DebitSettlement
from .batches import lock, locked

UNSETTLE_KIND = "debits.unsettle"


class NotSettled(DomainError):
    code = "debit_not_settled"
    message = "这笔流水现在没有认作这一批的到账，请刷新后再看。"


@transaction.atomic
def ask_unsettle(batch_id: int, line_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask for a line to be no payout of the batch; somebody else decides. Raises ``NotFound``, ``Forbidden``, ``NotSettled``,
    ``AlreadyAsked``."""
    batch = locked(batch_id, actor)
    row = batch.settlements.select_related("line").filter(line_id=line_id, undone_at__isnull=True).first()
    if row is None:
        raise NotSettled()
    line = row.line
    payload = {"line": line.pk, "batch": batch.pk, "number": batch.number, "amount_fen": line.amount_fen}
    return approvals.ask(UNSETTLE_KIND, line, actor=actor, community_id=batch.community_id, payload=payload, reason=reason, amount_fen=line.amount_fen)


def unsettle(request: Request, actor: Actor) -> None:
    """Carried out on approval. Raises ``NotSettled`` where the line is not the batch's any more."""
    lock(actor.organisation_id)
    row = (
        DebitSettlement.objects.select_for_update(of=("self",))
        .select_related("batch")
        .filter(batch_id=request.payload["batch"], line_id=request.payload["line"], undone_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotSettled()
    undo_settlement(row.line_id, request.reason, actor=actor, owner_id=request.maker_id, account=Account.DEBITS)
    row.undone_at, row.undo_reason = clock.now(), request.reason
    row.asked_by_id, row.decided_by_id = request.maker_id, actor.user_id
    row.save(update_fields=["undone_at", "undo_reason", "asked_by", "decided_by"])
    audit.record(actor, "debit.unsettle", row.batch, before={"line": row.line_id}, after={"amount_fen": request.payload["amount_fen"]}, reason=request.reason)


def address(request: Request) -> str:
    return reverse("debits:batch", args=[request.payload["batch"]])


def describe(request: Request) -> list[tuple[str, str]]:
    """What the second person reads."""
    line = BankLine.objects.select_related("community").get(pk=request.subject_id)
    return [
        (_("流水"), f"{line.community.name} {line.value_date} {line.payer_name} {line.memo}".strip()),
        (_("金额"), _("%(sum)s 元") % {"sum": yuan_text(line.amount_fen)}),
        (_("代扣批次"), request.payload["number"]),
        (_("批准后"), _("流水回到待认领，这一批的钱回到在途，重新等到账。")),
    ]
