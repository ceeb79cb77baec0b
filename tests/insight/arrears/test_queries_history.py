"""Movement and migration of a hand-worked community, and of random histories: they add up to the fen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.insight.arrears.conftest import FEBRUARY, JANUARY, approved, bill, paid
from tests.scenarios.month import publish
from tests.world import World, make_world, pay
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.insight.arrears.public import (
    Kind,
    Migration,
    Movement,
    migration,
    migration_rows,
    movement,
    movement_rows,
)
from wuyefei.insight.measures.public import Bucket, ageing
from wuyefei.money.billing.public import Receivable, ask_adjustment, ask_reversal
from wuyefei.money.payments.public import PaymentOrder, ask_void

pytestmark = pytest.mark.django_db
MARCH = dt.date(2026, 3, 1)


def figures(part: Movement) -> tuple[int, int, int, int, int]:
    return part.opening_fen, part.new_fen, part.cleared_fen, part.adjusted_fen, part.closing_fen


def in_arrears(world: World, day: dt.date) -> int:
    """What the ageing report says is due and unpaid."""
    return sum(line.outstanding_fen for line in ageing(world["auditor"], day) if line.bucket is not Bucket.NOT_DUE)


def test_movement_month_by_month(world: World) -> None:
    # January: 250.00 + 300.90 + 150.00 unpaid on the 15th; the 223.88 paid before it never was in arrears
    # February: four bills of 924.78 unpaid on the 15th; 196.25 of principal paid and taken back; 20.00 taken off
    # March: 300.90 reversed
    january, february, march = movement(world["auditor"], JANUARY, MARCH).every
    assert figures(january) == (0, 70090, 0, 0, 70090)
    assert figures(february) == (70090, 92478, 0, 2000, 160568)
    assert figures(march) == (160568, 0, 0, 30090, 130478)


def test_movement_between_any_two_days(world: World) -> None:
    found = movement(world["auditor"], dt.date(2026, 2, 10), dt.date(2026, 2, 19)).total
    # 200.00 on the 14th settles 3.75 of late fee and 196.25 of principal
    assert figures(found) == (70090, 92478, 19625, 0, 142943)
    taken_back = movement(world["auditor"], dt.date(2026, 2, 20), dt.date(2026, 2, 20)).total
    assert figures(taken_back) == (142943, 0, -19625, 0, 162568)
    ((place, months),) = movement(world["auditor"], JANUARY, MARCH, world.community.pk).communities
    assert place == world.community and [m.closing_fen for m in months] == [70090, 160568, 130478]


def test_every_figure_leads_to_its_rows(world: World) -> None:
    found = movement(world["auditor"], FEBRUARY, MARCH).total
    for kind, fen in zip(Kind, figures(found), strict=True):
        shares = movement_rows(world["auditor"], kind, FEBRUARY, MARCH)
        assert shares.amount_fen == fen == sum(row.amount_fen for row in shares.rows)
        assert shares.count == len(shares.rows) and shares.after is None
    (less,) = movement_rows(world["auditor"], Kind.ADJUSTED, FEBRUARY, dt.date(2026, 2, 28)).rows
    assert (less.code, less.amount_fen) == ("B1-001", 2000)
    # 196.25 paid and taken back in the same month: no row is behind a nought
    assert movement_rows(world["auditor"], Kind.CLEARED, FEBRUARY, MARCH).rows == []
    first = movement_rows(world["auditor"], Kind.CLOSING, FEBRUARY, MARCH, size=2)
    rest = movement_rows(world["auditor"], Kind.CLOSING, FEBRUARY, MARCH, after=first.after or 0)
    assert [len(first.rows), len(rest.rows), first.count] == [2, 4, 6]


def check_ends(world: World, found: Migration) -> None:
    """Both ends are the ageing of their days, and each row adds up."""
    opening = {line.bucket: line.outstanding_fen for line in ageing(world["auditor"], found.first)}
    closing = {line.bucket: (line.outstanding_fen, line.properties) for line in ageing(world["auditor"], found.last)}
    assert {flow.origin: flow.base_fen for flow in found.flows if flow.origin in set(Bucket)} == opening
    assert found.total.kept == closing
    for flow in (*found.flows, found.total):
        assert flow.base_fen == sum(fen for fen, _ in flow.kept.values()) + flow.cleared_fen + flow.adjusted_fen
    for name in ("base_fen", "cleared_fen", "adjusted_fen"):
        assert sum(getattr(flow, name) for flow in found.flows) == getattr(found.total, name)


def test_migration_by_hand(world: World) -> None:
    found = migration(world["auditor"], dt.date(2026, 1, 31), MARCH)
    check_ends(world, found)
    flows = {flow.origin: flow for flow in found.flows}
    young = flows[Bucket.DAYS_0_30]
    # 250.00 and 130.00 have aged by a bucket, 20.00 + 300.90 were taken off
    assert (young.base_fen, young.kept[Bucket.DAYS_31_90], young.cleared_fen, young.adjusted_fen) == (70090, (38000, 2), 0, 32090)
    assert (flows["new"].base_fen, flows["new"].kept[Bucket.DAYS_0_30]) == (92478, (92478, 4))
    shares = migration_rows(world["auditor"], Bucket.DAYS_0_30, Bucket.DAYS_31_90, found.first, found.last)
    assert (shares.amount_fen, [row.code for row in shares.rows]) == (38000, ["1-1-101", "B1-001"])
    assert migration_rows(world["auditor"], "", "adjusted", found.first, found.last).amount_fen == 32090


def test_what_was_settled_and_came_back(world: World) -> None:
    with clock.at(dt.date(2026, 3, 2)):
        back = paid(world, "1-1-102", "沈秋白", FEBRUARY, 22556, "k9")
    with clock.at(dt.date(2026, 3, 9)):
        approved(world, ask_void(back.pk, actor=world["cashier"], reason="支票退回"))
        found = migration(world["auditor"], dt.date(2026, 3, 5), dt.date(2026, 3, 9))
        check_ends(world, found)
        (settled,) = [flow for flow in found.flows if flow.origin == "settled"]
        assert settled.base_fen == 0 and settled.cleared_fen == -settled.kept[Bucket.DAYS_0_30][0] != 0


def test_a_past_day_keeps_its_figures(world: World) -> None:
    day = dt.date(2026, 2, 28)
    before = (movement(world["auditor"], JANUARY, day), migration(world["auditor"], dt.date(2026, 1, 31), day))
    with clock.at(dt.date(2026, 3, 20)):
        paid(world, "1-1-101", "陆小满", JANUARY, 10000, "later")
        approved(world, ask_adjustment(bill(world, "1-1-102", FEBRUARY).pk, -500, actor=world["finance"], reason="优惠"))
        assert (movement(world["auditor"], JANUARY, day), migration(world["auditor"], dt.date(2026, 1, 31), day)) == before


def test_history_keeps_to_its_places_and_days(world: World) -> None:
    assert movement(world["outsider"], JANUARY, MARCH).total.closing_fen == 0
    with pytest.raises(NotFound):
        movement(world["outsider"], JANUARY, MARCH, world.community.pk)
    with pytest.raises(Forbidden):
        migration(world["cashier"], JANUARY, MARCH)
    for first, last in ((JANUARY, MARCH + DAY), (MARCH, JANUARY)):
        with pytest.raises(Invalid):
            movement(world["auditor"], first, last)


ACTS = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(["pay", "pay", "void", "adjust", "reverse"]), st.integers(0, 11), st.integers(1, 40000)),
    max_size=7,
)
START = dt.date(2026, 1, 3)


@pytest.fixture
def quarter(db: None) -> World:
    """Three months billed at once in their time, nothing paid."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    for month in ("2026-02", "2026-03"):
        with clock.at(dt.date(2026, int(month[-2:]), 2)):
            publish(made, month)
    return made


def act(world: World, number: int, kind: str, which: int, fen: int, taken: list[int]) -> None:
    """One thing that happens; what the rules refuse does not."""
    from wuyefei.foundation.kernel.errors import DomainError

    row = Receivable.objects.order_by("pk")[which % Receivable.objects.count()]
    try:
        with transaction.atomic():
            if kind == "pay":
                order = PaymentOrder(row.property_id, row.payer_id, (row.pk,), {"cash": fen}, f"h{number}", keep_rest=True)
                taken.append(pay(order, actor=world["cashier"]).pk)
            elif kind == "void" and taken:
                approved(world, ask_void(taken.pop(), actor=world["cashier"], reason="退回"))
            elif kind == "adjust":
                approved(world, ask_adjustment(row.pk, fen % 2 * -2 * (fen % 999 + 1) + (fen % 999 + 1), actor=world["finance"], reason="更正"))
            elif kind == "reverse":
                approved(world, ask_reversal(row.pk, actor=world["finance"], reason="红冲"))
    except DomainError:
        return


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS, st.integers(0, 130), st.integers(0, 130))
def test_random_histories_add_up(quarter: World, acts: list[tuple[int, str, int, int]], one: int, other: int) -> None:
    first, last = START + DAY * min(one, other), START + DAY * max(one, other)
    with transaction.atomic():
        taken: list[int] = []
        for number, (offset, kind, which, fen) in enumerate(sorted(acts)):
            # nothing happens to a bill before it is there: all are published by the 2nd of March
            with clock.at(dt.date(2026, 3, 3) + DAY * offset):
                act(quarter, number, kind, which, fen, taken)
        with clock.at(dt.date(2026, 7, 31)):
            found = movement(quarter["auditor"], first, last)
            assert found.total.opening_fen == in_arrears(quarter, first - DAY)
            assert found.total.closing_fen == in_arrears(quarter, last)
            for earlier, later in zip(found.every, found.every[1:], strict=False):
                assert earlier.closing_fen == later.opening_fen == in_arrears(quarter, earlier.last)
            for kind, fen in zip(Kind, figures(found.total), strict=True):
                assert movement_rows(quarter["auditor"], kind, first, last, size=500).amount_fen == fen
            check_ends(quarter, migration(quarter["auditor"], first, last))
        transaction.set_rollback(True)
