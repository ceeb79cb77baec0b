"""A batch of payments: the same as one by one, once only, all or nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world, pay
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry, OutboxEvent
from wuyefei.money.billing.public import LateFeeHold, Receivable, open_bills, place_hold
from wuyefei.money.ledger.public import Entry, Leg
from wuyefei.money.payments.public import (
    Allocation,
    Batch,
    BatchRefused,
    BatchResult,
    BatchRow,
    Payment,
    PaymentBatch,
    PaymentOrder,
    Prepayment,
    Source,
    Tender,
    ask_void,
    balance_fen,
    take_payments_in_bulk,
    undo_payment,
)
from wuyefei.money.receipts.public import Receipt

pytestmark = pytest.mark.django_db
D = dt.date.fromisoformat
OWNERS = {"1-1-101": "陆小满", "1-1-102": "沈秋白", "1-1-201": "顾予安"}
EXAMPLES = 150 if os.environ.get("WUYEFEI_TEST_LONG") else 12


def two_months() -> World:
    with clock.at(D("2026-01-02")):
        world = make_world()
        publish(world, "2026-01")
    with clock.at(D("2026-02-02")):
        publish(world, "2026-02")
        bill = Receivable.objects.get(property=world.flats["1-1-102"], service_from=D("2026-01-01"))
        place_hold(bill.pk, D("2026-02-10"), D("2026-02-20"), kind="dispute", source_ref="工单 1", actor=world["collector"])
    return world


@pytest.fixture
def world() -> World:
    return two_months()


def row(world: World, code: str, fen: int, day: str, ref: str, **more: Any) -> BatchRow:
    return BatchRow(ref, world.flats[code].pk, world.people[OWNERS[code]].pk, fen, more.pop("method", "transfer"), D(day), **more)


def batch(world: World, *rows: BatchRow, source: Source = Source.BANK, name: str = "建行回单.csv") -> Batch:
    return Batch(world.community.pk, source, name, hashlib.sha256(name.encode()).hexdigest(), rows)


def take(world: World, day: str, *rows: BatchRow, **more: Any) -> BatchResult:
    with clock.at(D(day)):
        return take_payments_in_bulk(batch(world, *rows, **more), actor=world["finance"])


def counts() -> list[int]:
    return [model.objects.count() for model in (PaymentBatch, Payment, Tender, Allocation, Prepayment, Receipt, Entry, AuditEntry, OutboxEvent)]


def test_a_bank_file_by_hand(world: World) -> None:
    """陆小满 pays 400.00 five days late on 250.00 (0.63) and 150.00 (0.38): 1.01 of principal is left open."""
    made = take(
        world, "2026-02-12",
        row(world, "1-1-201", 60000, "2026-02-11", "b2", remark="顾予安 物业费", receivable_ids=()),
        row(world, "1-1-101", 40000, "2026-01-20", "b1"),
    )  # fmt: skip
    assert (made.taken, made.repeated, made.amount_fen, made.prepayment_fen) == (2, 0, 100000, 60000)
    first, second = Payment.objects.order_by("pk")
    assert (first.kind, first.value_date, first.client_key) == ("batch", D("2026-01-20"), "bank:b1")
    assert list(first.allocations.values_list("part", "amount_fen").order_by("id")) == [
        ("late_fee", 63), ("principal", 25000), ("late_fee", 38), ("principal", 14899),
    ]  # fmt: skip
    assert first.receipt is not None and second.receipt is not None
    assert [first.receipt.number, second.receipt.number] == ["GY-2026-000001", "GY-2026-000002"]
    assert first.receipt.snapshot["tenders"] == [{"method": "银行转账", "amount_fen": 40000}]
    assert [line["amount_fen"] for line in first.receipt.snapshot["lines"]] == [25063, 14937]
    assert balance_fen(second.payer_id, second.property_id) == 60000
    entry = Entry.objects.get(kind="payment.batch")
    assert dict(entry.legs.values_list("account", "amount_fen")) == {"1002": 100000, "1122": -39899, "6301": -95, "2221": -6, "2203": -60000}
    assert OutboxEvent.objects.get(kind="payment.batch_taken").data == {"batch": first.batch_id, "payments": 2, "amount_fen": 100000}
    assert AuditEntry.objects.filter(action="payment.batch").count() == 1
    assert first_finding(world) == ""


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    rows = [row(world, "1-1-101", 40000, "2026-01-20", "b1"), row(world, "1-1-102", 10000, "2026-01-21", "b2")]
    take(world, "2026-01-22", *rows)
    before = counts()
    again = take(world, "2026-01-23", *rows)
    assert (again.batch, again.taken, again.repeated) == (None, 0, 2)
    assert counts() == before
    grown = take(world, "2026-01-24", *rows, row(world, "1-1-201", 100, "2026-01-24", "b3"))
    assert (grown.taken, grown.repeated, grown.amount_fen) == (1, 2, 100)
    with pytest.raises(BatchRefused, match="第 2 行：流水号 b2 已经入账，但"):
        take(world, "2026-01-24", rows[0], dataclasses.replace(rows[1], amount_fen=10001))
    assert first_finding(world) == ""


BAD: list[tuple[dict[str, Any], str]] = [
    ({"amount_fen": 0}, "金额应大于 0"),
    ({"amount_fen": -5}, "金额应大于 0"),
    ({"method": "cash"}, "收款方式 cash 不会出自这种来源"),
    ({"value_date": D("2026-02-13")}, "到账日 2026-02-13 晚于今天"),
    ({"external_ref": "b1"}, "流水号 b1 与第 1 行重复"),
    ({"external_ref": " "}, "流水号应有 1 到 48 个字"),
    ({"external_ref": "长" * 49}, "流水号应有 1 到 48 个字"),
    ({"property_id": 10**9}, "房屋不在这个小区"),
    ({"payer_id": 10**9}, "缴费人不在这个小区"),
    ({"receivable_ids": (10**9,)}, "指定的账单不在这个小区"),
]


@pytest.mark.parametrize(("change", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_one_bad_row_refuses_all(world: World, change: dict[str, Any], reason: str) -> None:
    before = counts()
    good, bad = row(world, "1-1-101", 40000, "2026-01-20", "b1"), row(world, "1-1-102", 10000, "2026-01-21", "b2")
    with pytest.raises(BatchRefused) as caught:
        take(world, "2026-02-12", good, dataclasses.replace(bad, **change))
    assert caught.value.text.startswith(f"第 2 行：{reason}") and [fault.number for fault in caught.value.faults] == [2]
    assert counts() == before and first_finding(world) == ""


def test_a_day_of_the_desk_is_not_valued_back(world: World) -> None:
    cash = row(world, "1-1-101", 40000, "2026-01-20", "d1", method="cash", number=7)
    with pytest.raises(BatchRefused, match="第 7 行：收款日报只能记当天的收款"):
        take(world, "2026-01-21", cash, source=Source.DESK)
    take(world, "2026-01-20", cash, source=Source.DESK)
    assert Leg.objects.filter(account="1001").aggregate(s=Sum("amount_fen"))["s"] == 40000
    assert first_finding(world) == ""


def test_needs_a_document_and_the_right(world: World) -> None:
    one = row(world, "1-1-101", 40000, "2026-01-20", "b1")
    with clock.at(D("2026-01-21")):
        for wrong in (batch(world, one, name=" "), dataclasses.replace(batch(world, one), document_hash="abc")):
            with pytest.raises(DomainError, match="来源文件"):
                take_payments_in_bulk(wrong, actor=world["finance"])
        with pytest.raises(Forbidden):
            take_payments_in_bulk(batch(world, one), actor=world["cashier"])
        with pytest.raises(NotFound):
            take_payments_in_bulk(batch(world, one), actor=world["outsider"])
    assert not Payment.objects.exists()


def test_a_late_fee_settled_later_is_not_kept_unowed(world: World) -> None:
    """The desk took 254.00 on 14 February: a late fee of 3.75 and principal. A line of 20 January would have stopped it."""
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat, service_from=D("2026-01-01"))
    with clock.at(D("2026-02-14")):
        pay(PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": 10000}, "desk"), actor=world["cashier"])
    before = counts()
    with pytest.raises(BatchRefused, match="第 1 行：账单在到账日 2026-01-20 之后已收过违约金"):
        take(world, "2026-02-15", row(world, "1-1-101", 10000, "2026-01-20", "b1"))
    assert counts() == before
    take(world, "2026-02-15", row(world, "1-1-101", 10000, "2026-02-14", "b1"))
    assert first_finding(world) == ""


def test_a_payment_of_a_batch_is_voided_alone(world: World) -> None:
    take(world, "2026-02-20", row(world, "1-1-101", 40000, "2026-01-20", "b1"), row(world, "1-1-102", 99999, "2026-02-20", "b2"))
    with clock.at(D("2026-02-21")):
        request = ask_void(Payment.objects.get(client_key="bank:b2").pk, actor=world["finance"], reason="认错户")
        decide(request.pk, approved=True, actor=world["lead"])
    assert Receivable.objects.filter(property=world.flats["1-1-102"], outstanding_fen=22388).count() == 2
    assert first_finding(world) == ""


def test_verify_names_a_batch_whose_entry_is_wrong(world: World) -> None:
    made = take(world, "2026-01-20", row(world, "1-1-101", 40000, "2026-01-20", "b1"))
    assert made.batch is not None
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE payments_paymentbatch SET payment_count = 2")
        cursor.execute("SET session_replication_role = origin")
    assert first_finding(world) == f"payments.batches payments_paymentbatch {made.batch.pk}"


def books(world: World) -> dict[str, list[Any]]:
    """All that must not depend on how the payments came in: no ids of payments, no moments of booking."""
    return {
        "allocations": sorted(Allocation.objects.values_list("receivable_id", "part", "amount_fen", "value_date")),
        "prepaid": sorted(Prepayment.objects.values_list("payer_id", "property_id").annotate(Sum("amount_fen"))),
        "receivables": list(
            Receivable.objects.order_by("pk").values_list("pk", "outstanding_fen", "late_fee_settled_fen", "accrued_exact", "accrued_to")
        ),
        "books": sorted(Leg.objects.values_list("account").annotate(Sum("amount_fen"))),
        "receipts": [
            (kept["payer"], kept["value_date"], kept["lines"], kept["tenders"], kept["total_fen"], kept["prepayment_fen"])
            for kept in Receipt.objects.order_by("serial").values_list("snapshot", flat=True)
        ],
    }


PAYMENTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(OWNERS)),
        st.integers(0, 45),
        st.integers(1, 60000),
        st.sampled_from(["scan", "card"]),
        st.sampled_from(["all", "newest first", "one", "none"]),
    ),
    min_size=1, max_size=7,
)  # fmt: skip


def _chosen(world: World, code: str, how: str) -> tuple[int, ...] | None:
    ids = list(Receivable.objects.filter(payer=world.people[OWNERS[code]]).order_by("-due_on", "-pk").values_list("pk", flat=True))
    return {"all": None, "newest first": tuple(ids), "one": tuple(ids[:1]), "none": ()}[how]


@pytest.mark.parametrize("order", ["law", "principal"])
def test_in_bulk_is_as_one_by_one(order: str) -> None:
    with clock.at(D("2026-01-02")):
        world = make_world()
        type(world.contract).objects.filter(pk=world.contract.pk).update(allocation_order=order)
        publish(world, "2026-01")
    with clock.at(D("2026-02-02")):
        publish(world, "2026-02")
        bill = Receivable.objects.get(property=world.flats["1-1-102"], service_from=D("2026-01-01"))
        LateFeeHold.objects.create(
            organisation=world.organisation, community=world.community, receivable=bill, starts_on=D("2026-02-10"),
            ends_on=D("2026-02-20"), kind="dispute", source_ref="工单 1",
        )  # fmt: skip

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(PAYMENTS)
    def same(wanted: list[tuple[str, int, int, str, str]]) -> None:
        wanted = sorted(wanted, key=lambda one: one[1])
        rows = [
            BatchRow(f"r{number}", world.flats[code].pk, world.people[OWNERS[code]].pk, fen, method,
                     D("2026-02-03") + DAY * day, _chosen(world, code, how), how == "newest first")
            for number, (code, day, fen, method, how) in enumerate(wanted)
        ]  # fmt: skip
        with transaction.atomic():
            for one in rows:
                with clock.at(one.value_date):
                    ids = one.receivable_ids
                    if ids is None:
                        ids = tuple(bill.id for bill in open_bills(world["cashier"], clock.today(), payer_ids=[one.payer_id]))
                    order_ = PaymentOrder(one.property_id, one.payer_id, ids, {one.method: one.amount_fen}, one.external_ref,
                                          keep_rest=True, in_given_order=one.in_given_order)  # fmt: skip
                    pay(order_, actor=world["cashier"])
            single = books(world)
            assert first_finding(world) == ""
            transaction.set_rollback(True)
        with transaction.atomic():
            take(world, "2026-04-01", *rows, source=Source.CHANNEL)
            together = books(world)
            assert first_finding(world) == ""
            transaction.set_rollback(True)
        assert together == single

    same()


def test_late_fees_from_before_their_tax_was_split(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was: the whole late fee was income. The split is one entry of the day of the upgrade; what is undone later takes its tax back."""
    monkeypatch.setattr("wuyefei.money.payments.rules.tax_included", lambda _fen, _rate: 0)
    made = take(world, "2026-02-12", row(world, "1-1-101", 40000, "2026-01-20", "b1"))
    monkeypatch.undo()
    move = import_module("wuyefei.money.payments.migrations.0010_late_fee_tax")
    assert made.batch is not None and first_finding(world).startswith("payments.late_fee payments_allocation")

    def sums(account: str) -> int:
        return sum(Leg.objects.filter(account=account, entry__kind__startswith="payment.").values_list("amount_fen", flat=True))

    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for statement in (move.TAXED, move.SYSTEM, move.BOOKED):
                cursor.execute(statement)
        assert (sums("6301"), sums("2221"), Entry.objects.filter(kind="payment.late_fee_tax").count()) == (-95, -6, 1)
    assert first_finding(world) == ""
    undo_payment(Payment.objects.get().pk, "收错", actor=world["lead"])
    assert (sums("6301"), sums("2221")) == (0, 0) and first_finding(world) == ""
