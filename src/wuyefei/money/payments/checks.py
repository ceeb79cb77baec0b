"""What ``verify`` proves of payments, allocations and prepayments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from wuyefei.foundation.kernel.errors import Phrase, joined
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.ledger.public import Account, Leg, control

from .actions.bulk import POSTING_KIND, batch_postings_of
from .actions.giving_back import RELEASE_KIND
from .actions.take import TENDER_ACCOUNTS
from .models import Allocation, Payment, PaymentBatch, Prepayment, Tender
from .rules import Part, Settled

BOOKING_KINDS = [
    "payment.take", POSTING_KIND, "payment.void", "payment.opening", "payment.offset", "payment.offset_sheet", "payment.offset_held",
    "payment.fund",
]

TAXING_KINDS = [*BOOKING_KINDS, RELEASE_KIND, "payment.carry", "payment.late_fee_tax"]
"""The kinds that move the tax in late fees: what settles them, what undoes that, and the split of what was settled before."""

_WRONG_TAX = """
SELECT a.id, a.tax_fen, round(a.amount_fen * r.tax_rate / (1 + r.tax_rate)) FROM payments_allocation a
JOIN billing_receivable r ON r.id = a.receivable_id JOIN tariffs_chargeitem i ON i.id = r.item_id
WHERE a.organisation_id = %s AND a.part = 'late_fee' AND a.reverses_id IS NULL AND i.nature = 'income'
  AND a.tax_fen <> round(a.amount_fen * r.tax_rate / (1 + r.tax_rate))
  AND NOT (a.tax_fen = 0 AND EXISTS (SELECT 1 FROM payments_allocation b WHERE b.reverses_id = a.id AND b.tax_fen = 0))
ORDER BY a.id
"""
"""What was undone before there was a split has none."""

_SUMS = """
SELECT * FROM (
SELECT p.id, p.amount_fen, COALESCE(t.s, 0) AS tenders, COALESCE(a.s, 0) + COALESCE(m.s, 0) AS used, p.voided_at IS NOT NULL AS voided,
       COALESCE(a.net, 0) AS net, COALESCE(m.net, 0) AS held
FROM payments_payment p
LEFT JOIN (SELECT payment_id, sum(amount_fen) s FROM payments_tender GROUP BY 1) t ON t.payment_id = p.id
LEFT JOIN (SELECT payment_id, sum(amount_fen) FILTER (WHERE amount_fen > 0) s, sum(amount_fen) net
           FROM payments_allocation GROUP BY 1) a ON a.payment_id = p.id
LEFT JOIN (SELECT payment_id, sum(amount_fen) FILTER (WHERE kind IN ('paid', 'opening')) s, sum(amount_fen) net
           FROM payments_prepayment GROUP BY 1) m ON m.payment_id = p.id
WHERE p.organisation_id = %s) s
WHERE s.tenders <> s.amount_fen OR s.used <> s.amount_fen OR (s.voided AND (s.net <> 0 OR s.held <> 0)) ORDER BY s.id
"""
"""Those that do not add up: the others stay in the database, however many there are."""


def sums(organisation_id: int) -> Iterator[Yielded]:
    """A payment is the sum of its tenders, and of what it settled and held; a voided one settled nothing in the end."""
    yield Examined(Payment.objects.filter(organisation_id=organisation_id).count())
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [organisation_id])
        rows = cursor.fetchall()
    for payment_id, amount, tenders, used, voided, net, held in rows:
        what = []
        if tenders != amount:
            what.append(Phrase("收款 {amount}，收款方式合计 {tenders}", amount=yuan(amount), tenders=yuan(int(tenders))))
        if used != amount:
            what.append(Phrase("收款 {amount}，核销与预存合计 {used}", amount=yuan(amount), used=yuan(int(used))))
        if voided and (net or held):
            what.append(Phrase("已作废，但核销净额 {net}，预存净额 {held}", net=yuan(int(net)), held=yuan(int(held))))
        if what:
            yield Finding("payments.sums", "payments_payment", payment_id, joined(what))


def reversals(organisation_id: int) -> Iterator[Yielded]:
    """Every negative allocation undoes its original exactly, and the receivable and payment lie in one community."""
    rows = Allocation.objects.filter(organisation_id=organisation_id).select_related("reverses", "receivable", "payment")
    yield Examined(rows.count())
    for row in rows.filter(reverses__isnull=False).order_by("pk").iterator(chunk_size=2000):
        first = row.reverses
        assert first is not None
        same = (first.payment_id, first.receivable_id, first.part, -first.amount_fen, -first.tax_fen, first.value_date)
        if same != (row.payment_id, row.receivable_id, row.part, row.amount_fen, row.tax_fen, row.value_date):
            yield Finding("payments.reversals", "payments_allocation", row.pk, Phrase("与被冲销的核销 {pk} 不一致", pk=first.pk))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.id FROM payments_allocation a JOIN billing_receivable r ON r.id = a.receivable_id
               JOIN payments_payment p ON p.id = a.payment_id
               WHERE a.organisation_id = %s AND (r.community_id <> a.community_id OR p.community_id <> a.community_id)
               ORDER BY a.id""",
            [organisation_id],
        )
        for (row_id,) in cursor.fetchall():
            yield Finding("payments.reversals", "payments_allocation", row_id, "收款与应收不在同一个项目")


def prepaid_control(organisation_id: int) -> Iterator[Yielded]:
    """Account 2203 equals the prepayments held, none of which is negative."""
    rows = Prepayment.objects.filter(organisation_id=organisation_id)
    held = {community_id: -fen for community_id, fen in rows.values_list("community_id").annotate(Sum("amount_fen"))}
    yield from control("payments.prepaid", organisation_id, Account.PREPAID, held, name="预收账款")
    balances = rows.values_list("payer_id", "property_id").annotate(held=Sum("amount_fen")).order_by("payer_id", "property_id")
    for payer_id, property_id, fen in balances.iterator(chunk_size=5000):
        yield Examined(1)
        if fen < 0:
            yield Finding("payments.prepaid", "payments_prepayment", payer_id, Phrase("房屋 {property_id} 的预存为负 {fen}", property_id=property_id, fen=yuan(fen)))


def tender_control(organisation_id: int) -> Iterator[Yielded]:
    """Cash, bank and channel accounts received what the tenders say."""
    sums: dict[Account, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = Tender.objects.filter(payment__organisation_id=organisation_id, payment__voided_at__isnull=True)
    for method, community_id, fen in rows.values_list("method", "payment__community_id").annotate(Sum("amount_fen")):
        sums[TENDER_ACCOUNTS[method]][community_id] += fen
    held = ((Account.CASH, "现金"), (Account.CHANNEL, "扫码与刷卡"), (Account.BANK, "银行"), (Account.DEBITS, "代扣"), (Account.FUND, "关爱基金"), (Account.SUBSIDY, "补贴"))
    for account, name in held:
        yield from control("payments.tenders", organisation_id, account, sums[account], name=name, kinds=BOOKING_KINDS)


def late_fee_control(organisation_id: int) -> Iterator[Yielded]:
    """Late-fee income and the tax split off it are the late fee settled; of each late fee the tax is that of its rate."""
    rows = Allocation.objects.filter(organisation_id=organisation_id, part=Allocation.Part.LATE_FEE)
    sums = {place: (fen, tax) for place, fen, tax in rows.values_list("community_id").annotate(Sum("amount_fen"), Sum("tax_fen"))}
    net = {place: tax - fen for place, (fen, tax) in sums.items()}
    yield from control("payments.late_fee", organisation_id, Account.LATE_FEE, net, name="违约金收入")
    taxes = {place: -tax for place, (_fen, tax) in sums.items()}
    yield from control("payments.late_fee", organisation_id, Account.TAX, taxes, name="违约金的销项税", kinds=TAXING_KINDS)
    with connection.cursor() as cursor:
        cursor.execute(_WRONG_TAX, [organisation_id])
        for row_id, tax, should in cursor.fetchall():
            yield Finding("payments.late_fee", "payments_allocation", row_id, Phrase("违约金的税额 {tax}，按税率应为 {should}", tax=yuan(tax), should=yuan(int(should))))


def receipts(organisation_id: int) -> Iterator[Yielded]:
    """Every payment taken has its receipt, of its amount, void exactly when the payment is."""
    rows = Payment.objects.filter(organisation_id=organisation_id, kind__in=Payment.TAKEN).select_related("receipt")
    yield Examined(rows.count())
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        receipt = row.receipt
        if receipt is None:
            yield Finding("payments.receipts", "payments_payment", row.pk, "没有收据")
        elif receipt.total_fen != row.amount_fen or bool(receipt.voided_at) != bool(row.voided_at):
            what = Phrase("收据 {number} 为 {total_fen}，收款为 {amount_fen}，或作废状态不一致", number=receipt.number, total_fen=yuan(receipt.total_fen), amount_fen=yuan(row.amount_fen))
            yield Finding("payments.receipts", "payments_payment", row.pk, what)


_BATCH_PARTS = """
SELECT p.batch_id, 'tender', t.method, sum(t.amount_fen) FROM payments_payment p JOIN payments_tender t ON t.payment_id = p.id
WHERE p.organisation_id = %(o)s AND p.batch_id IS NOT NULL GROUP BY 1, 3
UNION ALL
SELECT p.batch_id, 'part', a.part, sum(a.amount_fen) FROM payments_payment p JOIN payments_allocation a ON a.payment_id = p.id
WHERE p.organisation_id = %(o)s AND p.batch_id IS NOT NULL AND a.reverses_id IS NULL GROUP BY 1, 3
UNION ALL
SELECT p.batch_id, 'tax', a.part, sum(a.tax_fen) FROM payments_payment p JOIN payments_allocation a ON a.payment_id = p.id
WHERE p.organisation_id = %(o)s AND p.batch_id IS NOT NULL AND a.reverses_id IS NULL AND a.taxed_at IS NULL GROUP BY 1, 3
UNION ALL
SELECT p.batch_id, 'left', '', sum(m.amount_fen) FROM payments_payment p JOIN payments_prepayment m ON m.payment_id = p.id
WHERE p.organisation_id = %(o)s AND p.batch_id IS NOT NULL AND m.kind = 'paid' GROUP BY 1
UNION ALL
SELECT p.batch_id, 'count', '', count(*) FROM payments_payment p
WHERE p.organisation_id = %(o)s AND p.batch_id IS NOT NULL GROUP BY 1
"""


def batches(organisation_id: int) -> Iterator[Yielded]:
    """Each batch is its payments: their number and sum, and its one entry moves what they were and settled."""
    found: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    with connection.cursor() as cursor:
        cursor.execute(_BATCH_PARTS, {"o": organisation_id})
        for batch_id, kind, name, total in cursor.fetchall():
            found[batch_id][kind][name] = int(total)
    booked: dict[int, dict[str, int]] = defaultdict(dict)
    legs = Leg.objects.filter(entry__organisation_id=organisation_id, entry__kind=POSTING_KIND)
    for source_id, account, fen in legs.values_list("entry__source_id", "account").annotate(Sum("amount_fen")):
        booked[source_id][account] = fen
    for batch in PaymentBatch.objects.filter(organisation_id=organisation_id).order_by("pk").iterator(chunk_size=2000):
        yield Examined(1)
        parts = found[batch.pk]
        settled = [Settled(0, Part(name), fen, parts["tax"].get(name, 0)) for name, fen in parts["part"].items()]
        should = batch_postings_of(parts["tender"], settled, parts["left"].get("", 0))
        has = (batch.payment_count, batch.amount_fen)
        counted = (parts["count"].get("", 0), sum(parts["tender"].values()))
        if has != counted:
            what = Phrase("{count} 笔 {amount}，收款合计 {found} 笔 {total}", count=has[0], amount=yuan(has[1]), found=counted[0], total=yuan(counted[1]))
            yield Finding("payments.batches", "payments_paymentbatch", batch.pk, what)
        if booked.pop(batch.pk, {}) != should:
            yield Finding("payments.batches", "payments_paymentbatch", batch.pk, "汇总凭证与各笔收款不一致")
    for batch_id in sorted(booked):
        yield Finding("payments.batches", "payments_paymentbatch", batch_id, "有汇总凭证，但没有这一批收款")


def register() -> None:
    register_check("payments.sums", "收款等于收款方式之和，也等于核销与预存之和", sums)
    register_check("payments.reversals", "每笔反核销与原核销一致", reversals)
    register_check("payments.prepaid", "预收账款总账等于各户预存", prepaid_control)
    register_check("payments.tenders", "现金、银行、渠道总账等于收款方式", tender_control)
    register_check("payments.late_fee", "违约金收入与销项税等于已核销违约金", late_fee_control)
    register_check("payments.batches", "每批入账等于各笔收款之和，汇总凭证也是", batches)
    register_check("payments.receipts", "每笔收款与收据一致", receipts)
