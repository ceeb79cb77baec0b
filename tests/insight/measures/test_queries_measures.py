"""Reports of a small community with exact figures: a payment, its void, a reversal, and days looked back at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.scenarios.month import publish
from tests.world import World, make_world
from tests.world import pay as pay_at_desk
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import Bucket, ageing, arrears, rates
from wuyefei.money.billing.public import Receivable, ask_reversal, ask_waiver
from wuyefei.money.payments.public import Payment, PaymentOrder, ask_void

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)


def pay(world: World, code: str, owner: str, period: dt.date, fen: int, key: str) -> Payment:
    bill = Receivable.objects.get(property=world.flats[code], period=period)
    order = PaymentOrder(world.flats[code].pk, world.people[owner].pk, (bill.pk,), {"cash": fen}, key)
    return pay_at_desk(order, actor=world["cashier"])


@pytest.fixture
def world() -> Iterator[World]:
    """January and February billed; one bill paid in time, one part paid and voided, one reversed; today the 1st of March."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 1, 10)):
        pay(made, "1-1-102", "沈秋白", JANUARY, 22388, "k1")
    with clock.at(dt.date(2026, 2, 2)):
        publish(made, "2026-02")
    with clock.at(dt.date(2026, 2, 14)):
        voided = pay(made, "1-1-101", "陆小满", JANUARY, 20000, "k2")
    with clock.at(dt.date(2026, 2, 20)):
        request = ask_void(voided.pk, actor=made["cashier"], reason="收错房号")
        decide(request.pk, approved=True, actor=made["lead"])
    with clock.at(dt.date(2026, 3, 1)):
        wrong = Receivable.objects.get(property=made.flats["1-1-201"], period=JANUARY)
        request = ask_reversal(wrong.pk, actor=made["finance"], reason="面积录错")
        decide(request.pk, approved=True, actor=made["lead"])
        yield made


def listed(world: World, day: dt.date) -> dict[tuple[str, int], tuple[int, int, int]]:
    """(property, month) → (outstanding, late fee, days)."""
    return {
        (row.property_code, row.service_from.month): (row.outstanding_fen, row.late_fee_fen, row.days)
        for row in arrears(world["auditor"], day)
    }


def test_arrears_before_anything_was_undone(world: World) -> None:
    # 16 days on 250.00, 300.90 (2.4072) and 150.00
    assert listed(world, dt.date(2026, 1, 31)) == {
        ("1-1-101", 1): (25000, 200, 16), ("1-1-201", 1): (30090, 241, 16), ("B1-001", 1): (15000, 120, 16),
    }  # fmt: skip


def test_a_later_void_does_not_change_the_day_before_it(world: World) -> None:
    on_the_day, after = listed(world, dt.date(2026, 2, 14)), listed(world, dt.date(2026, 2, 20))
    # 200.00 settled 3.75 late fee and 196.25 principal; after the void 250.00 is owed from the start, 36 days
    assert on_the_day["1-1-101", 1] == (5375, 0, 30)
    assert after["1-1-101", 1] == (25000, 450, 36)
    assert listed(world, dt.date(2026, 2, 19))["1-1-101", 1] == (5375, 13, 35)  # 53.75 for five days: 0.134


def test_a_later_reversal_does_not_change_the_day_before_it(world: World) -> None:
    assert listed(world, dt.date(2026, 2, 28))["1-1-201", 1] == (30090, 662, 44)  # 300.90 × 0.05 % × 44 = 6.6198
    assert ("1-1-201", 1) not in listed(world, dt.date(2026, 3, 1))


def test_what_a_part_payment_and_a_waiver_leave(world: World) -> None:
    bill = Receivable.objects.get(property=world.flats["1-1-101"], period=JANUARY)
    # 45 days: 5.63 late fee; the law's order settles it first, so the principal is 5.63 short of being paid
    pay(world, "1-1-101", "陆小满", JANUARY, 25000, "k3")
    assert listed(world, dt.date(2026, 3, 1))["1-1-101", 1] == (563, 0, 45)
    request = ask_waiver(Receivable.objects.get(property=world.flats["B1-001"], period=JANUARY).pk, 100,
                         actor=world["finance"], reason="首次")  # fmt: skip
    decide(request.pk, approved=True, actor=world["lead"])
    assert listed(world, dt.date(2026, 3, 1))["B1-001", 1] == (15000, 338 - 100, 45)
    assert listed(world, dt.date(2026, 2, 28))["B1-001", 1] == (15000, 330, 44)
    bill.refresh_from_db()
    assert bill.outstanding_fen == 563


def test_ageing_adds_up_to_the_arrears(world: World) -> None:
    for day in (dt.date(2026, 1, 14), dt.date(2026, 1, 31), dt.date(2026, 2, 14), dt.date(2026, 2, 20), dt.date(2026, 3, 1)):
        rows = list(arrears(world["auditor"], day))
        buckets = ageing(world["auditor"], day)
        assert [line.bucket for line in buckets] == list(Bucket)
        for line in buckets:
            own = [row for row in rows if row.bucket is line.bucket and row.outstanding_fen]
            assert (line.outstanding_fen, line.receivables) == (sum(row.outstanding_fen for row in own), len(own))
        assert all(row.due_fen - row.paid_fen == row.outstanding_fen for row in rows)
    found = {line.bucket: line.outstanding_fen for line in ageing(world["auditor"], dt.date(2026, 2, 14))}
    assert found[Bucket.NOT_DUE] == 92478 and found[Bucket.DAYS_0_30] == 5375 + 30090 + 15000
    found = {line.bucket: line.outstanding_fen for line in ageing(world["auditor"], dt.date(2026, 3, 1))}
    assert found[Bucket.DAYS_31_90] == 25000 + 15000 and found[Bucket.DAYS_0_30] == 92478


def test_rates_of_the_first_month(world: World) -> None:
    (own, total) = rates(world["auditor"], dt.date(2026, 1, 31))
    assert own.community == world.community and total.community is None
    for row in (own, total):
        assert (row.due_fen, row.paid_fen, row.current) == (92478, 22388, Decimal("0.2421"))
        assert (row.households, row.households_paid, row.household) == (4, 1, Decimal("0.2500"))
        assert (row.opening_fen, row.cleared_fen, row.clearance) == (0, 0, None)
        assert row.overall == Decimal("0.2421")


def test_rates_count_what_was_cleared_of_the_opening_arrears(world: World) -> None:
    *_, before = rates(world["auditor"], dt.date(2026, 2, 14))
    assert (before.opening_fen, before.cleared_fen) == (25000 + 30090 + 15000, 19625)
    assert (before.clearance, before.overall) == (Decimal("0.2800"), Decimal("0.1207"))
    *_, after = rates(world["auditor"], dt.date(2026, 2, 20))
    assert (after.opening_fen, after.cleared_fen, after.due_fen, after.paid_fen) == (70090, 0, 92478, 0)


def test_an_earlier_period_with_today_as_cut_off(world: World) -> None:
    *_, row = rates(world["auditor"], dt.date(2026, 3, 1), period=Month(2026, 1))
    # the reversal lowers what was due and takes its household out
    assert (row.due_fen, row.paid_fen, row.households, row.households_paid) == (92478 - 30090, 22388, 3, 1)


def test_reports_keep_to_their_places(world: World) -> None:
    day = dt.date(2026, 2, 28)
    assert list(arrears(world["outsider"], day)) == []
    assert [row.community and row.community.name for row in rates(world["outsider"], day)] == ["青禾里", None]
    with pytest.raises(NotFound):
        arrears(world["outsider"], day, world.community.pk)
    with pytest.raises(Forbidden):
        ageing(world["cashier"], day)


def test_days_to_come_are_refused(world: World) -> None:
    with pytest.raises(Invalid):
        arrears(world["auditor"], dt.date(2026, 3, 2))
    with pytest.raises(Invalid):
        rates(world["auditor"], dt.date(2026, 2, 28), period=Month(2026, 3))
