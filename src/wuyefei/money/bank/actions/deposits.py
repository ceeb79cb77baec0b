"""Lines that are no payer's: our own cash, known by its deposit slip, and what a channel pays out (product rows D3, D7).

The slip has moved the money from cash on hand to cash in transit; the line moves it to the bank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.cashdesk.public import DepositSlip, open_slips, reopen_slip, settle_slip
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import BankLine, ReceivedFor, SlipLine
from ..rules.deposits import PaidIn, Slip, matched
from ..rules.shapes import Line
from .between import elsewhere, out_of_suspense, post_others
from .claiming import _locked, _reopen, _require, _require_whole

DEPOSIT_KIND, DEPOSIT_CLAIMED_KIND = "bank.deposit", "bank.deposit_claimed"
SETTLEMENT_KIND, SETTLEMENT_UNDONE_KIND = "bank.settlement", "bank.settlement_undone"
UNDEPOSIT_KIND, DEPOSIT_UNDONE_KIND = "bank.undeposit", "bank.deposit_undone"


class NotThisSlip(DomainError):
    code = "slip_not_this"
    message = "缴款单 {number} 是 {slip} 元，流水是 {line} 元，不是同一笔。"


def shown_slips(community_id: int, lines: Sequence[Line]) -> dict[int, int]:
    """Which of a file's lines show a slip of the community: line number → slip."""
    slips = [Slip(row.pk, row.number, row.amount_fen, row.bank_on) for row in open_slips(community_id)]
    if not slips:
        return {}
    paid = [PaidIn(line.number, line.amount_fen, line.on, f"{line.ref} {line.memo} {line.payer_name}") for line in lines if line.amount_fen > 0]
    return matched(paid, slips)


def settle_shown(rows: Mapping[int, BankLine], *, actor: Actor) -> None:
    """Settle each slip by its line: Dr bank, Cr cash in transit."""
    for slip_id, line in sorted(rows.items()):
        _settle(line, slip_id, actor, DEPOSIT_KIND, Account.BANK)


def _settle(line: BankLine, slip_id: int, actor: Actor, kind: str, debit: Account) -> DepositSlip:
    slip = settle_slip(slip_id, line.community_id, line.value_date, actor=actor)
    if slip.amount_fen != line.amount_fen:
        raise NotThisSlip(number=slip.number, slip=yuan_text(slip.amount_fen), line=yuan_text(line.amount_fen))
    SlipLine.objects.create(line=line, slip=slip)
    postings = [Posting(debit, line.amount_fen), Posting(Account.TRANSIT, -line.amount_fen)]
    post(kind, line.pk, postings, actor=actor, community_id=line.community_id, memo=f"{slip} 到账")
    return slip


def slips_of(line: BankLine) -> list[DepositSlip]:
    """The slips of its sum that a waiting line may show; for callers that have checked the line's place."""
    return list(open_slips(line.community_id).filter(amount_fen=line.amount_fen, bank_on__lte=line.value_date).order_by("bank_on", "pk")[:10])


@transaction.atomic
def claim_deposit(line_id: int, slip_id: int, *, actor: Actor) -> DepositSlip:
    """A person finds that a waiting line is our own cash. Raises ``NotThisSlip`` where the sums differ."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require_whole(line)
    slip = _settle(line, slip_id, actor, DEPOSIT_CLAIMED_KIND, Account.BANK_SUSPENSE)
    line.state, line.suspense_fen, line.due_at = BankLine.State.DEPOSIT, 0, None
    line.closed_at, line.closed_by_id = clock.now(), actor.user_id
    line.save(update_fields=["state", "suspense_fen", "due_at", "closed_at", "closed_by"])
    audit.record(actor, DEPOSIT_KIND, line, after={"slip": slip.pk, "number": slip.number, "amount_fen": line.amount_fen})
    return slip


@transaction.atomic
def ask_undo_deposit(line_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask for a line that was taken for a deposit slip to wait again; somebody else decides. Raises ``NotWaiting``."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require(line, BankLine.State.DEPOSIT)
    shown = SlipLine.objects.select_related("slip").get(line=line, undone_at__isnull=True)
    payload = {"line": line.pk, "slip": shown.slip_id, "number": shown.slip.number, "amount_fen": line.amount_fen}
    return approvals.ask(UNDEPOSIT_KIND, line, actor=actor, community_id=line.community_id, payload=payload, reason=reason, amount_fen=line.amount_fen)


def carry_out_undo_deposit(request: Request, actor: Actor) -> None:
    """Carried out on approval: the slip is in transit again, the line's money stands in suspense, whoever asked looks further."""
    line = _locked(request.subject_id, actor, Permission.PAYMENT_VOID_APPROVE)
    _require(line, BankLine.State.DEPOSIT)
    shown = SlipLine.objects.select_for_update().get(line=line, slip_id=request.payload["slip"], undone_at__isnull=True)
    slip = reopen_slip(shown.slip_id, line.community_id, request.reason, actor=actor)
    shown.undone_at = clock.now()
    shown.save(update_fields=["undone_at"])
    postings = [Posting(Account.TRANSIT, line.amount_fen), Posting(Account.BANK_SUSPENSE, -line.amount_fen)]
    post(DEPOSIT_UNDONE_KIND, line.pk, postings, actor=actor, community_id=line.community_id, memo=f"{slip} 撤销到账")
    _reopen(line, request.reason[:200], actor, request.maker_id)
    audit.record(actor, DEPOSIT_UNDONE_KIND, line, after={"slip": slip.pk, "number": slip.number, "amount_fen": line.amount_fen}, reason=request.reason)


@transaction.atomic
def claim_settlement(line_id: int, *, actor: Actor, account: Account = Account.CHANNEL, others: Mapping[int, int] | None = None) -> BankLine:
    """A waiting line is what a payment channel, or the bank for its debits, paid out to us: out of the bank's suspense and out
    of the account in which that money stood. ``others``: what of it stood in other communities, in fen."""
    line = _locked(line_id, actor, Permission.PAYMENT_BATCH)
    _require_whole(line)
    parts = elsewhere(line, (others or {}).items())
    post(SETTLEMENT_KIND, line.pk, out_of_suspense(line.amount_fen, parts, account), actor=actor, community_id=line.community_id, memo=f"{line} 渠道结算到账")
    post_others(line, parts, actor=actor, account=account)
    ReceivedFor.objects.bulk_create([ReceivedFor(line=line, community_id=place, amount_fen=fen) for place, fen in parts.items()])
    line.state, line.suspense_fen, line.due_at = BankLine.State.SETTLED, 0, None
    line.closed_at, line.closed_by_id = clock.now(), actor.user_id
    line.save(update_fields=["state", "suspense_fen", "due_at", "closed_at", "closed_by"])
    audit.record(actor, SETTLEMENT_KIND, line, after={"amount_fen": line.amount_fen})
    return line


@transaction.atomic
def undo_settlement(line_id: int, reason: str, *, actor: Actor, owner_id: int, account: Account = Account.CHANNEL) -> BankLine:
    """It was not the channel's payout after all: the line waits again, and the channel owes the money again. Called on approval, which
    checks the permission. Raises ``NotFound``, ``NotWaiting``."""
    line = _locked(line_id, actor, Permission.PAYMENT_VIEW)
    _require(line, BankLine.State.SETTLED)
    shares = line.received_for.filter(undone_at__isnull=True)
    parts = dict(shares.order_by("community_id").values_list("community_id", "amount_fen"))
    shares.update(undone_at=clock.now())
    post_others(line, parts, actor=actor, undone=True, account=account)
    postings = [Posting(leg.account, -leg.amount_fen) for leg in out_of_suspense(line.amount_fen, parts, account)]
    post(SETTLEMENT_UNDONE_KIND, line.pk, postings, actor=actor, community_id=line.community_id, memo=f"{line} 撤销渠道结算")
    _reopen(line, reason[:200], actor, owner_id)
    audit.record(actor, SETTLEMENT_UNDONE_KIND, line, after={"amount_fen": line.amount_fen}, reason=reason)
    return line
