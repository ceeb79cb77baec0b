"""The bank's answer 回盘, looked at and taken in; a result that a person notes; a failed transfer that goes again (rows D1, D5)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.estate.people.public import normalise_bank, update_person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault
from wuyefei.money.channels.public import (
    Refund,
    RefundState,
    bank_paid,
    bank_refused,
    get_refund,
    pay_again,
    payee,
)

from ..models import Payout, PayoutAnswer, PayoutFile
from ..queries import payouts_of
from ..reading import read_rows
from ..rules import Asked, Effect, Row, Verdict, digest, judge
from .files import lock, locked, require_out

State = Payout.State


class AnswerRefused(DomainError):
    code = "payout_answer_refused"
    message = "第 {row} 行「{field}」：{reason}。整份回盘都没有处理。"


@dataclass(frozen=True, slots=True)
class Read:
    """A bank's file as it was read: nothing is stored of it before it is taken in."""

    name: str
    sha256: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one row would do."""

    row: Row
    payout: Payout | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Answered:
    """What a file brought. ``answer`` is None where nothing was new; ``waiting``: payouts the bank has not decided yet."""

    answer: PayoutAnswer | None
    rows: int
    known: int
    done: int = 0
    failed: int = 0
    waiting: int = 0


def read_answer(name: str, data: bytes, *, actor: Actor) -> Read:
    """Raises ``AnswerUnreadable`` naming row and column."""
    name = limited(name, "文件", 120, required=True)
    mark = vault.marker(actor.organisation_id)

    def marked(account: str) -> str:
        try:
            return mark("bank", normalise_bank(account))
        except Invalid:
            return "-"

    return Read(name, hashlib.sha256(data).hexdigest(), tuple(read_rows(name, data, marked)))


def look(file: PayoutFile, rows: Sequence[Row]) -> list[Seen]:
    """What each row would do to a file whose place the caller has checked; nothing changes."""
    payouts = {one.number: one for one in payouts_of(file)}
    first: dict[str, int] = {}
    found = []
    made_on, today = file.made_at.astimezone(CHINA).date(), clock.today()
    for row in rows:
        payout = payouts.get(row.number)
        asked = Asked(payout.number, payout.amount_fen, payout.account_mark, payout.account_tail, payout.state, payout.answer_mark) if payout else None
        found.append(Seen(row, payout, judge(row, asked, first.get(row.number), made_on, today)))
        first.setdefault(row.number, row.row)
    return found


@transaction.atomic
def import_answer(file_id: int, read: Read, *, actor: Actor) -> Answered:
    """Take the bank's answer in, all or nothing: what was paid is booked, what failed goes back to finance with its reason, what the
    bank leaves open waits on. The same answer again changes nothing. Raises ``AnswerRefused`` naming row and column."""
    file = locked(file_id, actor)
    seen = look(file, read.rows)
    for one in seen:
        if one.verdict.effect is Effect.REFUSED:
            raise AnswerRefused(row=one.row.row, field=one.verdict.field, reason=one.verdict.words)
    ends = sorted((one for one in seen if one.verdict.effect in (Effect.DONE, Effect.FAILED)), key=lambda one: one.payout.refund_id if one.payout else 0)
    known = sum(one.verdict.effect is Effect.KNOWN for one in seen)
    if not ends:
        return Answered(None, len(seen), known, waiting=_waiting(file))
    require_out(file)
    sums = {effect: sum(one.row.amount_fen or 0 for one in ends if one.verdict.effect is effect) for effect in (Effect.DONE, Effect.FAILED)}
    answer = PayoutAnswer.objects.create(
        file=file, name=read.name, sha256=read.sha256, row_count=len(seen), known_count=known, done_fen=sums[Effect.DONE],
        failed_fen=sums[Effect.FAILED], imported_at=clock.now(), imported_by_id=actor.user_id,
    )  # fmt: skip
    for one in ends:
        _end(one, answer, actor)
    done = sum(one.verdict.effect is Effect.DONE for one in ends)
    told = Answered(answer, len(seen), known, done, len(ends) - done, _waiting(file))
    audit.record(actor, "payout.answer", file, after={
        "rows": told.rows, "known": told.known, "done": told.done, "failed": told.failed, "waiting": told.waiting, "sha256": answer.sha256,
    })  # fmt: skip
    return told


def _waiting(file: PayoutFile) -> int:
    return file.payouts.filter(state=State.WAITING).count()


def _end(one: Seen, answer: PayoutAnswer, actor: Actor) -> None:
    payout, row = one.payout, one.row
    assert payout is not None
    payout.answer, payout.answer_mark = answer, digest(row, one.verdict.effect)
    if one.verdict.effect is Effect.DONE:
        _paid(payout, row.reference or f"{answer.file.number} {payout.place}", actor)
        payout.paid_on = row.on
    else:
        _failed(payout, one.verdict.words, actor)
    payout.save()


def _paid(payout: Payout, reference: str, actor: Actor) -> None:
    payout.state, payout.reference, payout.ended_at = State.DONE, reference, clock.now()
    bank_paid(payout.refund_id, reference, actor=actor)


def _failed(payout: Payout, reason: str, actor: Actor) -> None:
    payout.state, payout.reason, payout.ended_at = State.FAILED, reason[:120], clock.now()
    bank_refused(payout.refund_id, reason, actor=actor)


@transaction.atomic
def note_result(refund_id: int, paid: bool, text: str, *, actor: Actor) -> Payout:
    """A person has seen at the bank what became of a payout that no file answers: its reference, or why it failed."""
    lock(actor.organisation_id)
    refund = get_refund(actor, refund_id)
    actor.require(Permission.CHANNEL_WORK, refund.community_id)
    payout = Payout.objects.filter(refund=refund, state=State.WAITING).first()
    if payout is None:
        raise DomainError("no_payout_waits", "这笔退款现在没有在等银行的付款，请刷新后再看。")
    words = limited(text, "银行流水号" if paid else "失败原因", 80, required=True)
    payout.noted_by_id = actor.user_id
    if paid:
        _paid(payout, words, actor)
    else:
        _failed(payout, words, actor)
    payout.save()
    audit.record(actor, "payout.note", payout, community_id=payout.community_id, after={"state": payout.state, "words": words})
    return payout


@transaction.atomic
def correct(refund_id: int, account: str, reason: str, *, actor: Actor) -> Refund:
    """A transfer that failed goes into the next file: to the account that is corrected with it, or with a word why the same one is
    right. Raises ``Invalid`` naming the field, and what changing the person raises."""
    lock(actor.organisation_id)
    refund = get_refund(actor, refund_id)
    actor.require(Permission.CHANNEL_WORK, refund.community_id)
    if refund.state != RefundState.FAILED or refund.method != Refund.Method.TRANSFER:
        raise DomainError("not_failed_transfer", "只有付款失败的银行转账可以再付。")
    text = limited(reason, "原因", 200, required=True)
    person = payee(refund)
    if person.organisation_id != actor.organisation_id:
        raise NotFound()
    if account.strip():
        clean = normalise_bank(account)
        if vault.fingerprint(actor.organisation_id, "bank", clean) == person.bank_mark:
            raise Invalid(field="新的收款账号", reason="和原来的一样；账号没有错的，留空并写明原因")
        update_person(person.pk, bank=clean, reason=str(Phrase("退款 {number}：{why}", number=refund.number, why=text)), actor=actor)
    audit.record(actor, "payout.correct", refund, after={"account_changed": bool(account.strip())}, reason=text)
    return pay_again(refund.pk, actor=actor)


def keeps_person(person_id: int) -> str | None:
    """Why a payee is not erased yet."""
    return Phrase("还有退款在付款文件里等银行结果") if Payout.objects.filter(payee_id=person_id, state=State.WAITING).exists() else None


def forget(person_id: int) -> None:
    """What tells the account leaves with the payee."""
    Payout.objects.filter(payee_id=person_id).update(account_mark="", account_tail="")
