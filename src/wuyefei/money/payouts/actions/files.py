"""A payment file: made, taken along, undone (product rows D1, D5)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from wuyefei.estate.people.public import Person, reveal
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet
from wuyefei.money.channels.public import (
    REFUND_DUE,
    Refund,
    RefundState,
    hand_over,
    payee,
    take_back,
)

from ..models import Payout, PayoutFile
from ..queries import NEEDED, account_by, account_of, files, payouts_of, require_in, to_pay
from ..rules import MOST

PAYOUT_LOCK = 0x77790065
SHOWN = 10
"""How many homes a message names."""


class NothingToPay(DomainError):
    code = "nothing_to_pay_out"
    message = "没有可以付的退款：要已批准、按银行转账退，并且登记了收款账号。"


class OwnAccounts(DomainError):
    code = "payout_own_accounts"
    message = "{homes} 的收款账号是您在申请退款以后改的，付款文件要由另一位同事来做。"


@dataclass(frozen=True, slots=True)
class Made:
    """A file, and whose refunds are not in it: of the homes ``missing`` no account is known, of ``own`` the maker has changed the
    account since the refund was asked for."""

    file: PayoutFile
    missing: tuple[str, ...]
    own: tuple[str, ...] = ()


def lock(organisation_id: int) -> None:
    """One hand at a time on the payment files of an organisation; taken before any lock of refunds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PAYOUT_LOCK, organisation_id])


def locked(file_id: int, actor: Actor) -> PayoutFile:
    """A file that is out, under lock. Raises ``NotFound``, ``Forbidden``."""
    lock(actor.organisation_id)
    found = files(actor).filter(pk=file_id).first()
    if found is None:
        raise NotFound()
    require_in(actor, found, Permission.CHANNEL_WORK)
    return found


def require_out(file: PayoutFile) -> None:
    if file.state != PayoutFile.State.OUT:
        raise DomainError("payout_file_undone", "付款文件 {number} 已经撤销。", number=file.number)


@transaction.atomic
def make_file(*, actor: Actor) -> Made:
    """Put the refunds that wait for a transfer, the oldest first and at most ``MOST``, into a file; each waits in one at most. Those
    whose payee has no account stay out, and those whose account the maker has changed since they were asked for: nobody alone sends
    money to an account of their choice (row D8). Raises ``NothingToPay``, ``OwnAccounts`` where only such wait."""
    lock(actor.organisation_id)
    related = ("payment__payer", "payment__property", "order__payer", "order__property", "deposit__holder")
    chosen: list[tuple[Refund, Person, int | None]] = []
    missing: list[str] = []
    own: list[str] = []
    for refund in to_pay(actor).select_related(*related).order_by("pk"):
        person = payee(refund)
        changer = account_by(refund, person)
        about = refund.payment or refund.order
        home = about.property.code if about else refund.number
        if not account_of(person):
            missing.append(home)
        elif changer == actor.user_id:
            own.append(home)
        elif len(chosen) < MOST:
            chosen.append((refund, person, changer))
    if not chosen:
        raise OwnAccounts(homes="、".join(own[:SHOWN])) if own else NothingToPay()
    now = clock.now()
    file = PayoutFile.objects.create(
        organisation_id=actor.organisation_id, number=_number(actor.organisation_id), payout_count=len(chosen),
        total_fen=sum(refund.amount_fen for refund, _, _ in chosen), made_at=now, made_by_id=actor.user_id, due_at=now + REFUND_DUE[RefundState.SENT],
    )  # fmt: skip
    for place, (refund, person, changer) in enumerate(chosen, start=1):
        tries = hand_over(refund.pk, actor=actor).tries
        Payout.objects.create(
            organisation_id=actor.organisation_id, community_id=refund.community_id, file=file, refund=refund, payee=person, place=place,
            number=refund.number if tries == 1 else f"{refund.number}-{tries}", amount_fen=refund.amount_fen, account_mark=person.bank_mark,
            account_tail=person.bank_shown.rpartition("*")[2][-4:], account_by_id=changer, made_by_id=actor.user_id,
        )  # fmt: skip
    audit.record(actor, "payout.file", file, after={"payouts": file.payout_count, "total_fen": file.total_fen, "missing": len(missing), "own": len(own)})
    return Made(file, tuple(missing), tuple(own))


def _number(organisation_id: int) -> str:
    head = f"FK{clock.today():%y%m%d}"
    return f"{head}{PayoutFile.objects.filter(organisation_id=organisation_id, number__startswith=head).count() + 1:03d}"


@transaction.atomic
def sheet_of(file_id: int, *, actor: Actor) -> tuple[str, Sheet]:
    """The workbook for the bank: payee, account, sum, purpose, number. Each account shown is noted as read; one that is not the one
    the file was made with is refused, for the bank may already have the other."""
    file = locked(file_id, actor)
    require_out(file)
    require_in(actor, file, *NEEDED)
    lines: list[list[Cell | Fen]] = []
    for row in payouts_of(file):
        if not row.account_mark or account_of(row.payee) != row.account_mark:
            raise DomainError("payout_account_changed", "第 {row} 笔的收款账号在做文件以后改过或已删除。还没交给银行的，撤销这份文件重新做。", row=row.place)
        account = reveal(row.payee_id, "bank", str(Phrase("退款付款 {number}", number=row.number)), actor=actor)
        about = row.refund.payment or row.refund.order
        home = about.property.code if about else ""
        lines.append([row.payee.name, account, Fen(row.amount_fen), f"{_('退款')} {row.number}", row.number, row.community.name, home])
    audit.record(actor, "payout.download", file, after={"payouts": len(lines)})
    head = [_("收款人"), _("收款账号"), _("金额（元）"), _("用途"), _("明细号"), _("项目"), _("房屋")]
    return f"{_('付款文件')}-{file.number}.xlsx", Sheet(_("付款文件"), head, lines)


@transaction.atomic
def undo_file(file_id: int, reason: str, *, actor: Actor) -> PayoutFile:
    """It never went to the bank: its refunds wait for the next file. Raises ``DomainError`` where the bank has answered any of it."""
    file = locked(file_id, actor)
    require_out(file)
    text = limited(reason, "原因", 200, required=True)
    rows = list(file.payouts.order_by("refund_id"))
    if any(row.state != Payout.State.WAITING for row in rows):
        raise DomainError("payout_file_answered", "这份文件已有付款结果，说明已经交给银行，不能撤销。")
    for row in rows:
        row.state, row.ended_at = Payout.State.UNDONE, clock.now()
        row.save(update_fields=["state", "ended_at"])
        take_back(row.refund_id, actor=actor)
    file.state, file.undone_at, file.undone_by_id, file.undo_reason = PayoutFile.State.UNDONE, clock.now(), actor.user_id, text
    file.save(update_fields=["state", "undone_at", "undone_by", "undo_reason"])
    audit.record(actor, "payout.undo", file, after={"payouts": len(rows)}, reason=text)
    return file
