"""Somebody changes a row behind the application's back, as a superuser with the triggers set aside: ``verify`` must
fail and name the row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world, pay
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, Run, RunLine, confirm_run, draft_run
from wuyefei.money.ledger.public import Leg
from wuyefei.money.payments.public import Allocation, Payment, PaymentOrder
from wuyefei.money.receipts.public import Receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    with clock.at(dt.date(2026, 2, 14)):
        flat, owner = world.flats["1-1-101"], world.people["陆小满"]
        bill = Receivable.objects.get(property=flat)
        pay(PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": 20000}, "k1"), actor=world["cashier"])
        flat, owner = world.flats["1-1-102"], world.people["沈秋白"]
        bill = Receivable.objects.get(property=flat)
        order = PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"scan": 30000}, "k2", keep_rest=True)
        pay(order, actor=world["cashier"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as a commit does
    return world


def tamper(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_untouched(world: World) -> None:
    assert first_finding(world) == ""


@pytest.mark.parametrize("change", ["amount_fen = amount_fen + 1", "amount_fen = amount_fen - 100", "tax_fen = tax_fen + 1"])
def test_amount(world: World, change: str) -> None:
    row = Receivable.objects.latest("pk")
    tamper(f"UPDATE billing_receivable SET {change} WHERE id = %s", row.pk)
    assert first_finding(world) == f"billing.amount billing_receivable {row.pk}"


@pytest.mark.parametrize(
    "change",
    ["outstanding_fen = outstanding_fen + 1", "late_fee_settled_fen = 1", "accrued_exact = 7", "accrued_to = '2026-03-01'"],
)
def test_outstanding(world: World, change: str) -> None:
    row = Receivable.objects.latest("pk")
    tamper(f"UPDATE billing_receivable SET {change} WHERE id = %s", row.pk)
    assert first_finding(world) == f"billing.outstanding billing_receivable {row.pk}"


def test_due_date_of_a_run_row(world: World) -> None:
    row = Receivable.objects.latest("pk")
    tamper("UPDATE billing_receivable SET payer_id = %s WHERE id = %s", world.people["顾予安"].pk, Receivable.objects.earliest("pk").pk)
    assert first_finding(world) == f"billing.runs billing_run {row.run_id}"


def test_row_removed_from_a_run(world: World) -> None:
    row = Receivable.objects.get(property=world.flats["1-1-201"])
    tamper("DELETE FROM billing_receivable WHERE id = %s", row.pk)
    assert first_finding(world) == f"billing.runs billing_run {row.run_id}"


def test_draft_line_changed_after_it_was_confirmed(world: World) -> None:
    with clock.at(dt.date(2026, 2, 15)):
        run = draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"]).run
        assert isinstance(run, Run)
        confirm_run(run.pk, actor=world["finance"])
    assert first_finding(world) == ""
    tamper("UPDATE billing_runline SET amount_fen = amount_fen - 1 WHERE id = %s", RunLine.objects.latest("pk").pk)
    assert first_finding(world) == f"billing.runs billing_run {run.pk}"


def test_allocation(world: World) -> None:
    row = Allocation.objects.filter(part="principal").earliest("pk")
    tamper("UPDATE payments_allocation SET amount_fen = amount_fen + 5 WHERE id = %s", row.pk)
    assert first_finding(world) == f"billing.outstanding billing_receivable {row.receivable_id}"


def test_allocation_moved_between_principal_and_late_fee(world: World) -> None:
    row = Allocation.objects.filter(part="late_fee").earliest("pk")
    tamper("DELETE FROM payments_allocation WHERE id = %s", row.pk)
    assert first_finding(world) == f"billing.outstanding billing_receivable {row.receivable_id}"


def test_payment_amount(world: World) -> None:
    row = Payment.objects.latest("pk")
    tamper("UPDATE payments_payment SET amount_fen = amount_fen - 1000 WHERE id = %s", row.pk)
    assert first_finding(world) == f"payments.sums payments_payment {row.pk}"


def test_tender_of_another_kind(world: World) -> None:
    tamper("UPDATE payments_tender SET method = 'cash' WHERE method = %s", "scan")
    assert first_finding(world) == f"payments.tenders access_community {world.community.pk}"


def test_prepayment(world: World) -> None:
    tamper("UPDATE payments_prepayment SET amount_fen = amount_fen * 2 WHERE kind = %s", "paid")
    assert first_finding(world) == f"payments.sums payments_payment {Payment.objects.latest('pk').pk}"


def test_receipt_number(world: World) -> None:
    row = Receipt.objects.latest("pk")
    tamper("UPDATE receipts_receipt SET number = 'GY-2026-000007' WHERE id = %s", row.pk)
    assert first_finding(world) == f"receipts.gapless receipts_receipt {row.pk}"


def test_receipt_serial(world: World) -> None:
    row = Receipt.objects.latest("pk")
    tamper("UPDATE receipts_receipt SET serial = 7, number = 'GY-2026-000007' WHERE id = %s", row.pk)
    assert first_finding(world) == f"receipts.gapless receipts_receipt {row.pk}"


def test_receipt_total(world: World) -> None:
    row = Receipt.objects.latest("pk")
    tamper("UPDATE receipts_receipt SET total_fen = total_fen + 1 WHERE id = %s", row.pk)
    assert first_finding(world) == f"receipts.snapshot receipts_receipt {row.pk}"


def test_last_receipt_removed(world: World) -> None:
    row = Receipt.objects.latest("pk")
    tamper("UPDATE payments_payment SET receipt_id = NULL WHERE receipt_id = %s", row.pk)
    tamper("DELETE FROM receipts_receipt WHERE id = %s", row.pk)
    assert first_finding(world).startswith("receipts.gapless platform_counter ")


def test_ledger_leg(world: World) -> None:
    leg = Leg.objects.latest("pk")
    tamper("UPDATE ledger_leg SET amount_fen = amount_fen + 1 WHERE id = %s", leg.pk)
    assert first_finding(world) == f"ledger.balanced ledger_entry {leg.entry_id}"


def test_two_legs_changed_so_that_the_entry_still_balances(world: World) -> None:
    debit, credit = Leg.objects.filter(account="1122").earliest("pk"), Leg.objects.filter(account="6001").earliest("pk")
    assert debit.entry_id == credit.entry_id
    tamper("UPDATE ledger_leg SET amount_fen = amount_fen + 100 WHERE id = %s", debit.pk)
    tamper("UPDATE ledger_leg SET amount_fen = amount_fen - 100 WHERE id = %s", credit.pk)
    assert first_finding(world) == f"billing.control access_community {world.community.pk}"


@pytest.mark.parametrize(
    "table", ["ledger_entry", "ledger_leg", "payments_allocation", "payments_tender", "payments_prepayment",
              "billing_receivable", "receipts_receipt", "payments_payment", "platform_auditentry", "tariffs_tariffversion"],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET id = id + 1000000"])
def test_the_database_itself_refuses(world: World, table: str, verb: str) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))
