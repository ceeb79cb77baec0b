"""A publish that offsets prepayments meets a cashier who is just spending one, and one who is just settling an old bill:
it waits for the cashier, and then sees what is left."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.db import connection, transaction

from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world
from tests.world import pay as take_payment
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, confirm_run, draft_run
from wuyefei.money.payments.public import PaymentOrder, balance_fen

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 1, 28)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the view stays as it was first seen
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@pytest.fixture
def world() -> World:
    """January is billed; 200.00 lies prepaid for 1-1-101; February is confirmed."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    with clock.at(DAY):
        take_payment(PaymentOrder(flat.pk, owner.pk, (), {"cash": 20000}, "fill", keep_rest=True), actor=world["cashier"])
    return world


@pytest.mark.parametrize(
    ("tenders", "held", "january"),
    [({"prepaid": 15000}, 0, 5163), ({"cash": 24000}, 0, 0)],
    ids=["the prepayment is being spent", "the old bill is being paid"],
)
def test_the_publish_waits_for_the_desk(world: World, tenders: dict[str, int], held: int, january: int) -> None:
    """On the 28th January bears 1.63 late fee, settled first; what the desk leaves of the 200.00 goes to it, then on."""
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat, period="2026-01-01")
    with clock.at(DAY):
        run = draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"]).run
        assert run is not None
        request = confirm_run(run.pk, actor=world["finance"])
    failed: list[BaseException] = []

    def approve() -> None:
        try:
            with clock.at(DAY):
                decide(request.pk, approved=True, actor=world["lead"])
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    publishing = threading.Thread(target=approve)
    with clock.at(DAY), transaction.atomic():
        take_payment(PaymentOrder(flat.pk, owner.pk, (bill.pk,), tenders, "desk"), actor=world["cashier"])
        publishing.start()
        until = time.monotonic() + 30
        while not somebody_waits():
            assert publishing.is_alive() and time.monotonic() < until
            time.sleep(0.02)
    publishing.join(timeout=60)
    assert not failed and not publishing.is_alive()
    assert balance_fen(owner.pk, flat.pk) == held
    assert Receivable.objects.get(pk=bill.pk).outstanding_fen == january
    assert first_finding(world) == ""
