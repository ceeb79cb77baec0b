"""What is granted to many bills at once is to the fen what would be granted to each of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from tests.scenarios.month import publish
from tests.world import World, make_world, tariff
from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Forbidden
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.actions.ahead import discount
from wuyefei.money.billing.models import Adjustment, Deferral, LateFeeHold, Receivable
from wuyefei.money.billing.public import Concession, Grant, ask_adjustment, grant, place_hold
from wuyefei.money.ledger.models import Leg

pytestmark = pytest.mark.django_db
JAN = dt.date(2026, 1, 1)
ON, DUE = dt.date(2026, 1, 10), Span(dt.date(2026, 1, 15), dt.date(2026, 3, 15))


@pytest.fixture
def world() -> World:
    """A quarter billed by area, by the space, and for others."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world(cycle_months=3)
        others = ChargeItem.objects.create(organisation=made.organisation, code="refuse", name="代收垃圾费", nature="pass_through", tax_rate=Decimal(0))
        price = tariff(made.community, others, "垃圾费", "fixed", "0", "13.33")
        ContractLine.objects.create(
            organisation=made.organisation, community=made.community, contract=made.contract, property=made.flats["1-1-101"], tariff=price, starts_on=JAN
        )
        publish(made, "2026-01")
    return made


def _state(world: World) -> dict[str, Any]:
    """All that a concession leaves, without ids and without how it is cut into entries."""
    bills = Receivable.objects.order_by("pk").values_list("pk", "outstanding_fen", "late_fee_settled_fen", "accrued_exact", "accrued_to")
    adjusted = Adjustment.objects.order_by("receivable").values_list(
        "receivable", "community", "kind", "amount_fen", "tax_fen", "deferred_fen", "value_date", "approval_id", "reason"
    )
    held = LateFeeHold.objects.order_by("receivable").values_list("receivable", "starts_on", "ends_on", "kind", "source_ref", "reason")
    later = Deferral.objects.order_by("source_kind", "source_id", "month", "item").values_list("source_kind", "source_id", "item", "month", "net_fen")
    legs = Leg.objects.values_list("community", "account").annotate(Sum("amount_fen")).order_by("account")
    return {"bills": list(bills), "adjusted": list(adjusted), "held": list(held), "later": list(later), "legs": list(legs)}


def _request(world: World) -> Request:
    return ask_adjustment(Receivable.objects.earliest("pk").pk, -1, actor=world["finance"], reason="试")


def test_many_bills_at_once_are_granted_what_each_would_be(world: World) -> None:
    """Among them one that is lowered and put off, one of either, one lowered to nothing, one of what is held for others."""
    with clock.at(ON):
        request, words = _request(world), "商户纾困减 20%"
        bills = list(Receivable.objects.select_related("item").order_by("pk"))
        assert {bill.item.nature for bill in bills} == {"income", "pass_through"} and len(bills) == 5
        whole = bills[3].outstanding_fen
        wanted = [(bills[0], 15_001, DUE), (bills[1], 777, None), (bills[2], 0, DUE), (bills[3], whole, None), (bills[4], 1, None)]
        with transaction.atomic():
            for bill, off, rests in wanted:
                if off:
                    discount(bill, off, request, words, actor=world["lead"])
                if rests:
                    place_hold(bill.pk, rests.first, rests.last, kind="deferral", source_ref="measure:1", actor=world["lead"], reason="缓缴")
            one_by_one = _state(world)
            transaction.set_rollback(True)
        for bill in bills:
            bill.refresh_from_db()
        why = Concession(words, "缓缴", "deferral", "measure:1", request.pk, ("concessions.measure", 1))
        made = grant([Grant(*one) for one in wanted], why, actor=world["lead"], community_id=world.community.pk)
    assert _state(world) == one_by_one
    assert [(lowered is not None, held is not None) for lowered, held in made] == [(True, True), (True, False), (False, True), (True, False), (True, False)]
    report = run_checks(world.organisation.pk)
    assert report.holds, report.first


def test_who_may_not_lower_bills_changes_nothing(world: World) -> None:
    with clock.at(ON):
        request, before = _request(world), _state(world)
        why = Concession("减", "缓", "deferral", "measure:1", request.pk, ("concessions.measure", 1))
        with pytest.raises(Forbidden):
            grant([Grant(Receivable.objects.select_related("item").earliest("pk"), 1, None)], why, actor=world["auditor"], community_id=world.community.pk)
    assert _state(world) == before
