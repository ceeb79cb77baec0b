"""The money of a batch comes to our account, and money taken in excess is booked for its payer (product rows D1, D7)."""

from __future__ import annotations

import hashlib

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import audit
from wuyefei.money.bank.public import claim_settlement, get_line
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import Batch, BatchRow, Payment, Source, take_payments_in_bulk

from ..models import DebitBatch, DebitBill, DebitItem, DebitSettlement
from ..queries import money_of
from .batches import locked, require
from .returns import payments_of

ACCEPTED_KIND = "debits.accepted"


class MoreThanTaken(DomainError):
    code = "more_than_taken"
    message = "这笔流水是 {line} 元，这一批还没到账的只有 {left} 元。"


@transaction.atomic
def settle(batch_id: int, line_id: int, *, actor: Actor) -> DebitSettlement:
    """A waiting line of the bank's statement is money of this batch: out of the bank's suspense, out of 1012.1.

    Raises ``MoreThanTaken`` where the line is more than is still under way.
    """
    batch = locked(batch_id, actor)
    require(batch, DebitBatch.State.SENT)
    line = get_line(actor, line_id)
    if line.community_id != batch.community_id:
        raise NotFound()
    left = money_of(batch).under_way_fen
    if line.amount_fen > left:
        raise MoreThanTaken(line=yuan_text(line.amount_fen), left=yuan_text(left))
    row = DebitSettlement.objects.create(batch=batch, line=claim_settlement(line.pk, actor=actor, account=Account.DEBITS))
    audit.record(actor, "debit.settle", batch, after={"line": line.pk, "amount_fen": line.amount_fen})
    return row


@transaction.atomic
def accept(item_id: int, *, actor: Actor) -> Payment:
    """The whole of what was taken is booked for the payer: it settles the bills of the item, and the rest is prepayment, from
    which it can be given back. Raises ``BatchRefused`` for what still cannot be booked as of its day."""
    found = DebitItem.objects.filter(pk=item_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()
    if found is None:
        raise NotFound()
    batch = locked(found.batch_id, actor)
    item = DebitItem.objects.select_related("mandate", "answer").get(pk=found.pk)
    if item.state != DebitItem.State.EXCEPTION or item.answered_on is None or item.answer is None:
        raise DomainError("item_state", "这笔扣款现在是「{state}」，不能这样处理。", state=item.get_state_display())
    postings = [Posting(Account.DEBIT_SUSPENSE, item.suspense_fen), Posting(Account.DEBITS, -item.suspense_fen)]
    post(ACCEPTED_KIND, item.pk, postings, actor=actor, community_id=item.community_id, memo=f"{item} 多扣入账")
    bills = tuple(DebitBill.objects.filter(item=item).order_by("pk").values_list("receivable_id", flat=True))
    row = BatchRow(item.number, item.property_id, item.mandate.payer_id, item.got_fen, "debit", item.answered_on, bills,
                   remark=f"银行代扣 ****{item.mandate.account_tail}", number=item.place)  # fmt: skip
    sha = hashlib.sha256(f"{item.answer.sha256}:{item.number}".encode()).hexdigest()
    take_payments_in_bulk(Batch(item.community_id, Source.DEBIT, f"{batch.number} 第 {item.place} 笔", sha, (row,)), actor=actor)
    payment = payments_of(item.organisation_id, [item.number])[item.number]
    item.state, item.suspense_fen, item.payment = DebitItem.State.PAID, 0, payment
    item.save(update_fields=["state", "suspense_fen", "payment"])
    audit.record(actor, "debit.accept", item, after={"got_fen": item.got_fen, "asked_fen": item.amount_fen, "payment": payment.pk})
    return payment


def refuse_void(payment: Payment) -> None:
    """What the bank has taken is not made undone by us: it is given back."""
    if DebitItem.objects.filter(payment=payment).exists():
        raise DomainError("payment_of_debit", "这笔收款由银行代扣，钱已经扣走，不能作废；需要退回时请申请退款。")
