"""A digest of all books: equal for two companies whose lives were the same, whatever ids and moments they got."""

from __future__ import annotations

import hashlib

from django.db import connection

_HOME = "JOIN properties_property p ON p.id = x.property_id JOIN access_community c ON c.id = x.community_id"
PARTS: dict[str, str] = {
    "properties": "SELECT c.name, x.code, x.kind, x.area_m2, x.layout, x.vacant, a.code FROM properties_property x "
    "JOIN access_community c ON c.id = x.community_id LEFT JOIN properties_property a ON a.id = x.attached_to_id",
    "ties": f"SELECT c.name, p.code, q.name, x.role, x.starts_on, x.ends_on FROM occupancy_tie x {_HOME} "
    "JOIN people_person q ON q.id = x.person_id",
    "receivables": f"SELECT c.name, p.code, q.name, i.code, x.service_from, x.service_to, x.due_on, x.amount_fen, x.tax_fen, "
    f"x.outstanding_fen, x.late_fee_settled_fen, x.accrued_exact, x.accrued_to, x.reversed_at IS NULL FROM billing_receivable x {_HOME} "
    "JOIN people_person q ON q.id = x.payer_id JOIN tariffs_chargeitem i ON i.id = x.item_id",
    "payments": f"SELECT c.name, p.code, q.name, x.kind, x.amount_fen, x.value_date, regexp_replace(x.client_key, '^order:.*', 'order'), x.voided_at IS NULL, r.number "
    f"FROM payments_payment x {_HOME} JOIN people_person q ON q.id = x.payer_id LEFT JOIN receipts_receipt r ON r.id = x.receipt_id",
    "tenders": "SELECT regexp_replace(y.client_key, '^order:.*', 'order'), y.amount_fen, x.method, x.amount_fen FROM payments_tender x JOIN payments_payment y ON y.id = x.payment_id",
    "allocations": "SELECT c.name, p.code, i.code, b.service_from, x.part, x.amount_fen, x.value_date FROM payments_allocation x "
    "JOIN billing_receivable b ON b.id = x.receivable_id JOIN properties_property p ON p.id = b.property_id "
    "JOIN access_community c ON c.id = x.community_id JOIN tariffs_chargeitem i ON i.id = b.item_id",
    "prepayments": f"SELECT c.name, p.code, q.name, x.kind, x.amount_fen, x.value_date FROM payments_prepayment x {_HOME} "
    "JOIN people_person q ON q.id = x.payer_id",
    "receipts": "SELECT x.number, x.total_fen, x.voided_at IS NULL, regexp_replace(x.snapshot::text, 'WY[0-9]{8}[0-9A-F]{16}', 'WY', 'g') FROM receipts_receipt x",
    "journal": "SELECT c.name, e.entry_date, e.kind, x.account, x.amount_fen FROM ledger_leg x JOIN ledger_entry e ON e.id = x.entry_id "
    "JOIN access_community c ON c.id = e.community_id",
    "runs": "SELECT c.name, x.period, x.state, x.line_count, x.amount_fen FROM billing_run x JOIN access_community c ON c.id = x.community_id",
    "shifts": "SELECT c.name, u.username, x.state, x.expected_fen, x.counted_fen, x.note FROM cashdesk_shift x "
    "JOIN access_community c ON c.id = x.community_id JOIN access_user u ON u.id = x.cashier_id",
    "requests": "SELECT c.name, x.kind, x.state, x.amount_fen, x.reason FROM approvals_request x JOIN access_community c ON c.id = x.community_id",
}
"""What each part of the books says, in the words of its keys: no ids, no moments, no numbers of payment orders, which are drawn by chance."""


def books() -> dict[str, str]:
    """The digest of each part."""
    found = {}
    for name, rows in PARTS.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json(x)::text FROM ({rows}) x")
            lines = sorted(line for (line,) in cursor.fetchall())
        found[name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found
