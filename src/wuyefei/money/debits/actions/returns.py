"""The bank's answer 回盘: each item ends in one right state (product row D1)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import (
    Batch,
    BatchRefused,
    BatchRow,
    Payment,
    Source,
    take_payments_in_bulk,
)

from ..models import DebitBatch, DebitBill, DebitItem, DebitTerms, Mandate, ReturnFile
from ..queries import tries
from ..reading import read_answers
from ..rules.answers import Answer, AnswerRefused, Judged, Outcome, digest, judge, parse_codes
from ..rules.choosing import Retry
from .batches import locked, require
from .mandates import MARK, close

SUSPENSE_KIND = "debits.suspense"
RETRIES = 5
State = DebitItem.State
WRITTEN = ("state", "answer", "answer_mark", "answered_on", "got_fen", "suspense_fen", "code", "words", "payment", "next_try_on")


@dataclass(frozen=True, slots=True)
class Answered:
    """What a file brought. ``answer`` is None where nothing was new."""

    answer: ReturnFile | None
    rows: int
    known: int
    paid: int = 0
    partial: int = 0
    failed: int = 0
    exceptions: int = 0


@dataclass(slots=True)
class Fresh:
    """An item that the file answers, with what its bills were."""

    item: DebitItem
    answer: Answer
    judged: Judged
    on: dt.date
    receivable_ids: tuple[int, ...]


@transaction.atomic
def import_answer(batch_id: int, name: str, data: bytes, day: dt.date, *, actor: Actor) -> Answered:
    """Take the bank's file in, all or nothing. ``day``: the value date of rows that name none.

    Items answered before with the same words are left as they are, so the same file changes nothing; other words for one of
    them, a row of another batch or another account refuse the whole file. Raises ``AnswerRefused``.
    """
    batch = locked(batch_id, actor)
    require(batch, DebitBatch.State.SENT)
    name = limited(name, "文件", 120, required=True)
    terms = DebitTerms.objects.get(community_id=batch.community_id)
    answers = read_answers(terms, name, data)
    fresh = _fresh(batch, answers, day, parse_codes(terms.codes))
    known = len(answers) - len(fresh)
    if not fresh:
        return Answered(None, len(answers), known)
    sha = hashlib.sha256(data).hexdigest()
    booked = _book(batch, fresh, name, sha, actor)
    head = ReturnFile.objects.create(
        batch=batch, name=name, sha256=sha, row_count=len(answers), known_count=known,
        paid_fen=sum(one.judged.got_fen for one in fresh if one.item.number in booked),
        suspense_fen=sum(one.judged.got_fen for one in fresh if one.judged.outcome is Outcome.EXCEPTION),
        imported_at=clock.now(), imported_by_id=actor.user_id,
    )  # fmt: skip
    postings = [Posting(Account.DEBITS, head.suspense_fen), Posting(Account.DEBIT_SUSPENSE, -head.suspense_fen)]
    post(SUSPENSE_KIND, head.pk, postings, actor=actor, community_id=batch.community_id, memo=f"{batch} 多扣待处理")
    _write(head, fresh, booked, Retry(terms.attempts, terms.days_apart))
    _end_mandates(fresh, actor)
    return _told(head, fresh, batch, actor)


def _fresh(batch: DebitBatch, answers: Sequence[Answer], day: dt.date, codes: dict[str, str]) -> list[Fresh]:
    """The rows that say something new; refuses what cannot be this batch's answer."""
    items = {item.number: item for item in batch.items.select_related("mandate__payer").defer("mandate__account_sealed")}
    bills: dict[int, list[int]] = {}
    for item_id, receivable_id in DebitBill.objects.filter(item__batch=batch).order_by("pk").values_list("item_id", "receivable_id"):
        bills.setdefault(item_id, []).append(receivable_id)
    seen: dict[str, int] = {}
    found = []
    mark = vault.marker(batch.organisation_id)
    for answer in answers:
        item, on = items.get(answer.number), answer.on or day
        if item is None:
            raise AnswerRefused(row=answer.row, reason=Phrase("明细号 {number} 不在批次 {batch} 里", number=answer.number[:32], batch=batch.number))
        if answer.number in seen:
            raise AnswerRefused(row=answer.row, reason=Phrase("与第 {other} 行是同一笔", other=seen[answer.number]))
        seen[answer.number] = answer.row
        if not batch.made_at.astimezone(CHINA).date() <= on <= clock.today():
            raise AnswerRefused(row=answer.row, reason=Phrase("日期 {day} 早于这一批的生成日或晚于今天", day=on))
        if not _same_account(answer.account, item.mandate, mark):
            raise AnswerRefused(row=answer.row, reason=Phrase("账号与报盘不同"))
        judged = judge(answer, item.amount_fen, codes)
        if item.state in DebitItem.OPEN:
            found.append(Fresh(item, answer, judged, on, tuple(bills[item.pk])))
        elif item.answer_mark != digest(answer, on):
            raise AnswerRefused(row=answer.row, reason=Phrase("明细号 {number} 已经回盘，这一行的内容不同", number=answer.number))
    return found


def _same_account(said: str, mandate: Mandate, mark: Callable[[str, str], str]) -> bool:
    """Whether an account as the file says it, perhaps with its middle hidden, can be the mandate's."""
    number = "".join(sign for sign in said if sign.isalnum())
    if not number or not mandate.account_mark:
        return True
    if "*" in said:
        return number.endswith(mandate.account_tail)
    return mark(MARK, number) == mandate.account_mark


def _book(batch: DebitBatch, fresh: Sequence[Fresh], name: str, sha: str, actor: Actor) -> dict[str, Payment]:
    """Book what was taken; what cannot be booked as of its day becomes an exception with its reason. Payments by item number."""
    for _round in range(RETRIES):
        rows = {one.answer.row: one for one in fresh if one.judged.outcome in (Outcome.PAID, Outcome.PARTIAL)}
        if not rows:
            return {}
        asked = tuple(batch_row(one) for one in rows.values())
        try:
            with transaction.atomic():
                take_payments_in_bulk(Batch(batch.community_id, Source.DEBIT, name, sha, asked), actor=actor)
        except BatchRefused as refused:
            for fault in refused.faults:
                one = rows[fault.number]
                one.judged = Judged(Outcome.EXCEPTION, one.judged.got_fen, one.judged.code, str(fault.reason)[:120])
            continue
        return payments_of(batch.organisation_id, [row.external_ref for row in asked])
    raise AnswerRefused(row=fresh[0].answer.row, reason=Phrase("不能入账"))


def payments_of(organisation_id: int, numbers: Sequence[str]) -> dict[str, Payment]:
    keys = {f"{Source.DEBIT.value}:{number}": number for number in numbers}
    found = Payment.objects.filter(organisation_id=organisation_id, client_key__in=list(keys))
    return {keys[row.client_key or ""]: row for row in found}


def batch_row(one: Fresh) -> BatchRow:
    item = one.item
    return BatchRow(
        item.number, item.property_id, item.mandate.payer_id, one.judged.got_fen, "debit", one.on, one.receivable_ids,
        remark=f"银行代扣 ****{item.mandate.account_tail}", number=one.answer.row,
    )  # fmt: skip


def _write(head: ReturnFile, fresh: Sequence[Fresh], booked: dict[str, Payment], retry: Retry) -> None:
    """The one place where the bank's answer ends an item."""
    for one in fresh:
        item, judged = one.item, one.judged
        item.state, item.answer, item.answer_mark, item.answered_on = judged.outcome.value, head, digest(one.answer, one.on), one.on
        item.got_fen, item.code, item.words = judged.got_fen, judged.code, judged.words
        item.suspense_fen = judged.got_fen if judged.outcome is Outcome.EXCEPTION else 0
        item.payment = booked.get(item.number)
    rows = [one.item for one in fresh]
    DebitItem.objects.bulk_update(rows, WRITTEN[:-1], batch_size=1000)
    DebitBill.objects.filter(item__in=rows, waiting=True).update(waiting=False)
    again = [one for one in fresh if one.judged.outcome in (Outcome.FAILED, Outcome.PARTIAL) and not one.judged.ends_mandate]
    tried = tries({pk for one in again for pk in one.receivable_ids})
    for one in again:
        days = [day for pk in one.receivable_ids if (day := retry.next_on(tried.get(pk))) is not None]
        one.item.next_try_on = min(days, default=None)
    DebitItem.objects.bulk_update([one.item for one in again], ["next_try_on"], batch_size=1000)


def _end_mandates(fresh: Sequence[Fresh], actor: Actor) -> None:
    """Where the account is gone or the payer has ended it at the bank, no further file asks for it."""
    ends = {one.item.mandate_id: one.judged.words for one in fresh if one.judged.ends_mandate}
    for row in Mandate.objects.select_for_update(of=("self",)).select_related("payer").filter(pk__in=ends, ended_at__isnull=True).order_by("pk"):
        close(row, ends[row.pk], actor)


def _told(head: ReturnFile, fresh: Sequence[Fresh], batch: DebitBatch, actor: Actor) -> Answered:
    count = {outcome: sum(one.judged.outcome is outcome for one in fresh) for outcome in Outcome}
    done = Answered(head, head.row_count, head.known_count, count[Outcome.PAID], count[Outcome.PARTIAL], count[Outcome.FAILED], count[Outcome.EXCEPTION])
    audit.record(actor, "debit.answer", batch, after={
        "rows": done.rows, "known": done.known, "paid": done.paid, "partial": done.partial, "failed": done.failed,
        "exceptions": done.exceptions, "paid_fen": head.paid_fen, "suspense_fen": head.suspense_fen, "sha256": head.sha256,
    })  # fmt: skip
    audit.publish(actor, "debit.answered", community_id=batch.community_id, batch=batch.pk, failed=done.failed,
                  items=[one.item.pk for one in fresh if one.judged.outcome is Outcome.FAILED])  # fmt: skip
    return done
