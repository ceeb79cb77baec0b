"""What ``verify`` proves of the channels' days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.db.models import F, Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.channels.public import Order, Refund
from wuyefei.money.ledger.public import Account, control

from .actions import FEES_KIND
from .models import BillRow, ChannelDay, Difference


def files(organisation_id: int) -> Iterator[Yielded]:
    """A day's sums are its rows; each row is an order or refund of ours of the same sum, or stands under a difference."""
    for day in ChannelDay.objects.filter(organisation_id=organisation_id).order_by("pk"):
        rows = list(day.rows.all())
        yield Examined(len(rows))
        sums = (
            sum(row.amount_fen for row in rows if not row.refund), sum(row.amount_fen for row in rows if row.refund),
            sum(row.fee_fen for row in rows),
        )  # fmt: skip
        if sums != (day.paid_fen, day.refund_fen, day.fee_fen):
            what = Phrase("账单收款 {paid}，明细 {rows}，或退款、手续费与明细不一致", paid=yuan(day.paid_fen), rows=yuan(sums[0]))
            yield Finding("recon.files", "reconciliation_channelday", day.pk, what)
        if day.merchant_id is None:
            yield from _rows(day, rows)


def payouts(organisation_id: int) -> Iterator[Yielded]:
    """A bank line that paid days out is their net sum, or what it is more or less stands under a difference."""
    days = ChannelDay.objects.filter(organisation_id=organisation_id, settled_line__isnull=False)
    sums = F("paid_fen") - F("refund_fen") - F("fee_fen")
    for line in days.values("settled_line_id", "settled_line__amount_fen").annotate(fen=Sum(sums)).order_by("settled_line_id"):
        yield Examined(1)
        got, pk = line["settled_line__amount_fen"], line["settled_line_id"]
        noted = Difference.objects.filter(channel_day__settled_line_id=pk, kind=Difference.Kind.SETTLEMENT, theirs_fen=got)
        if got != line["fen"] and not noted.exists():
            what = Phrase("银行到账 {got}，所结的账单应为 {should}，没有差异记录", got=yuan(got), should=yuan(line["fen"]))
            yield Finding("recon.payouts", "bank_bankline", pk, what)


_CARDS = """
WITH swipe AS (
  SELECT m.merchant_id, m.number || '-' || s.reference AS key, sum(t.amount_fen) AS fen, sum(t.amount_fen) FILTER (WHERE p.voided_at IS NOT NULL) AS voided
  FROM cashdesk_cardslip s JOIN cashdesk_posterminal m ON m.id = s.terminal_id JOIN payments_payment p ON p.id = s.payment_id
  JOIN payments_tender t ON t.payment_id = p.id AND t.method = 'card'
  WHERE s.organisation_id = %s AND s.reference <> '' GROUP BY 1, 2
)
SELECT r.id, r.number, r.amount_fen, r.refund FROM reconciliation_billrow r JOIN reconciliation_channelday d ON d.id = r.channel_day_id
LEFT JOIN swipe w ON w.merchant_id = d.merchant_id AND w.key = r.terminal || '-' || CASE WHEN r.refund AND r.original <> '' THEN r.original ELSE r.transaction_id END
WHERE d.organisation_id = %s AND d.merchant_id IS NOT NULL AND r.amount_fen IS DISTINCT FROM CASE WHEN r.refund THEN w.voided ELSE w.fen END
  AND NOT EXISTS (SELECT 1 FROM reconciliation_difference x WHERE x.channel_day_id = d.id AND x.number = r.number)
ORDER BY r.id
"""


def cards(organisation_id: int) -> Iterator[Yielded]:
    """Each row of an acquirer's file is card payments of the desk of the same sum, or stands under a difference."""
    yield Examined(BillRow.objects.filter(channel_day__organisation_id=organisation_id, channel_day__merchant__isnull=False).count())
    with connection.cursor() as cursor:
        cursor.execute(_CARDS, [organisation_id, organisation_id])
        rows = cursor.fetchall()
    for pk, number, fen, _refund in rows:
        what = Phrase("刷卡清算 {number} 为 {amount}，与收银台的不符，也没有差异记录", number=number, amount=yuan(fen))
        yield Finding("recon.cards", "reconciliation_billrow", pk, what)


def _rows(day: ChannelDay, rows: list[BillRow]) -> Iterator[Yielded]:
    numbers = [row.number for row in rows]
    ours = dict(Order.objects.filter(organisation_id=day.organisation_id, number__in=numbers).values_list("number", "paid_fen"))
    back = Refund.objects.filter(organisation_id=day.organisation_id, number__in=numbers, state=Refund.State.DONE)
    returned = dict(back.values_list("number", "amount_fen"))
    noted = set(Difference.objects.filter(channel_day=day).values_list("number", flat=True))
    for row in rows:
        has = (returned if row.refund else ours).get(row.number)
        if has != row.amount_fen and row.number not in noted:
            what = Phrase("渠道账单 {number} 为 {amount}，与我们的不符，也没有差异记录", number=row.number, amount=yuan(row.amount_fen))
            yield Finding("recon.files", "reconciliation_billrow", row.pk, what)


def fees(organisation_id: int) -> Iterator[Yielded]:
    """The fees booked are the fees of the files."""
    should: dict[int, int] = defaultdict(int)
    rows = BillRow.objects.filter(channel_day__organisation_id=organisation_id, community__isnull=False).values(place=F("community_id"))
    for row in rows.annotate(fen=Sum("fee_fen")):
        should[row["place"]] += int(row["fen"])
    yield from control("recon.fees", organisation_id, Account.BANK_FEE, dict(should), name="渠道手续费", kinds=[FEES_KIND])


def register() -> None:
    register_check("recon.files", "渠道账单每一行都有订单、退款或差异记录", files)
    register_check("recon.payouts", "渠道结算到账等于所结账单的净额", payouts)
    register_check("recon.cards", "刷卡清算每一笔都有收银台的收款或差异记录", cards)
    register_check("recon.fees", "渠道手续费总账等于账单明细", fees)
