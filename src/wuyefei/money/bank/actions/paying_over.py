"""What one community had received for another is paid over: the line of the other's own statement clears 1221.1 on both sides."""

from __future__ import annotations

from django.db import connection, transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import BankLine, PaidOver
from ..queries import owing_to
from .claiming import _close, _locked, _reopen, _require, _require_whole

OVER_KIND, OVER_UNDONE_KIND, UNDO_OVER_KIND = "bank.paid_over", "bank.paid_over_undone", "bank.unpay"
OVER_LOCK = 0x77790064


class OwesLess(DomainError):
    code = "between_owes_less"
    message = "{place} 代收未划的只有 {owed} 元，这笔流水是 {line} 元，不是同一笔。"


@transaction.atomic
def claim_paid_over(line_id: int, owing_id: int, *, actor: Actor) -> PaidOver:
    """A waiting line is what another community had received for this one. Raises ``NotFound``, ``NotWaiting``, ``OwesLess``."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require_whole(line)
    owing = Community.objects.filter(pk=owing_id, organisation_id=line.organisation_id).exclude(pk=line.community_id).first()
    if owing is None or not actor.may(Permission.PAYMENT_BATCH, owing.pk):
        raise NotFound()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [OVER_LOCK, line.community_id])
    owed = owing_to(line.community_id).get(owing.pk, 0)
    if owed < line.amount_fen:
        raise OwesLess(place=owing.name, owed=yuan_text(owed), line=yuan_text(line.amount_fen))
    row = PaidOver.objects.create(line=line, owing=owing)
    _post(row, actor, OVER_KIND)
    _close(line, BankLine.State.BETWEEN, "", actor)
    audit.record(actor, OVER_KIND, line, after={"owing": owing.pk, "amount_fen": line.amount_fen})
    return row


def _post(row: PaidOver, actor: Actor, kind: str) -> None:
    """The receiver: out of suspense, owed no more; the other: paid out of its bank, owing no more."""
    line, fen = row.line, -row.line.amount_fen if kind == OVER_UNDONE_KIND else row.line.amount_fen
    word = "撤销划转" if fen < 0 else "划转"
    for community_id, postings, memo in (
        (line.community_id, [Posting(Account.BANK_SUSPENSE, fen), Posting(Account.INTERNAL, -fen)], f"{line} {row.owing.name} {word}"),
        (row.owing_id, [Posting(Account.INTERNAL, fen), Posting(Account.BANK, -fen)], f"{line} 向 {line.community.name} {word}"),
    ):
        post(kind, line.pk, postings, actor=actor, community_id=community_id, memo=memo)


@transaction.atomic
def ask_undo_paid_over(line_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask for a line that was taken for money paid over to wait again; somebody else decides."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require(line, BankLine.State.BETWEEN)
    shown = PaidOver.objects.get(line=line, undone_at__isnull=True)
    payload = {"line": line.pk, "owing": shown.owing_id, "amount_fen": line.amount_fen}
    return approvals.ask(UNDO_OVER_KIND, line, actor=actor, community_id=line.community_id, payload=payload, reason=reason, amount_fen=line.amount_fen)


def carry_out_undo_paid_over(request: Request, actor: Actor) -> None:
    line = _locked(request.subject_id, actor, Permission.PAYMENT_VOID_APPROVE)
    _require(line, BankLine.State.BETWEEN)
    row = PaidOver.objects.select_for_update(of=("self",)).select_related("owing").get(line=line, undone_at__isnull=True)
    row.line = line
    row.undone_at = clock.now()
    row.save(update_fields=["undone_at"])
    _post(row, actor, OVER_UNDONE_KIND)
    _reopen(line, request.reason[:200], actor, request.maker_id)
    audit.record(actor, OVER_UNDONE_KIND, line, after={"owing": row.owing_id, "amount_fen": line.amount_fen}, reason=request.reason)
