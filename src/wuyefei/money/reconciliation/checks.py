"""What ``verify`` proves of the channels' days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F, Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.channels.public import Order, Refund
from wuyefei.money.ledger.public import Account, control

from .actions import FEES_KIND
from .models import BillRow, ChannelDay, Difference


def files(organisation_id: int) -> Iterator[Yielded]:
    """A day's sums are its rows; each row is an order or refund of ours of the same sum, or stands under a difference; a day's
    money came by one bank line of its net sum."""
    for day in ChannelDay.objects.filter(organisation_id=organisation_id).select_related("settled_line").order_by("pk"):
        rows = list(day.rows.all())
        yield Examined(len(rows))
        sums = (
            sum(row.amount_fen for row in rows if not row.refund), sum(row.amount_fen for row in rows if row.refund),
            sum(row.fee_fen for row in rows),
        )  # fmt: skip
        if sums != (day.paid_fen, day.refund_fen, day.fee_fen) or (day.settled_line and day.settled_line.amount_fen != day.net_fen):
            what = Phrase("账单收款 {paid}，明细 {rows}，或退款、手续费、结算与明细不一致", paid=yuan(day.paid_fen), rows=yuan(sums[0]))
            yield Finding("recon.files", "reconciliation_channelday", day.pk, what)
        yield from _rows(day, rows)


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
    register_check("recon.fees", "渠道手续费总账等于账单明细", fees)
