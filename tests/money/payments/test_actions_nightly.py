"""Every night what is held for a payer settles what they have come to owe; disputed bills are left alone."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world, pay
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.schedule import run_scheduled
from wuyefei.money.billing.public import Receivable, ask_adjustment, place_hold
from wuyefei.money.payments.public import Payment, PaymentOrder, balance_fen

pytestmark = pytest.mark.django_db
D = dt.date.fromisoformat


def held(world: World) -> int:
    return balance_fen(world.people["沈秋白"].pk, world.flats["1-1-102"].pk)


def test_the_night_settles_what_is_owed() -> None:
    with clock.at(D("2026-01-02")):
        world = make_world()
        publish(world, "2026-01")
        bill = Receivable.objects.get(property=world.flats["1-1-102"])
    with clock.at(D("2026-01-10")):
        order = PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"cash": 30000}, "k" * 16, keep_rest=True, due_fen=22388)
        pay(order, actor=world["cashier"])
        assert held(world) == 7612 and run_scheduled("prepaid_offset") == 0
        decide(ask_adjustment(bill.pk, 1000, actor=world["finance"], reason="面积更正").pk, approved=True, actor=world["lead"])
        hold = place_hold(bill.pk, D("2026-01-10"), D("2026-01-10"), kind="dispute", source_ref="工单 1", actor=world["collector"])
        assert hold is not None and run_scheduled("prepaid_offset") == 0
    with clock.at(D("2026-01-12")):
        assert run_scheduled("prepaid_offset", organisation_id=world.community.organisation_id) == 1
        bill.refresh_from_db()
        paid = Payment.objects.get(kind="offset")
        assert (bill.outstanding_fen, paid.amount_fen, held(world)) == (0, 1000, 6612)
        assert run_scheduled("prepaid_offset") == 0 and first_finding(world) == ""
