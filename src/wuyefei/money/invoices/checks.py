"""What ``verify`` proves of invoices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check

_DOCUMENTS = """
SELECT i.id, i.amount_fen, i.tax_fen, COALESCE(sum(l.amount_fen), 0), COALESCE(sum(l.tax_fen), 0)
FROM invoices_invoice i LEFT JOIN invoices_invoiceline l ON l.invoice_id = i.id
WHERE i.organisation_id = %s GROUP BY 1 ORDER BY 1
"""
_LINES = """
SELECT l.id, l.live, l.reddens_id IS NOT NULL, l.amount_fen, l.tax_fen, a.amount_fen, a.reverses_id IS NOT NULL, back.id IS NOT NULL,
       p.payer_id = i.payer_id, i.state, b.amount_fen, b.tax_fen, b.invoice_id IS NOT DISTINCT FROM i.original_id,
       EXISTS (SELECT 1 FROM invoices_invoiceline r JOIN invoices_invoice ri ON ri.id = r.invoice_id
               WHERE r.reddens_id = l.id AND ri.state = 'issued')
FROM invoices_invoiceline l JOIN invoices_invoice i ON i.id = l.invoice_id
JOIN payments_allocation a ON a.id = l.allocation_id JOIN payments_payment p ON p.id = a.payment_id
LEFT JOIN payments_allocation back ON back.reverses_id = a.id LEFT JOIN invoices_invoiceline b ON b.id = l.reddens_id
WHERE i.organisation_id = %s ORDER BY l.id
"""
_TAX = """
SELECT r.id, r.tax_fen, sum(l.tax_fen) FROM invoices_invoiceline l JOIN payments_allocation a ON a.id = l.allocation_id
JOIN billing_receivable r ON r.id = a.receivable_id
WHERE r.organisation_id = %s AND l.live AND l.reddens_id IS NULL AND l.part = 'principal'
  AND NOT EXISTS (SELECT 1 FROM billing_adjustment j WHERE j.receivable_id = r.id)
GROUP BY 1, 2, r.amount_fen HAVING sum(l.amount_fen) = r.amount_fen ORDER BY 1
"""


def documents(organisation_id: int) -> Iterator[Yielded]:
    """Each document is the sum of its lines, and its tax the sum of theirs."""
    for row_id, fen, tax, line_fen, line_tax in _rows(_DOCUMENTS, organisation_id):
        yield Examined(1)
        if (fen, tax) != (int(line_fen), int(line_tax)):
            what = Phrase("发票 {fen}（税 {tax}），各行合计 {lines}（税 {taxes}）", fen=yuan(fen), tax=yuan(tax), lines=yuan(int(line_fen)), taxes=yuan(int(line_tax)))
            yield Finding("invoices.documents", "invoices_invoice", row_id, what)


def lines(organisation_id: int) -> Iterator[Yielded]:
    """A blue line is one allocation of its payer, in force while the line is live; a red line is the exact negative of its
    blue one; a line is live just as long as its document says."""
    for row in _rows(_LINES, organisation_id):
        yield Examined(1)
        line_id, live, red, fen, tax, allocated, negative, reversed_, same_payer, state, blue_fen, blue_tax, of_original, reddened = row
        wrong: str | Phrase = ""
        if red:
            if (fen, tax) != (-blue_fen, -blue_tax) or not of_original:
                wrong = "红字行与原发票行不符"
        elif fen != allocated or negative or not same_payer:
            wrong = Phrase("发票行 {fen} 与核销 {allocated} 不符，或不是同一缴费人", fen=yuan(fen), allocated=yuan(allocated))
        elif live and reversed_:
            wrong = "核销已撤销，发票没有红冲"
        should = state != "cancelled" and not (reddened and not red)
        if not wrong and live != should:
            wrong = "发票行的占用与单据状态不符"
        if wrong:
            yield Finding("invoices.lines", "invoices_invoiceline", line_id, wrong)


def taxes(organisation_id: int) -> Iterator[Yielded]:
    """Of a bill that is invoiced whole, the lines hold exactly the tax it was booked with."""
    for receivable_id, booked, invoiced in _rows(_TAX, organisation_id):
        yield Examined(1)
        if booked != int(invoiced):
            what = Phrase("账单税额 {booked}，发票税额 {invoiced}", booked=yuan(booked), invoiced=yuan(int(invoiced)))
            yield Finding("invoices.taxes", "billing_receivable", receivable_id, what)


_LATE_FEE = """
SELECT l.id, l.tax_fen, a.tax_fen FROM invoices_invoiceline l JOIN payments_allocation a ON a.id = l.allocation_id
JOIN invoices_invoice i ON i.id = l.invoice_id WHERE i.organisation_id = %s AND l.part = 'late_fee' AND l.live AND l.reddens_id IS NULL ORDER BY l.id
"""


def late_fees(organisation_id: int) -> Iterator[Yielded]:
    """A late fee stands on an invoice with the tax that was split off it in the ledger, so that a red letter takes just that back."""
    for line_id, invoiced, booked in _rows(_LATE_FEE, organisation_id):
        yield Examined(1)
        if invoiced != booked:
            what = Phrase("违约金入账的税额 {booked}，发票税额 {invoiced}", booked=yuan(booked), invoiced=yuan(invoiced))
            yield Finding("invoices.late_fees", "invoices_invoiceline", line_id, what)


def _rows(statement: str, organisation_id: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [organisation_id])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def register() -> None:
    register_check("invoices.documents", "每张发票等于各行之和", documents)
    register_check("invoices.lines", "发票行与核销一致，红字与原行一致，退款作废前已红冲", lines)
    register_check("invoices.late_fees", "违约金开票的税额等于入账的税额", late_fees)
    register_check("invoices.taxes", "整笔开票的账单，发票税额等于账单税额", taxes)
