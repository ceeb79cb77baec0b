"""The SQL expression of lists and the pure rule agree on every day that lists may ask about."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenarios.month import publish
from tests.world import World, make_world
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    LATE_FEE_FEEDS_SQL,
    LATE_FEE_SET_SQL,
    LateFeeWaiver,
    Receivable,
    end_hold,
    open_bills,
    place_hold,
    refresh,
    standings,
)
from wuyefei.money.payments.public import PaymentOrder, take_payment

pytestmark = pytest.mark.django_db
DUE = dt.date(2026, 1, 15)


@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    return world


def by_set(row: Receivable, as_of: dt.date) -> int:
    """The late fee of a row by the expression that reads joined facts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {LATE_FEE_SET_SQL} FROM billing_receivable r {LATE_FEE_FEEDS_SQL} WHERE r.id = %(id)s",
            {"as_of": as_of, "organisation": row.organisation_id, "id": row.pk},
        )
        return int(cursor.fetchone()[0])


acts = st.lists(
    st.tuples(st.integers(-12, 150), st.sampled_from(["pay", "hold", "waive"]), st.integers(1, 9000), st.integers(0, 40)),
    max_size=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts, st.integers(0, 200), st.sampled_from(["law", "principal"]))
def test_sql_equals_rule(world: World, acts: list[tuple[int, str, int, int]], later: int, order: str) -> None:
    from django.db import transaction

    flat, owner = world.flats["1-1-201"], world.people["顾予安"]
    bill = Receivable.objects.get(property=flat)
    with transaction.atomic():
        last = 0
        for number, (offset, act, fen, length) in enumerate(sorted(acts)):
            day = DUE + DAY * offset
            last = max(last, offset)
            with clock.at(day):
                if act == "pay":
                    take_payment(
                        PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": fen}, f"k{number}", keep_rest=True),
                        actor=world["cashier"],
                    )
                elif act == "hold":
                    place_hold(bill.pk, day, day + DAY * length if length else None, kind="dispute", source_ref="t",
                               actor=world["finance"])  # fmt: skip
                else:
                    LateFeeWaiver.objects.create(
                        organisation=world.organisation, community=world.community, receivable=bill, amount_fen=fen % 50 + 1,
                        value_date=day, booked_at=clock.now(), approval_id=1, reason="测试",
                    )  # fmt: skip
        as_of = DUE + DAY * (last + later)
        row = Receivable.objects.get(pk=bill.pk)
        rule = standings([row], as_of)[row.pk]
        listed = open_bills(world["cashier"], as_of, receivable_ids=[row.pk])
        found = (listed[0].outstanding_fen, listed[0].late_fee_fen) if listed else (0, 0)
        assert found == (rule.outstanding_fen, rule.payable_fen)
        assert by_set(row, as_of) == rule.payable_fen
        transaction.set_rollback(True)


def test_hold_and_its_end(world: World) -> None:
    bill = Receivable.objects.get(property=world.flats["1-1-101"])
    with clock.at(dt.date(2026, 1, 20)):
        hold = place_hold(bill.pk, dt.date(2026, 1, 20), None, kind="dispute", source_ref="工单 1", actor=world["finance"])
    # 250.00 × 0.05 % × 4 days (16th–19th) and then nothing
    assert standings([bill], dt.date(2026, 3, 31))[bill.pk].late_fee_fen == 50
    with clock.at(dt.date(2026, 2, 10)):
        end_hold(hold.pk, dt.date(2026, 2, 9), actor=world["finance"])
    assert standings([bill], dt.date(2026, 2, 12))[bill.pk].late_fee_fen == 88  # 7 days × 12.5
    (listed,) = open_bills(world["cashier"], dt.date(2026, 2, 12), receivable_ids=[bill.pk])
    assert listed.late_fee_fen == 88


def test_late_fee_survives_principal_first(world: World) -> None:
    """Paying the principal first loses nothing of the late fee already borne."""
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE billing_receivable SET allocation_order = 'principal' WHERE id = %s", [bill.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    with clock.at(dt.date(2026, 2, 14)):
        take_payment(PaymentOrder(flat.pk, owner.pk, (bill.pk,), {"cash": 25000}, "k"), actor=world["cashier"])
        (listed,) = open_bills(world["cashier"], dt.date(2026, 5, 1), property_ids=[flat.pk])
    assert (listed.outstanding_fen, listed.late_fee_fen) == (0, 375)


def test_refresh_changes_nothing_that_was_right(world: World) -> None:
    rows = list(Receivable.objects.order_by("pk"))
    before = [(row.outstanding_fen, row.accrued_exact, row.accrued_to) for row in rows]
    refresh(rows)
    assert [(r.outstanding_fen, r.accrued_exact, r.accrued_to) for r in Receivable.objects.order_by("pk")] == before
    assert rows[0].accrued_exact == Decimal(0)
