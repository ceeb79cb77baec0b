"""What ``verify`` proves of payment files."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Q, Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

from .models import Payout, PayoutAnswer, PayoutFile

_PAYOUTS = """
SELECT p.id, p.amount_fen, p.state, p.reference, r.amount_fen, r.state, r.method, r.reference, r.community_id = p.community_id,
  COALESCE((SELECT -sum(l.amount_fen) FROM ledger_entry e JOIN ledger_leg l ON l.entry_id = e.id
    WHERE e.kind = 'refund.done' AND e.source_id = r.id AND l.account = '1002'), 0)
FROM payouts_payout p JOIN channels_refund r ON r.id = p.refund_id WHERE p.organisation_id = %s ORDER BY p.id
"""
_SENT = """
SELECT r.id FROM channels_refund r WHERE r.organisation_id = %s AND r.state = 'sent' AND r.method = 'transfer'
  AND NOT EXISTS (SELECT 1 FROM payouts_payout p WHERE p.refund_id = r.id AND p.state = 'waiting') ORDER BY r.id
"""


def payouts(organisation_id: int) -> Iterator[Yielded]:
    """A payout is its refund's sum; one that waits has a refund that was sent, one that is done has a refund that is done under the
    same reference and was booked out of the bank once; a refund that was sent by transfer waits in a file."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYOUTS, [organisation_id])
        rows = cursor.fetchall()
        cursor.execute(_SENT, [organisation_id])
        lost = [pk for (pk,) in cursor.fetchall()]
    yield Examined(len(rows) + len(lost))
    for pk, fen, state, reference, refund_fen, refund_state, method, noted, same, booked in rows:
        wrong = fen != refund_fen or not same
        if state == Payout.State.WAITING:
            wrong = wrong or (refund_state, method) != ("sent", "transfer")
        elif state == Payout.State.DONE:
            wrong = wrong or (refund_state, noted, int(booked)) != ("done", reference, fen)
        if wrong:
            what = Phrase("付款 {fen}，退款 {refund}，银行付出 {booked}，或状态、流水号不一致", fen=yuan(fen), refund=yuan(refund_fen), booked=yuan(int(booked)))
            yield Finding("payouts.payouts", "payouts_payout", pk, what)
    for pk in lost:
        yield Finding("payouts.payouts", "channels_refund", pk, "退款已交银行，却不在任何一份付款文件里")


def files(organisation_id: int) -> Iterator[Yielded]:
    """The count and total of a file are its payouts'; an answer's sums are the payouts it ended."""
    made = PayoutFile.objects.filter(organisation_id=organisation_id).annotate(count=Count("payouts"), fen=Sum("payouts__amount_fen", default=0))
    for row in made.order_by("pk"):
        yield Examined(1)
        if (row.count, row.fen) != (row.payout_count, row.total_fen):
            what = Phrase("付款文件 {count} 笔 {total}，明细 {rows} 笔 {sum}", count=row.payout_count, total=yuan(row.total_fen), rows=row.count, sum=yuan(row.fen))
            yield Finding("payouts.files", "payouts_payoutfile", row.pk, what)
    ended = {state: Sum("payouts__amount_fen", filter=Q(payouts__state=state), default=0) for state in (Payout.State.DONE, Payout.State.FAILED)}
    answers = PayoutAnswer.objects.filter(file__organisation_id=organisation_id).annotate(paid=ended[Payout.State.DONE], refused=ended[Payout.State.FAILED])
    for answer in answers.order_by("pk"):
        yield Examined(1)
        if (answer.paid, answer.refused) != (answer.done_fen, answer.failed_fen):
            what = Phrase("回盘记付出 {done}、失败 {failed}，明细不一致", done=yuan(answer.done_fen), failed=yuan(answer.failed_fen))
            yield Finding("payouts.files", "payouts_payoutanswer", answer.pk, what)


def register() -> None:
    register_check("payouts.payouts", "付款文件里的每一笔与它的退款一致，只付一次", payouts)
    register_check("payouts.files", "每份付款文件、回盘的笔数和金额等于明细", files)
