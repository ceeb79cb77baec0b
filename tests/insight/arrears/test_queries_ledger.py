"""The list: rows, filters, order, paging, and totals that are the sums of exactly these rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest

from tests.insight.arrears.conftest import FEBRUARY, JANUARY, bill, paid
from tests.world import World, actor_of
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.insight.arrears.public import (
    BUILT_IN,
    By,
    Filter,
    Row,
    State,
    by_place,
    every_row,
    ledger_page,
    scope_of,
    totals,
)
from wuyefei.insight.arrears.rules import SORTS
from wuyefei.insight.measures.public import Bucket, ageing
from wuyefei.money.billing.public import open_bills, standings

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 1)


LATE = Filter()


def listed(world: World, chosen: Filter = LATE, name: str = "auditor") -> list[Row]:
    return ledger_page(world[name], scope_of(world[name], chosen, clock.today()), size=500).rows


def codes(world: World, **chosen: object) -> list[str]:
    return [row.first.code for row in listed(world, Filter(**chosen))]  # type: ignore[arg-type]


def test_a_household_by_hand(world: World) -> None:
    rows = {row.first.code: row for row in listed(world)}
    # 201: January is reversed, February 300.90 is 14 days late: 2.1063
    assert set(rows) == {"1-1-101", "1-1-102", "1-1-201", "B1-001"}
    full = rows["1-1-101"]
    # 250.00 for 45 days is 5.625, 250.00 for 14 days 1.75
    assert (full.due_fen, full.paid_fen, full.owed_fen, full.late_fen, full.total_fen) == (50000, 0, 50000, 738, 50738)
    assert (full.days, full.bucket, full.oldest, len(full.lines)) == (45, Bucket.DAYS_31_90, dt.date(2026, 1, 15), 2)
    assert (full.payers, full.items, full.last_paid, full.state) == (["陆小满"], ["物业服务费"], None, "late")
    space = rows["B1-001"]
    # 150.00 for the 40 days to the 24th of February is 3.00, held from then on; February's 150.00 for 14 days 1.05
    assert (space.due_fen, space.owed_fen, space.late_fen, space.held) == (28000, 28000, 405, 1)
    assert rows["1-1-102"].last_paid == dt.date(2026, 1, 10)


def test_late_fees_are_those_of_the_rule(world: World) -> None:
    from wuyefei.money.billing.public import Receivable

    found = {row.id: row.late_fen for row in listed(world, Filter(by=By.LINE, state=State.OPEN))}
    rule = standings(Receivable.objects.filter(pk__in=found), TODAY)
    assert found == {pk: standing.payable_fen for pk, standing in rule.items()}
    assert {bill_.id: bill_.late_fee_fen for bill_ in open_bills(world["cashier"], TODAY, receivable_ids=list(found))} == found


def test_totals_are_the_rows(world: World) -> None:
    with clock.at(dt.date(2026, 6, 20)):
        paid(world, "1-1-102", "沈秋白", FEBRUARY, 10000, "p1")
        questions = [view for _, view in BUILT_IN] + [
            Filter(bucket=bucket.value, state=State.OPEN) for bucket in Bucket
        ] + [Filter(amount_from=25000), Filter(amount_to=40000), Filter(held=True), Filter(kind="parking"), Filter(text="lxm"),
             Filter(item=world.parking.pk), Filter(days_from=100, days_to=130)]  # fmt: skip
        for chosen, by in product(questions, By):
            scope = scope_of(world["auditor"], replace(chosen, by=by), clock.today())
            rows, found = ledger_page(world["auditor"], scope, size=500).rows, totals(scope)
            lines = [line for row in rows for line in row.lines]
            every = found.every
            assert (every.lines, every.properties) == (len(lines), len({line.property_id for line in lines})), chosen
            assert (every.due_fen, every.owed_fen, every.late_fen) == (
                sum(row.due_fen for row in rows), sum(row.owed_fen for row in rows), sum(row.late_fen for row in rows),
            )  # fmt: skip
            assert sum(part.total_fen for part in found.by_bucket.values()) == every.total_fen
            assert sum(place.sums.total_fen for place in by_place(scope)) == every.total_fen
            assert [row.id for batch in every_row(world["auditor"], scope, 2) for row in batch] == [row.id for row in rows]


def test_the_ledger_is_the_ageing_report(world: World) -> None:
    found = totals(scope_of(world["auditor"], Filter(state=State.OPEN), TODAY)).by_bucket
    report = {line.bucket: (line.receivables, line.properties, line.outstanding_fen) for line in ageing(world["auditor"], TODAY)}
    assert {bucket: (part.lines, part.properties, part.owed_fen) for bucket, part in found.items()} == report


def test_filters(world: World) -> None:
    assert codes(world, text="1-1-102") == codes(world, text="沈秋白") == codes(world, text="shenqiubai") == ["1-1-102"]
    assert codes(world, kind="parking") == codes(world, held=True) == codes(world, item=world.parking.pk) == ["B1-001"]
    assert codes(world, amount_from=50738) == ["1-1-101"] and codes(world, amount_from=50739) == []
    assert codes(world, days_from=45) == ["1-1-101", "B1-001"] and codes(world, days_from=46) == []
    assert codes(world, bucket="0-30", by=By.LINE, state=State.OPEN, text="101") == ["1-1-101"]
    assert codes(world, building=world.flats["1-1-101"].building_id, sort="room") == ["1-1-101", "1-1-102", "1-1-201"]
    assert codes(world, entrance=world.flats["1-1-101"].entrance_id, sort="-room") == ["1-1-201", "1-1-102", "1-1-101"]
    assert codes(world, partial=True) == [] and codes(world, state=State.DUE) == []
    assert codes(world, text="查无此人") == []
    paid(world, "1-1-101", "陆小满", JANUARY, 10000, "part")
    (row,) = listed(world, Filter(partial=True))
    assert (row.first.code, row.state, row.last_paid) == ("1-1-101", "part", TODAY)
    assert len(row.lines) == 1  # only the line that is part paid
    assert next(row.state for row in listed(world) if row.first.code == "1-1-101") == "part"


def test_only_a_late_fee_is_left(world: World) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE billing_receivable SET allocation_order = 'principal'")
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert codes(world, state=State.FEE) == []
    paid(world, "1-1-101", "陆小满", JANUARY, 25000, "all")
    (row,) = listed(world, Filter(state=State.FEE))
    assert (row.owed_fen, row.late_fen, row.state, row.limitation_near) == (0, 563, "fee", False)
    assert [line.service_from for line in next(r for r in listed(world) if r.first.code == "1-1-101").lines] == [FEBRUARY]


def test_near_limitation(world: World) -> None:
    # due on the 15th of January 2026: until the 15th of January 2029
    with clock.at(dt.date(2028, 10, 17)):
        assert codes(world, limit=True) == []
    with clock.at(dt.date(2028, 10, 18)):
        rows = listed(world, Filter(limit=True))
        assert [(row.first.code, row.limitation_left, row.limitation_near) for row in rows] == [("1-1-101", 89, True), ("B1-001", 89, True)]
    with clock.at(dt.date(2029, 1, 15)):
        assert len(codes(world, limit=True)) == 4  # February's are near as well
    with clock.at(dt.date(2029, 1, 16)):
        assert {row.oldest for row in listed(world, Filter(limit=True))} == {dt.date(2026, 2, 15)}


@pytest.mark.parametrize("by", list(By))
@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_pages_follow_each_other_both_ways(world: World, sort: str, by: By) -> None:
    actor = world["auditor"]
    scope = scope_of(actor, Filter(by=by, sort=sort, state=State.OPEN), TODAY)
    whole = [row.id for row in ledger_page(actor, scope, size=500).rows]
    assert len(whole) == (4 if by is By.PROPERTY else 6)
    first = ledger_page(actor, scope, size=2)
    second = ledger_page(actor, scope, first.older, size=2)
    assert [row.id for row in (*first.rows, *second.rows)] == whole[:4]
    back = ledger_page(actor, scope, second.newer, size=2)
    assert ([row.id for row in back.rows], first.newer, back.newer) == (whole[:2], "", "")
    assert [row.id for row in ledger_page(actor, scope, "?altered", size=500).rows] == whole
    narrow = replace(scope, narrow=True)  # by computing the whole set, the order is the same
    if sort.endswith("days"):
        by_set = ledger_page(actor, narrow, size=500).rows
        assert sorted(row.id for row in by_set) == sorted(whole)
        assert [row.oldest for row in by_set] == [row.oldest for row in ledger_page(actor, scope, size=500).rows]


def test_sorted_by_what_it_says(world: World) -> None:
    total = [row.total_fen for row in listed(world, Filter(sort="-total"))]
    assert total == sorted(total, reverse=True) and listed(world)[0].total_fen == total[0]
    days = [row.days for row in listed(world, Filter(sort="-days"))]
    assert days == sorted(days, reverse=True) and days[0] == 45
    assert codes(world, sort="room")[0] == "1-1-101" and codes(world, sort="payer")[0] in ("1-1-201", "1-1-101")


def test_the_ledger_keeps_to_its_places(world: World) -> None:
    assert listed(world, name="outsider") == []
    for chosen in (Filter(community=world.community.pk), Filter(region=1)):
        with pytest.raises(NotFound):
            scope_of(world["outsider"], chosen, TODAY)
    keeper = actor_of(world.organisation, "keeper", Role.HOUSEKEEPER)
    rows = ledger_page(keeper, scope_of(keeper, Filter(), TODAY)).rows
    assert len(rows) == 4 and {row.last_paid for row in rows} == {None}  # may not see payments
    assert bill(world, "1-1-101", JANUARY).due_on + DAY * 45 == TODAY
