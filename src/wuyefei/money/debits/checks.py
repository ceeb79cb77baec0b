"""What ``verify`` proves of direct debits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.ledger.public import Account, control

from .models import DebitBatch, DebitItem, DebitSettlement

_ITEMS = """
SELECT i.id, i.amount_fen, i.got_fen, i.state, COALESCE(b.s, 0), COALESCE(b.waits, FALSE),
  COALESCE(p.amount_fen, 0), COALESCE(p.community_id = i.community_id AND p.value_date = i.answered_on AND p.payer_id = m.payer_id, TRUE)
FROM debits_debititem i JOIN debits_mandate m ON m.id = i.mandate_id
LEFT JOIN (SELECT item_id, sum(amount_fen) s, bool_or(waiting) waits FROM debits_debitbill GROUP BY 1) b ON b.item_id = i.id
LEFT JOIN payments_payment p ON p.id = i.payment_id
WHERE i.organisation_id = %s ORDER BY i.id
"""


def under_way(organisation_id: int) -> Iterator[Yielded]:
    """What stands on 1012.1 is what the bank took and has not paid out to us."""
    held: dict[int, int] = defaultdict(int)
    for place, fen in DebitItem.objects.filter(organisation_id=organisation_id).values_list("community_id").annotate(Sum("got_fen")):
        held[place] += fen
    came = DebitSettlement.objects.filter(batch__organisation_id=organisation_id, undone_at__isnull=True)
    for place, fen in came.values_list("batch__community_id").annotate(Sum("line__amount_fen")):
        held[place] -= fen
    yield from control("debits.under_way", organisation_id, Account.DEBITS, dict(held), name="代扣在途")


def suspense(organisation_id: int) -> Iterator[Yielded]:
    """What stands in 代扣待查款 is what the open exceptions say."""
    rows = DebitItem.objects.filter(organisation_id=organisation_id, suspense_fen__gt=0)
    held = {place: -fen for place, fen in rows.values_list("community_id").annotate(Sum("suspense_fen"))}
    yield from control("debits.suspense", organisation_id, Account.DEBIT_SUSPENSE, held, name="代扣待查款")


def items(organisation_id: int) -> Iterator[Yielded]:
    """An item is the sum of its bills, and its payment is what the bank took, on its day, of its payer; a bill waits exactly as
    long as its item does."""
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [organisation_id])
        rows = cursor.fetchall()
    yield Examined(len(rows))
    for item_id, asked, got, state, bills, waits, paid, same in rows:
        should = got if state in (DebitItem.State.PAID, DebitItem.State.PARTIAL) else 0
        if int(bills) != asked or int(paid) != should or not same or waits != (state == DebitItem.State.WAITING):
            what = Phrase("扣款 {asked}，账单合计 {bills}；实扣 {got}，收款 {paid}，或收款日、缴费人、待回盘标记不一致",
                          asked=yuan(asked), bills=yuan(int(bills)), got=yuan(got), paid=yuan(int(paid)))  # fmt: skip
            yield Finding("debits.items", "debits_debititem", item_id, what)


def batches(organisation_id: int) -> Iterator[Yielded]:
    """The count and total of a file are its items', and nothing more came to our account than the bank took."""
    rows = DebitBatch.objects.filter(organisation_id=organisation_id).order_by("pk")
    yield Examined(rows.count())
    for batch in rows.iterator(chunk_size=2000):
        sums = batch.items.aggregate(asked=Sum("amount_fen", default=0), got=Sum("got_fen", default=0))
        came = batch.settlements.filter(undone_at__isnull=True).aggregate(fen=Sum("line__amount_fen", default=0))["fen"]
        if (batch.items.count(), int(sums["asked"])) != (batch.item_count, batch.total_fen) or came > sums["got"]:
            what = Phrase("批次 {count} 笔 {total}，明细合计 {items}；实扣 {got}，已到账 {came}", count=batch.item_count,
                          total=yuan(batch.total_fen), items=yuan(int(sums["asked"])), got=yuan(int(sums["got"])), came=yuan(int(came)))  # fmt: skip
            yield Finding("debits.batches", "debits_debitbatch", batch.pk, what)


def register() -> None:
    register_check("debits.under_way", "代扣在途总账等于已扣未到账", under_way)
    register_check("debits.suspense", "代扣待查款总账等于多扣待处理", suspense)
    register_check("debits.items", "每笔扣款等于它的账单，实扣等于它的收款", items)
    register_check("debits.batches", "每个代扣批次的笔数、金额等于明细", batches)
