"""Debts given up as lost in the books, though the owner owes them still, and those taken up again (product row C7).

Writing off takes the whole open principal from 1122 into 6702, by an adjustment of its own kind. Income and tax stay: they were
earned, and VAT on a bad debt is not given back. What is taken up again returns to 1122 out of 6702, and is then paid like any
other receivable. Of what is collected for others, or as a deposit, the firm bears no loss: it owes the others so much less. What it laid out for the
payer it loses like its own.
"""

from __future__ import annotations

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Posting, post

from ..fees import lost_fen, refresh
from ..models import Adjustment, Receivable
from .receivables import TooMuch, locked

MEMOS = {Adjustment.Kind.WRITE_OFF: "坏账核销", Adjustment.Kind.RECOVER: "收回已核销坏账"}


def write_off(receivable_id: int, fen: int, *, approval_id: int, words: str, actor: Actor) -> Adjustment:
    """Write off all that is open, which must be ``fen``, by a request that a second person has approved. ``words`` tell the
    owner. Raises ``open_changed``."""
    row = locked(receivable_id, actor)
    if row.outstanding_fen != fen or fen <= 0:
        raise DomainError("open_changed", "申请以后这笔应收有变化，现在未缴 {sum} 元；请退回，按现在的金额重新申请。", sum=yuan_text(row.outstanding_fen))
    return _change(row, -fen, Adjustment.Kind.WRITE_OFF, approval_id, words, actor)


def recover(receivable_id: int, fen: int, *, approval_id: int, words: str, actor: Actor) -> Adjustment:
    """Make ``fen`` of what was written off payable again. Raises ``TooMuch``."""
    row = locked(receivable_id, actor)
    lost = -lost_fen(row.pk)
    if not 0 < fen <= lost:
        raise TooMuch(what="恢复待收的金额应大于 0，且", limit=yuan_text(lost))
    return _change(row, fen, Adjustment.Kind.RECOVER, approval_id, words, actor)


def _change(row: Receivable, fen: int, kind: Adjustment.Kind, approval_id: int, words: str, actor: Actor) -> Adjustment:
    before = row.outstanding_fen
    made = Adjustment.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, kind=kind, amount_fen=fen, tax_fen=0,
        value_date=clock.today(), booked_at=clock.now(), approval_id=approval_id, reason=words[:400],
    )  # fmt: skip
    refresh([row])
    act = "billing.write_off" if kind == Adjustment.Kind.WRITE_OFF else "billing.recover"
    if row.item.nature == row.item.Nature.DEPOSIT:
        bears = Account.DEPOSITS
    else:
        ours = row.item.nature in (row.item.Nature.INCOME, row.item.Nature.ADVANCE) or row.kind == Receivable.Kind.OPENING
        bears = Account.BAD_DEBT if ours else Account.HELD
    post(act, row.pk, [Posting(Account.RECEIVABLE, fen), Posting(bears, -fen)], actor=actor, community_id=row.community_id,
         memo=f"{MEMOS[kind]} 应收 {row.pk}")  # fmt: skip
    audit.record(actor, act, row, before={"outstanding_fen": before}, after={"outstanding_fen": row.outstanding_fen}, reason=words)
    return made
