"""The whole loop beside the same job as bare set-based SQL: bill, post, nine in ten pay by a bank file, allocate, age.

Two equal sets of communities, in turn. Both sides write the same rows into the same tables with all their keys, checks, indexes
and triggers: receivables, entries, payments, tenders, allocations, receipts. Ours computes them by the rules, reviews and
confirms the run, has a second person publish it, refuses what does not fit and keeps the trail; the bare job does neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import ageing
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import Batch, BatchRow, Source, take_payments_in_bulk

from ..estate import Firm, found, settle, shares
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted, peak_mb
from .publishing import Stages, bill


@measurement("loop", "十万户出账、入账、九成由银行文件缴清、核销、算账龄，对照直接用 SQL 做同样的事", 100_000)
def loop(properties: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"建立 2 × {properties} 户"):
        pairs = [(settle(firm, f"甲{n:04d}", share), settle(firm, f"乙{n:04d}", share)) for n, share in enumerate(shares(properties))]
        analyse()
    stages, paid, aged, bare = Stages.fresh(), Watch(), Watch(), Watch()
    for number, (ours, twin) in enumerate(pairs):
        for turn in (0, 1) if number % 2 else (1, 0):
            if turn:
                bill(firm, ours.pk, firm.month, stages)
                rows = _bank_file(ours)
                with paid:
                    _pay(firm, ours, rows)
                with aged:
                    ageing(firm.checker, clock.today(), ours.pk)
            else:
                with bare:
                    _bare(firm, twin)
    _same(pairs)
    billed = stages.draft.seconds + stages.confirm.seconds + stages.publish.seconds
    note(f"出账 {billed:.1f} s，收款 {paid.seconds:.1f} s，账龄 {aged.seconds:.1f} s；直接用 SQL {bare.seconds:.1f} s；内存 {peak_mb()} MB")
    yield Figure("loop_rate", properties, billed + paid.seconds + aged.seconds, bare.seconds, 0.6)


def _bank_file(place: Community) -> tuple[BatchRow, ...]:
    """Nine payers in ten transfer what they owe."""
    owed = Receivable.objects.filter(community=place).values_list("property_id", "payer_id").annotate(Sum("amount_fen"))
    today = clock.today()
    return tuple(
        BatchRow(f"YH{home:012d}", home, payer, int(fen), "transfer", today)
        for home, payer, fen in owed.order_by("property_id")
        if home % 10
    )


def _pay(firm: Firm, place: Community, rows: tuple[BatchRow, ...]) -> None:
    mark = hashlib.sha256(repr(rows).encode()).hexdigest()
    take_payments_in_bulk(Batch(place.pk, Source.BANK, f"{place.name}.csv", mark, rows), actor=firm.checker)


def _same(pairs: list[tuple[Community, Community]]) -> None:
    """Both sides billed the same; what was paid differs by whose number ends in nought."""
    for ours, twin in pairs:
        sums = [Receivable.objects.filter(community=place).aggregate(s=Sum("amount_fen"))["s"] for place in (ours, twin)]
        assert sums[0] and sums[0] == sums[1], sums


def _bare(firm: Firm, place: Community) -> None:
    values: dict[str, Any] = {
        "organisation": firm.organisation.pk, "community": place.pk, "month": firm.month.first, "last": firm.month.last,
        "due": firm.month.day(28), "user": firm.checker.user_id, "now": clock.now(), "today": clock.today(), "prefix": place.receipt_prefix,
    }  # fmt: skip
    for statements in (BILL, PAY, AGE):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values)


_ENTRY = """
WITH sums AS ({sums}), entry AS (
  INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  SELECT %(organisation)s, %(community)s, %(today)s, %(now)s, {kind}, {source}, '', %(user)s FROM {source_from} RETURNING id
)
INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen)
SELECT entry.id, %(community)s, leg.account, leg.fen FROM entry, sums, LATERAL (VALUES {legs}) leg(account, fen) WHERE leg.fen <> 0
"""
_OPEN_RUN = "(SELECT max(id) FROM billing_run WHERE community_id = %(community)s)"
BILL = (
    """INSERT INTO billing_run (organisation_id, community_id, period, state, selection, line_count, amount_fen, lines_hash, made_by_id,
         made_at) VALUES (%(organisation)s, %(community)s, %(month)s, 'published', '{}', 0, 0, '', %(user)s, %(now)s)""",
    f"""INSERT INTO billing_receivable (organisation_id, community_id, run_id, contract_id, contract_line_id, property_id, payer_id,
         item_id, tariff_id, period, service_from, service_to, due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen,
         deferred_fen, late_fee_rate, late_fee_cap, allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen,
         accrued_exact, accrued_to)
       SELECT l.organisation_id, l.community_id, {_OPEN_RUN}, l.contract_id, l.id, l.property_id, t.person_id, f.item_id, f.id,
         %(month)s, %(month)s, %(last)s, %(due)s, q.quantity,
         jsonb_build_array(jsonb_build_object('since', v.effective_from, 'per_unit', v.per_unit::text, 'fixed', v.fixed::text,
           'version', v.number)),
         c.convention, a.fen, i.tax_rate, round(a.fen * i.tax_rate / (1 + i.tax_rate)), 0, c.late_fee_rate, c.late_fee_cap,
         c.allocation_order, 'run', '', %(now)s, a.fen, 0, 0, %(due)s
       FROM contracts_contractline l JOIN contracts_contract c ON c.id = l.contract_id JOIN properties_property p ON p.id = l.property_id
       JOIN occupancy_tie t ON t.property_id = p.id JOIN tariffs_tariff f ON f.id = l.tariff_id
       JOIN tariffs_chargeitem i ON i.id = f.item_id JOIN tariffs_tariffversion v ON v.tariff_id = f.id,
         LATERAL (SELECT CASE f.method WHEN 'fixed' THEN 1 ELSE p.area_m2 END) q(quantity),
         LATERAL (SELECT round((v.per_unit * q.quantity + v.fixed) * 100)::bigint) a(fen)
       WHERE l.community_id = %(community)s ORDER BY p.sort_key, l.id""",
    _ENTRY.format(
        sums=f"SELECT sum(amount_fen) AS gross, sum(tax_fen) AS tax, sum(amount_fen) FILTER (WHERE tax_rate = 0) AS held"
        f" FROM billing_receivable WHERE run_id = {_OPEN_RUN}",
        kind="'billing.publish'", source="r.id", source_from=f"(SELECT {_OPEN_RUN} AS id) r",
        legs="('1122', gross), ('2241', -held), ('2221', -tax), ('6001', -(gross - held - tax))",
    ),
)  # fmt: skip
PAY = (
    "DROP TABLE IF EXISTS bare_due",
    """CREATE TEMP TABLE bare_due AS
       SELECT d.*, row_number() OVER (ORDER BY d.property_id) AS serial,
         nextval(pg_get_serial_sequence('payments_payment', 'id')) AS payment_id,
         nextval(pg_get_serial_sequence('receipts_receipt', 'id')) AS receipt_id
       FROM (SELECT r.property_id, r.payer_id, p.code, q.name, sum(r.outstanding_fen)::bigint AS fen,
               jsonb_agg(jsonb_build_object('item', i.name, 'period', to_char(r.period, 'YYYY-MM'), 'service_from', r.service_from,
                 'service_to', r.service_to, 'principal_fen', r.amount_fen, 'late_fee_fen', 0, 'amount_fen', r.amount_fen)) AS lines
             FROM billing_receivable r JOIN properties_property p ON p.id = r.property_id JOIN people_person q ON q.id = r.payer_id
             JOIN tariffs_chargeitem i ON i.id = r.item_id
             WHERE r.community_id = %(community)s AND r.property_id %% 10 <> 0 GROUP BY 1, 2, 3, 4) d""",
    """INSERT INTO payments_paymentbatch (organisation_id, community_id, source, document, document_hash, payment_count, amount_fen,
         booked_at, booked_by_id)
       SELECT %(organisation)s, %(community)s, 'bank', 'bare', '', count(*), sum(fen), %(now)s, %(user)s FROM bare_due""",
    """INSERT INTO receipts_receipt (id, organisation_id, community_id, year, serial, number, token, total_fen, snapshot, issued_at,
         void_reason)
       SELECT receipt_id, %(organisation)s, %(community)s, extract(year FROM %(today)s::date), serial,
         %(prefix)s || '-' || serial, md5(receipt_id::text), fen,
         jsonb_build_object('payer', name, 'property_code', code, 'total_fen', fen, 'lines', lines, 'tenders',
           jsonb_build_array(jsonb_build_object('method', 'transfer', 'amount_fen', fen))), %(now)s, ''
       FROM bare_due ORDER BY serial""",
    """INSERT INTO payments_payment (id, organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date, booked_at,
         booked_by_id, client_key, batch_id, receipt_id, remark)
       SELECT payment_id, %(organisation)s, %(community)s, payer_id, property_id, 'batch', fen, %(today)s, %(now)s, %(user)s,
         'bare:' || property_id, (SELECT max(id) FROM payments_paymentbatch WHERE community_id = %(community)s), receipt_id, ''
       FROM bare_due ORDER BY serial""",
    "INSERT INTO payments_tender (payment_id, method, amount_fen) SELECT payment_id, 'transfer', fen FROM bare_due ORDER BY serial",
    """INSERT INTO payments_allocation (organisation_id, community_id, payment_id, receivable_id, part, amount_fen, value_date, booked_at)
       SELECT %(organisation)s, %(community)s, d.payment_id, r.id, 'principal', r.outstanding_fen, %(today)s, %(now)s
       FROM bare_due d JOIN billing_receivable r ON r.property_id = d.property_id ORDER BY d.serial""",
    """UPDATE billing_receivable r SET outstanding_fen = 0, accrued_to = GREATEST(r.due_on, %(today)s)
       FROM bare_due d WHERE r.property_id = d.property_id""",
    _ENTRY.format(
        sums="SELECT sum(fen) AS paid FROM bare_due", kind="'payment.batch'", source="b.id",
        source_from="(SELECT max(id) AS id FROM payments_paymentbatch WHERE community_id = %(community)s) b",
        legs="('1002', paid), ('1122', -paid)",
    ),
)  # fmt: skip
AGE = (
    """SELECT width_bucket(%(today)s::date - due_on, ARRAY[1, 91, 181, 366, 731]), count(*), count(DISTINCT property_id),
         sum(outstanding_fen)
       FROM billing_receivable WHERE community_id = %(community)s AND outstanding_fen > 0 GROUP BY 1""",
)
