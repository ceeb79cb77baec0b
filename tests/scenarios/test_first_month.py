"""A community's first two months through the public actions, with exact figures."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.world import World, make_world, pay
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Receivable, confirm_run, draft_run, open_bills
from wuyefei.money.ledger.public import Leg
from wuyefei.money.payments.public import PaymentOrder, ask_void, balance_fen

pytestmark = pytest.mark.django_db


def publish(world: World, month: str) -> int:
    result = draft_run(world.community.pk, Month.parse(month), actor=world["finance"])
    assert result.run is not None
    request = confirm_run(result.run.pk, actor=world["finance"])
    with pytest.raises(SamePerson):
        decide(request.pk, approved=True, actor=world["finance"])
    decide(request.pk, approved=True, actor=world["lead"])
    return result.amount_fen


def holds(world: World) -> None:
    report = run_checks(world.organisation.pk)
    assert report.first is None, report.first
    assert sum(check.examined for check in report.checks) > 0


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for account, fen in Leg.objects.values_list("account", "amount_fen"):
        found[account] = found.get(account, 0) + fen
    return {account: fen for account, fen in found.items() if fen}


def test_two_months() -> None:
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        # 100.00 × 2.50, 89.55 × 2.50 = 223.875, 120.36 × 2.50, and the parking space
        assert publish(world, "2026-01") == 25000 + 22388 + 30090 + 15000
        assert draft_run(world.community.pk, Month.parse("2026-01"), actor=world["finance"]).run is None
        holds(world)
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    with clock.at(dt.date(2026, 2, 14)):
        # thirty days after the 15th of January: 250.00 × 0.05 % × 30 = 3.75
        (bill,) = open_bills(world["cashier"], clock.today(), property_ids=[flat.pk])
        assert (bill.outstanding_fen, bill.late_fee_fen) == (25000, 375)
        order = PaymentOrder(flat.pk, owner.pk, (bill.id,), {"cash": 20000}, "k1", due_fen=25375)
        payment = pay(order, actor=world["cashier"])
        assert pay(order, actor=world["cashier"]).pk == payment.pk
        row = Receivable.objects.get(pk=bill.id)
        assert (row.outstanding_fen, row.late_fee_settled_fen) == (25000 - (20000 - 375), 375)
        assert payment.receipt is not None and payment.receipt.number == "GY-2026-000001"
        holds(world)
    with clock.at(dt.date(2026, 2, 20)):
        # 53.75 for six more days: 0.16125 and the 3.75 settled before
        (bill,) = open_bills(world["cashier"], clock.today(), property_ids=[flat.pk])
        assert (bill.outstanding_fen, bill.late_fee_fen) == (5375, 16)
        request = ask_void(payment.pk, actor=world["cashier"], reason="收错房号")
        decide(request.pk, approved=True, actor=world["lead"])
        # owed again from its value date: 250.00 × 0.05 % × 36 = 4.50
        (bill,) = open_bills(world["cashier"], clock.today(), property_ids=[flat.pk])
        assert (bill.outstanding_fen, bill.late_fee_fen) == (25000, 450)
        over = PaymentOrder(flat.pk, owner.pk, (bill.id,), {"cash": 20000, "card": 10000}, "k2", keep_rest=True)
        pay(over, actor=world["cashier"])
        assert balance_fen(owner.pk, flat.pk) == 30000 - 25450
        publish(world, "2026-02")
        # the prepayment has gone into February's fee, due five days ago: 0.63 late fee, the rest principal
        (bill,) = open_bills(world["cashier"], clock.today(), property_ids=[flat.pk])
        assert (bill.outstanding_fen, bill.late_fee_fen) == (25000 - (4550 - 63), 0)
        holds(world)
    found = balances()
    assert found["1001"] == 20000 and found["1012"] == 10000 and found["6301"] == -(450 - 25) - (63 - 4)
    assert found["1122"] == 2 * (25000 + 22388 + 30090 + 15000) - 30000 + 450 + 63
