"""Lines that are given for a care fund or a subsidy, are the fund's own cash, or are costs a court gives back (product rows C5, C6).

The line only says that the money came; whose fund it is, the room above books with it in the same transaction.
"""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import audit
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import BankLine
from .claiming import _close, _locked, _reopen, _require, _require_whole

FUND_KIND, FUND_UNDONE_KIND = "bank.fund", "bank.fund_undone"
State = BankLine.State


@transaction.atomic
def give_to_fund(line_id: int, credit: Account, *, actor: Actor, words: str = "", state: State = State.FUND) -> BankLine:
    """A waiting line leaves suspense for the account it was given to; ``words`` and ``state``: what for, where it is no fund's.
    Raises ``NotFound``, ``NotWaiting``."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require_whole(line)
    postings = [Posting(Account.BANK_SUSPENSE, line.amount_fen), Posting(credit, -line.amount_fen)]
    post(FUND_KIND, line.pk, postings, actor=actor, community_id=line.community_id, memo=f"{line} {words or '基金与补贴'}")
    _close(line, state, words, actor)
    audit.record(actor, FUND_KIND, line, after={"account": credit.value, "amount_fen": line.amount_fen})
    return line


def take_from_fund(line_id: int, credited: Account, reason: str, *, actor: Actor, owner_id: int) -> BankLine:
    """It was not given for that after all: the line waits again. Called on approval, which checks the permission."""
    line = _locked(line_id, actor, Permission.PAYMENT_VIEW)
    _require(line, State.FUND, State.COURT)
    what = "法院退费" if line.state == State.COURT else "基金与补贴"
    postings = [Posting(credited, line.amount_fen), Posting(Account.BANK_SUSPENSE, -line.amount_fen)]
    post(FUND_UNDONE_KIND, line.pk, postings, actor=actor, community_id=line.community_id, memo=f"{line} 撤销{what}")
    _reopen(line, reason[:200], actor, owner_id)
    audit.record(actor, FUND_UNDONE_KIND, line, after={"amount_fen": line.amount_fen}, reason=reason)
    return line
