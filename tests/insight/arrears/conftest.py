"""A small community with a year of everything that moves arrears."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.scenarios.month import publish
from tests.world import World, make_world, pay
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, ask_adjustment, ask_reversal, place_hold
from wuyefei.money.payments.public import Payment, PaymentOrder, ask_void

JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)


def bill(world: World, code: str, period: dt.date) -> Receivable:
    return Receivable.objects.get(property=world.flats[code], period=period)


def paid(world: World, code: str, owner: str, period: dt.date, fen: int, key: str) -> Payment:
    order = PaymentOrder(world.flats[code].pk, world.people[owner].pk, (bill(world, code, period).pk,), {"cash": fen}, key)
    return pay(order, actor=world["cashier"])


def approved(world: World, request: object) -> None:
    decide(request.pk, approved=True, actor=world["lead"])  # type: ignore[attr-defined]


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """January and February billed, due on the 15th; today is the 1st of March.

    102 pays January in time; 101 pays 200.00 of January on the 14th of February, voided on the 20th; 201's January is
    reversed on the 1st of March; on the 25th of February the parking space's January is lowered by 20.00 and held.
    """
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 1, 10)):
        paid(made, "1-1-102", "沈秋白", JANUARY, 22388, "k1")
    with clock.at(dt.date(2026, 2, 2)):
        publish(made, "2026-02")
    with clock.at(dt.date(2026, 2, 14)):
        voided = paid(made, "1-1-101", "陆小满", JANUARY, 20000, "k2")
    with clock.at(dt.date(2026, 2, 20)):
        approved(made, ask_void(voided.pk, actor=made["cashier"], reason="收错房号"))
    with clock.at(dt.date(2026, 2, 25)):
        approved(made, ask_adjustment(bill(made, "B1-001", JANUARY).pk, -2000, actor=made["finance"], reason="停用十天"))
        place_hold(bill(made, "B1-001", JANUARY).pk, dt.date(2026, 2, 25), None, kind="dispute", source_ref="工单 1", actor=made["finance"])
    with clock.at(dt.date(2026, 3, 1)):
        approved(made, ask_reversal(bill(made, "1-1-201", JANUARY).pk, actor=made["finance"], reason="面积录错"))
        yield made
