"""The nightly offset of what households have paid ahead, beside set-based SQL that never leaves the database.

In turn one community is settled by the program and its twin by seven statements that write the same rows — payments, tenders,
what is spent, allocations, the bills, one entry — into the same tables, with every key, check, trigger and index in force. Every
household holds money and owes two bills that are not due yet; the statements know that and compute no late fee.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.ledger.public import Account, Posting, post
from wuyefei.money.payments.public import Payment, offset_community

from ..estate import Firm, found, settle, shares
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted

HELD_FEN, BILL_FEN, BILLS, AHEAD = 60000, 25000, 2, 14
OWED = (
    """INSERT INTO billing_receivable (organisation_id, community_id, property_id, payer_id, item_id, period, service_from, service_to,
         due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate, late_fee_cap,
         allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to)
       SELECT t.organisation_id, t.community_id, t.property_id, t.person_id, i.id, %(due)s, %(due)s, %(due)s, %(due)s, 1, '[]', 'calendar',
         %(bill)s, 0.06, 1415, 0, 0.0005, 0.05, 'law', 'opening', '', now(), %(bill)s, 0, 0, %(due)s
       FROM occupancy_tie t, (SELECT id FROM tariffs_chargeitem WHERE organisation_id = %(organisation)s ORDER BY id LIMIT %(bills)s) i
       WHERE t.community_id = %(place)s ORDER BY t.id, i.id""",
    """INSERT INTO payments_payment (organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date, booked_at,
         booked_by_id, remark)
       SELECT t.organisation_id, t.community_id, t.person_id, t.property_id, 'opening', %(held)s, %(today)s, now(), %(user)s, ''
       FROM occupancy_tie t WHERE t.community_id = %(place)s ORDER BY t.id""",
    """INSERT INTO payments_tender (payment_id, method, amount_fen)
       SELECT id, 'opening', amount_fen FROM payments_payment WHERE community_id = %(place)s""",
    """INSERT INTO payments_prepayment (organisation_id, community_id, payment_id, payer_id, property_id, kind, amount_fen, value_date, booked_at)
       SELECT organisation_id, community_id, id, payer_id, property_id, 'opening', amount_fen, value_date, booked_at
       FROM payments_payment WHERE community_id = %(place)s ORDER BY id""",
)
BARE = (
    "SELECT id FROM billing_receivable WHERE community_id = %(place)s AND outstanding_fen > 0 ORDER BY id FOR UPDATE",
    """CREATE TEMP TABLE settled ON COMMIT DROP AS
       SELECT nextval(pg_get_serial_sequence('payments_payment', 'id')) AS payment, h.payer_id, h.property_id, o.fen, o.ids
       FROM (SELECT payer_id, property_id, sum(amount_fen) AS fen FROM payments_prepayment WHERE community_id = %(place)s GROUP BY 1, 2) h
       JOIN (SELECT payer_id, property_id, sum(outstanding_fen) AS fen, array_agg(id) AS ids FROM billing_receivable
             WHERE community_id = %(place)s AND outstanding_fen > 0 GROUP BY 1, 2) o USING (payer_id, property_id)
       WHERE h.fen >= o.fen""",
    """INSERT INTO payments_payment (id, organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date, booked_at,
         booked_by_id, remark)
       SELECT payment, %(organisation)s, %(place)s, payer_id, property_id, 'offset', fen, %(today)s, %(now)s, %(user)s, '' FROM settled""",
    "INSERT INTO payments_tender (payment_id, method, amount_fen) SELECT payment, 'prepaid', fen FROM settled",
    """INSERT INTO payments_prepayment (organisation_id, community_id, payment_id, payer_id, property_id, kind, amount_fen, value_date, booked_at)
       SELECT %(organisation)s, %(place)s, payment, payer_id, property_id, 'spent', -fen, %(today)s, %(now)s FROM settled""",
    """INSERT INTO payments_allocation (organisation_id, community_id, payment_id, receivable_id, part, amount_fen, value_date, booked_at)
       SELECT %(organisation)s, %(place)s, s.payment, r.id, 'principal', r.outstanding_fen, %(today)s, %(now)s
       FROM settled s, LATERAL unnest(s.ids) b(id) JOIN billing_receivable r ON r.id = b.id""",
    """UPDATE billing_receivable SET outstanding_fen = 0, accrued_to = greatest(due_on, %(today)s)
       WHERE community_id = %(place)s AND outstanding_fen > 0""",
)


@measurement("prepaid_offset", "每日预存抵扣：十万户各有预存和两笔账单，对照不出数据库的整批 SQL", 100_000)
def prepaid_offset(homes: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"建立 2 × {homes} 户，每户一笔预存、两笔账单"):
        pairs = [[settle(firm, f"{half}{n:04d}", share) for half in "甲乙"] for n, share in enumerate(shares(homes))]
        for place in (place for pair in pairs for place in pair):
            _hold(firm, place)
        analyse()
    ours, bare = Watch(), Watch()
    for turn, (mine, twin) in enumerate(pairs):
        for half in (mine, twin) if turn % 2 else (twin, mine):
            if half is mine:
                with ours:
                    offset_community(mine.pk)
            else:
                with bare:
                    _bare(firm, twin)
    settled = [Payment.objects.filter(kind="offset", community_id__in=[pair[half].pk for pair in pairs]).count() for half in (0, 1)]
    assert settled == [homes, homes], settled
    report = run_checks(firm.organisation.pk)
    assert report.holds, report.first
    note(f"{homes} 户：{ours.seconds:.1f} s，极限 {bare.seconds:.1f} s")
    yield Figure("prepaid_offset_times", homes, ours.seconds, bare.seconds, 2)


def _values(firm: Firm, place: Community) -> dict[str, Any]:
    return {
        "organisation": firm.organisation.pk, "place": place.pk, "today": clock.today(), "due": clock.today() + DAY * AHEAD, "now": clock.now(),
        "user": firm.maker.user_id, "held": HELD_FEN, "bill": BILL_FEN, "bills": BILLS,
    }  # fmt: skip


def _hold(firm: Firm, place: Community) -> None:
    """Bills and money paid ahead for every household, with their two entries."""
    values = _values(firm, place)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in OWED:
            cursor.execute(statement, values)
        homes = cursor.rowcount
        for fen, kind, account in ((HELD_FEN, "payment.opening", Account.PREPAID), (-BILL_FEN * BILLS, "billing.opening", Account.RECEIVABLE)):
            postings = [Posting(account, -fen * homes), Posting(Account.OPENING, fen * homes)]
            post(kind, place.pk, postings, actor=firm.maker, community_id=place.pk, memo="期初")


def _bare(firm: Firm, place: Community) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in BARE:
            cursor.execute(statement, _values(firm, place))
            if cursor.description:
                cursor.fetchall()
        fen = BILL_FEN * BILLS * cursor.rowcount // BILLS
        postings = [Posting(Account.PREPAID, fen), Posting(Account.RECEIVABLE, -fen)]
        post("payment.offset_held", place.pk, postings, actor=firm.maker, community_id=place.pk, memo="每日预存抵扣")
