"""Many at once, on real transactions: a bill is paid once, a run is published once, numbers have no gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.scenarios.month import first_finding, publish
from tests.scenarios.together import DAY, at_once
from tests.world import World, make_world
from tests.world import pay as take_payment
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, confirm_run, draft_run
from wuyefei.money.payments.public import (
    Batch,
    BatchResult,
    BatchRow,
    Payment,
    PaymentOrder,
    Source,
    ask_void,
    balance_fen,
    take_payments_in_bulk,
)
from wuyefei.money.receipts.public import Receipt

pytestmark = pytest.mark.django_db(transaction=True)

@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
        return world


def test_twenty_clients_pay_one_bill(world: World) -> None:
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat)

    def pay(number: int) -> Callable[[], Payment]:
        order = PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"scan": 25000}, f"client-{number}", due_fen=25000)
        return lambda: take_payment(order, actor=world["cashier"])

    results = at_once(*(pay(number) for number in range(20)))
    assert sum(isinstance(result, Payment) for result in results) == 1
    assert {result.code for result in results if isinstance(result, DomainError)} == {"bills_changed"}
    assert Receivable.objects.get(pk=bill.pk).outstanding_fen == 0
    assert list(Receipt.objects.values_list("serial", flat=True)) == [1]
    assert first_finding(world) == ""


def test_one_client_key_is_one_payment(world: World) -> None:
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat)
    order = PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": 10000}, "same-key")
    results = at_once(*[lambda: take_payment(order, actor=world["cashier"])] * 6)
    taken = {result.pk for result in results if isinstance(result, Payment)}
    assert len(taken) == 1 and Payment.objects.count() == 1
    assert Receivable.objects.get(pk=bill.pk).outstanding_fen == 15000
    assert first_finding(world) == ""


def test_receipts_of_many_households_are_gapless(world: World) -> None:
    def pay(code: str, name: str, number: int) -> Callable[[], Payment]:
        flat, owner = world.flats[code], world.people[name]
        bill = Receivable.objects.get(property=flat)
        return lambda: take_payment(
            PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": 100}, f"k{code}{number}"), actor=world["cashier"]
        )

    acts = [pay(code, name, n) for n in range(4) for code, name in [("1-1-101", "陆小满"), ("1-1-102", "沈秋白"), ("1-1-201", "顾予安")]]
    results = at_once(*acts)
    assert all(isinstance(result, Payment) for result in results)
    assert sorted(Receipt.objects.values_list("serial", flat=True)) == list(range(1, 13))
    assert first_finding(world) == ""


def test_prepayment_is_spent_once(world: World) -> None:
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    with clock.at(DAY):
        take_payment(PaymentOrder(flat.pk, owner.pk, (), {"cash": 20000}, "fill", keep_rest=True), actor=world["cashier"])
    bill = Receivable.objects.get(property=flat)

    def spend(number: int) -> Callable[[], Payment]:
        order = PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"prepaid": 15000}, f"spend-{number}")
        return lambda: take_payment(order, actor=world["cashier"])

    results = at_once(*(spend(number) for number in range(5)))
    assert sum(isinstance(result, Payment) for result in results) == 1
    assert balance_fen(owner.pk, flat.pk) == 5000
    assert first_finding(world) == ""


def test_two_drafts_two_approvals_one_publish(world: World) -> None:
    def draft() -> Any:
        return draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"])

    results = at_once(draft, draft, draft)
    runs = {result.run.pk for result in results}
    assert len(runs) == 1
    request = confirm_run(runs.pop(), actor=world["finance"])
    approve = lambda: decide(request.pk, approved=True, actor=world["lead"])  # noqa: E731
    results = at_once(approve, approve, approve)
    assert [result.code for result in results if isinstance(result, DomainError)] == ["request_not_open"] * 2
    assert Receivable.objects.filter(period="2026-02-01").count() == 4
    assert first_finding(world) == ""


def test_payment_during_a_void(world: World) -> None:
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat)
    with clock.at(DAY):
        payment = take_payment(PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": 10000}, "first"), actor=world["cashier"])
        request = ask_void(payment.pk, actor=world["cashier"], reason="收错")
    order = PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": 15000}, "second")
    results = at_once(
        lambda: take_payment(order, actor=world["cashier"]),
        lambda: decide(request.pk, approved=True, actor=world["lead"]),
    )
    assert not any(isinstance(result, DomainError) for result in results)
    assert Receivable.objects.get(pk=bill.pk).outstanding_fen == 10000
    assert first_finding(world) == ""


def bank_file(world: World, *codes: str) -> Batch:
    owners = {"1-1-101": "陆小满", "1-1-102": "沈秋白", "1-1-201": "顾予安"}
    rows = [BatchRow(f"b-{code}", world.flats[code].pk, world.people[owners[code]].pk, 40000, "transfer", DAY) for code in codes]
    return Batch(world.community.pk, Source.BANK, "建行回单.csv", "0" * 64, tuple(rows))


def test_a_bank_file_and_the_desk_meet_at_one_bill(world: World) -> None:
    """Whoever comes second finds the bill paid: the desk is told so, the file's money becomes prepayment."""
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bills = tuple(Receivable.objects.filter(payer=owner).order_by("pk").values_list("pk", flat=True))

    def pay(number: int) -> Callable[[], Payment]:
        order = PaymentOrder(flat.pk, owner.pk, bills, {"scan": 40000}, f"client-{number}", due_fen=40000)
        return lambda: take_payment(order, actor=world["cashier"])

    file = bank_file(world, "1-1-102", "1-1-101", "1-1-201")
    results = at_once(lambda: take_payments_in_bulk(file, actor=world["finance"]), *(pay(number) for number in range(4)))
    assert isinstance(results[0], BatchResult) and results[0].taken == 3
    at_desk = sum(isinstance(result, Payment) for result in results)
    assert at_desk in (0, 1)
    assert {result.code for result in results if isinstance(result, DomainError)} <= {"bills_changed"}
    assert balance_fen(owner.pk, flat.pk) == 40000 * at_desk
    assert sorted(Receipt.objects.values_list("serial", flat=True)) == list(range(1, 4 + at_desk))
    assert first_finding(world) == ""


def test_one_file_given_by_four_at_once_is_booked_once(world: World) -> None:
    file = bank_file(world, "1-1-101", "1-1-201")
    results = at_once(*[lambda: take_payments_in_bulk(file, actor=world["finance"])] * 4)
    assert sorted((result.taken, result.repeated) for result in results) == [(0, 2), (0, 2), (0, 2), (2, 0)]
    assert Payment.objects.count() == 2
    assert first_finding(world) == ""
