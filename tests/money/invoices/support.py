"""What is paid, asked for and issued in these tests."""

from __future__ import annotations

from tests.world import World, pay
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import open_bills
from wuyefei.money.invoices.public import Invoice, InvoiceRequest, Title, TitleKind, ask_invoice, put, queue
from wuyefei.money.payments.public import Payment, PaymentOrder

PERSON = Title(TitleKind.PERSONAL, "陆小满", email="lu@example.com")
COMPANY = Title(TitleKind.COMPANY, "青石咨询有限公司", tax_number="91350100M000100Y43")


def take(world: World, fen: int, code: str = "1-1-101", key: str = "pay-1", method: str = "transfer") -> Payment:
    """Money for everything a flat owes, the oldest bill first."""
    flat = world.flats[code]
    bills = open_bills(world["cashier"], clock.today(), property_ids=[flat.pk])
    due = sum(bill.total_fen for bill in bills)
    return pay(
        PaymentOrder(flat.pk, bills[0].payer_id, tuple(bill.id for bill in bills), {method: fen}, key, due_fen=due, keep_rest=True),
        actor=world["cashier"],
    )


def ask(world: World, payment: Payment, title: Title = PERSON) -> Invoice:
    return ask_invoice(InvoiceRequest((payment.pk,), title), actor=world["cashier"])


def issue(world: World, invoice: Invoice) -> Invoice:
    queue(invoice.pk, actor=world["finance"])
    return put(invoice.pk)


def issued(world: World, fen: int = 25375, key: str = "pay-1") -> Invoice:
    made = issue(world, ask(world, take(world, fen, key=key)))
    assert made.state == "issued", made.failure
    return made


def books_hold(world: World) -> None:
    report = run_checks(world.organisation.pk)
    assert report.holds, report.first
