"""Lines: one by one, by a list, for all of a kind; and what billing reads of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.refusals import Refusals
from tests.world import World, flat, tariff
from wuyefei.estate.contracts import public as room
from wuyefei.estate.properties.public import Ended, end_property
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.models import AuditEntry

JAN1, MAR31, APR1, DEC31 = dt.date(2026, 1, 1), dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 12, 31)


def test_line_is_made_ended_and_followed(world: World, refused: Refusals) -> None:
    manager, home, key = world["manager"], world.flats["1-1-102"], world.contract.pk
    line = room.add_line(key, home.pk, world.parking_tariff.pk, JAN1, quantity=Decimal(2), actor=manager)
    assert AuditEntry.objects.get(action="line.create").after == {
        "contract": "GY-2026-01", "property": "1-1-102", "tariff": "地下车位", "starts_on": "2026-01-01", "ends_on": None,
        "quantity": "2",
    }  # fmt: skip
    with refused(room.LineOverlaps):
        room.add_line(key, home.pk, world.parking_tariff.pk, APR1, actor=manager)
    with refused(Forbidden):
        room.end_line(line.pk, MAR31, actor=world["finance"])
    with refused(Invalid):
        room.end_line(line.pk, dt.date(2025, 12, 31), actor=manager)
    room.end_line(line.pk, MAR31, actor=manager, reason="退租")
    with refused(Invalid):
        room.end_line(line.pk, MAR31, actor=manager)
    room.add_line(key, home.pk, world.parking_tariff.pk, APR1, DEC31, actor=manager)
    mine = room.lines_of_property(world["cashier"], home.pk)
    assert [(row.tariff.name, row.starts_on, row.ends_on) for row in mine] == [
        ("地下车位", APR1, DEC31),
        ("地下车位", JAN1, MAR31),
        ("住宅物业费", JAN1, None),
    ]


def test_refused_lines(world: World, refused: Refusals) -> None:
    manager, home, key = world["manager"], world.flats["1-1-102"], world.contract.pk
    late = tariff(world.community, world.service, "新标准", "area", "3")
    early = _early(world)
    with refused(room.PriceMissing):
        room.add_line(early, home.pk, late.pk, dt.date(2025, 6, 1), actor=manager)
    fixed = tariff(world.community, world.service, "垃圾清运", "fixed", "0", "30")
    with refused(Invalid):
        room.add_line(key, home.pk, fixed.pk, JAN1, quantity=Decimal(2), actor=manager)
    with refused(Invalid):
        room.add_line(key, home.pk, late.pk, dt.date(2025, 12, 31), actor=manager)
    far = flat(world.other_community, "1-1-101", "80")
    with refused(NotFound):
        room.add_line(key, far.pk, late.pk, JAN1, actor=manager)
    near = Community.objects.create(organisation=world.organisation, name="桂语里", sort_key="g", receipt_prefix="GL")
    elsewhere = tariff(near, world.service, "他处", "area", "3")
    with refused(NotFound):
        room.add_line(key, home.pk, elsewhere.pk, JAN1, actor=manager)
    end_property(home.pk, APR1, actor=manager, reason="合并")
    with refused(Ended):
        room.add_line(key, home.pk, late.pk, APR1, actor=manager)


def _early(world: World) -> int:
    draft = room.ContractDraft("GY-2025", "旧合同", dt.date(2025, 1, 1), 1, 15, fee_clause="第六条")
    return room.create_contract(draft, actor=world["manager"], community=world.community).pk


def test_cover_fills_what_is_missing(world: World, refused: Refusals) -> None:
    manager, key = world["manager"], world.contract.pk
    flat(world.community, "1-1-202", "90")
    bare = flat(world.community, "2-1-101", None)
    gone = flat(world.community, "2-1-102", "90")
    end_property(gone.pk, APR1, actor=manager, reason="合并")
    with refused(Invalid):
        room.cover(key, world.service_tariff.pk, JAN1, actor=manager)
    done = room.cover(key, world.service_tariff.pk, JAN1, kinds=["residential"], actor=manager)
    assert done == room.Covered(created=2, skipped=3, without_area=1)
    entry = AuditEntry.objects.get(action="contract.cover")
    assert (entry.after["created"], entry.after["skipped"], entry.after["tariff"]) == (2, 3, "住宅物业费")
    again = room.cover(key, world.service_tariff.pk, JAN1, kinds=["residential"], actor=manager)
    assert again == room.Covered(0, 5, 0)
    fee = tariff(world.community, world.service, "垃圾清运", "fixed", "0", "30")
    here = room.cover(key, fee.pk, APR1, DEC31, building_ids=[bare.building_id], actor=manager)
    assert here == room.Covered(1, 0, 0)
    one = room.cover(key, fee.pk, JAN1, MAR31, property_ids=[bare.pk], actor=manager)
    assert one == room.Covered(1, 0, 0)
    far = flat(world.other_community, "9", "1")
    with refused(NotFound):
        room.cover(key, fee.pk, JAN1, property_ids=[far.pk], actor=manager)


def test_bulk_is_whole_or_nothing(world: World, refused: Refusals) -> None:
    manager, key = world["manager"], world.contract.pk
    homes = [flat(world.community, f"3-1-{n}", "80") for n in (101, 102)]
    rows = [room.LineRow(home.pk, world.service_tariff.pk, JAN1) for home in homes]
    with refused(room.LineOverlaps) as caught:
        room.bulk_create_lines(key, [*rows, room.LineRow(homes[0].pk, world.service_tariff.pk, APR1)], actor=manager)
    assert caught.value.data["row"] == 2
    assert len(room.bulk_create_lines(key, rows, actor=manager)) == 2
    assert AuditEntry.objects.get(action="contract.lines").after == {"count": 2}


def test_billing_reads_all_in_one_query(world: World, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        facts = room.lines_for_billing(world.community.pk, JAN1, MAR31)
    assert [(fact.property_code, fact.area, fact.method, fact.quantity) for fact in facts] == [
        ("1-1-101", Decimal("100.00"), "area", None),
        ("1-1-102", Decimal("89.55"), "area", None),
        ("1-1-201", Decimal("120.36"), "area", None),
        ("B1-001", None, "parking", None),
    ]
    first = facts[0]
    assert (first.contract_id, first.property_id, first.item_id) == (
        world.contract.pk, world.flats["1-1-101"].pk, world.service.pk,
    )  # fmt: skip
    assert (first.property_kind, first.tax_rate, first.starts_on, first.ends_on) == ("residential", Decimal("0.06"), JAN1, None)
    assert room.lines_for_billing(world.other_community.pk, JAN1, MAR31) == []
    assert room.lines_for_billing(world.community.pk, dt.date(2025, 1, 1), dt.date(2025, 12, 31)) == []


def test_billing_sees_lines_clipped(world: World) -> None:
    manager = world["manager"]
    lines = {line.property.code: line for line in world.contract.lines.select_related("property")}
    room.end_line(lines["1-1-102"].pk, MAR31, actor=manager)
    end_property(world.flats["1-1-201"].pk, dt.date(2026, 6, 1), actor=manager, reason="合并")
    room.end_contract(world.contract.pk, dt.date(2026, 9, 30), actor=manager, reason="到期")
    ends = {fact.property_code: fact.ends_on for fact in room.lines_for_billing(world.community.pk, JAN1, DEC31)}
    assert ends == {
        "1-1-101": dt.date(2026, 9, 30), "1-1-102": MAR31, "1-1-201": dt.date(2026, 5, 31), "B1-001": dt.date(2026, 9, 30),
    }  # fmt: skip
    later = [fact.property_code for fact in room.lines_for_billing(world.community.pk, dt.date(2026, 6, 1), DEC31)]
    assert later == ["1-1-101", "B1-001"]
    assert room.lines_for_billing(world.community.pk, dt.date(2026, 10, 1), DEC31) == []


def test_the_contract_of_a_day_is_that_of_the_line_that_began_last(world: World) -> None:
    """As the lines themselves say, and only the lines of one method or of some properties where they are asked for."""
    manager, home, place = world["manager"], world.flats["1-1-101"], world.community.pk
    other = room.create_contract(
        room.ContractDraft("GY-2026-02", "车位合同", APR1, 1, 15, late_fee_clause="", fee_clause="第六条"), actor=manager, community=world.community
    )
    room.add_line(other.pk, home.pk, world.parking_tariff.pk, APR1, actor=manager)
    assert room.contracts_on(place, APR1)[home.pk] == world.contract.pk  # a draft covers nothing
    room.activate(other.pk, actor=manager)
    for day in (JAN1, MAR31, APR1, DEC31, dt.date(2025, 12, 31)):
        lines = sorted(room.lines_for_billing(place, day, day), key=lambda line: (line.starts_on, line.line_id))
        assert room.contracts_on(place, day) == {line.property_id: line.contract_id for line in lines}
    assert room.contracts_on(place, APR1)[home.pk] == other.pk and room.contracts_on(world.other_community.pk, APR1) == {}
    assert [fact.property_code for fact in room.lines_for_billing(place, APR1, APR1, "parking")] == ["1-1-101", "B1-001"]
    assert [fact.method for fact in room.each_line_for_billing(place, APR1, APR1, [home.pk])] == ["area", "parking"]
