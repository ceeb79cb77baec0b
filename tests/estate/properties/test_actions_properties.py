"""Buildings, properties, vehicles and meters: made, found, changed, ended."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.refusals import Refusals
from tests.world import World
from wuyefei.estate.properties import public as room
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.models import AuditEntry

Row = room.PropertyRow


def _tower(world: World) -> tuple[int, int]:
    manager = world["manager"]
    building = room.create_building("3栋", actor=manager, community=world.community)
    entrance = room.create_entrance(building.pk, "2单元", actor=manager, community=world.community)
    return building.pk, entrance.pk


def test_property_gets_its_code_from_its_place(world: World) -> None:
    building_id, entrance_id = _tower(world)
    row = Row("1201", entrance_id=entrance_id, area_m2=Decimal("98.76"))
    flat = room.create_property(row, actor=world["manager"], community=world.community)
    flat.refresh_from_db()
    assert (flat.code, flat.building_id, flat.sort_key) == ("3-2-1201", building_id, "000003-000002-001201")
    entry = AuditEntry.objects.get(action="property.create")
    assert (entry.subject_id, entry.after["code"], entry.after["area_m2"]) == (flat.pk, "3-2-1201", "98.76")
    assert (entry.actor_id, entry.community_id) == (world["manager"].user_id, world.community.pk)


def test_found_by_any_spelling(world: World) -> None:
    _, entrance_id = _tower(world)
    rows = [Row(number, entrance_id=entrance_id) for number in ("1201", "1202", "201")]
    room.bulk_create_properties(rows, actor=world["manager"], community=world.community)
    for text in ("3-2-1201", "3栋2单元1201", "321201", "３－２－1201", "1201", "3 2 1201", "1201室"):
        found = room.find_properties(world["cashier"], text)
        assert [row.code for row in found] == ["3-2-1201"], text
    assert [row.code for row in room.find_properties(world["cashier"], "3-2-1")] == ["3-2-1201", "3-2-1202"]
    assert [row.code for row in room.find_properties(world["cashier"], "1-1")] == ["1-1-101", "1-1-102", "1-1-201"]
    assert len(room.find_properties(world["cashier"], "3-2", limit=2)) == 2
    assert room.find_properties(world["cashier"], " ") == []
    assert room.find_properties(world["cashier"], "3-2-1201", community_id=world.other_community.pk) == []
    assert room.find_properties(world["outsider"], "3-2-1201") == []


def test_exact_number_stands_before_longer_ones(world: World) -> None:
    rows = [Row("12011"), Row("9-1201", area_m2=Decimal(50)), Row("1201")]
    room.bulk_create_properties(rows, actor=world["manager"], community=world.community)
    assert [row.code for row in room.find_properties(world["cashier"], "1201")] == ["1201", "12011"]


def test_code_stands_once(world: World, refused: Refusals) -> None:
    manager, place = world["manager"], world.community
    with refused(room.Taken) as caught:
        room.create_property(Row("1-1-101"), actor=manager, community=place)
    assert caught.value.text == "房屋「1-1-101」已存在。"
    with refused(room.Taken) as caught:
        room.bulk_create_properties([Row("9"), Row("8"), Row("9")], actor=manager, community=place)
    assert caught.value.data["row"] == 2
    with refused(room.Taken):
        room.create_building("1", actor=manager, community=place)


def test_bulk_refuses_whole_and_names_the_row(world: World, refused: Refusals) -> None:
    rows = [Row("901", area_m2=Decimal("80")), Row("902", area_m2=Decimal("-1"))]
    with refused(Invalid) as caught:
        room.bulk_create_properties(rows, actor=world["manager"], community=world.community)
    assert caught.value.data["row"] == 1


def test_bulk_leaves_one_audit_entry(world: World) -> None:
    rows = [Row(str(number), area_m2=Decimal("70.5")) for number in range(3001, 3041)]
    made = room.bulk_create_properties(rows, actor=world["finance"], community=world.community)
    assert [row.number for row in made[:2]] == ["3001", "3002"]
    entry = AuditEntry.objects.get(action="property.bulk_create")
    assert entry.after == {"count": 40, "first": "3001", "last": "3040"}


def test_places_of_others_are_not_found(world: World, refused: Refusals) -> None:
    building_id, entrance_id = _tower(world)
    flat = world.flats["1-1-101"]
    outsider, far = world["outsider"], world.other_community
    with refused(NotFound):
        room.create_building("9栋", actor=outsider, community=world.community)
    with refused(NotFound):
        room.create_property(Row("1201", entrance_id=entrance_id), actor=outsider, community=far)
    with refused(NotFound):
        room.create_entrance(building_id, "9单元", actor=outsider, community=far)
    with refused(NotFound):
        room.update_property(flat.pk, actor=outsider, area_m2=Decimal(1))
    with refused(NotFound):
        room.add_vehicle(room.VehicleRow(flat.pk, "浙A12345"), actor=outsider, community=far)
    with refused(NotFound):
        room.get_property(outsider, flat.pk)
    with refused(Forbidden):
        room.update_property(flat.pk, actor=world["cashier"], area_m2=Decimal(1))
    assert not room.properties(world["admin"]).exists()


def test_area_change_is_told_with_before_and_after(world: World, refused: Refusals) -> None:
    flat = world.flats["1-1-101"]
    room.update_property(flat.pk, actor=world["manager"], area_m2=Decimal("101.20"), reason="实测")
    entry = AuditEntry.objects.get(action="property.update")
    assert (entry.before, entry.after, entry.reason) == ({"area_m2": "100.00"}, {"area_m2": "101.20"}, "实测")
    room.update_property(flat.pk, actor=world["manager"], area_m2=Decimal("101.2"))
    assert AuditEntry.objects.filter(action="property.update").count() == 1
    with refused(Invalid):
        room.update_property(flat.pk, actor=world["manager"], area_m2=Decimal("0"))
    with refused(Invalid):
        room.update_property(flat.pk, actor=world["manager"], organisation_id=1)
    with refused(room.Taken):
        room.update_property(flat.pk, actor=world["manager"], number="102")


def test_new_number_brings_its_code(world: World) -> None:
    flat = room.update_property(world.flats["1-1-101"].pk, actor=world["manager"], number="109")
    flat.refresh_from_db()
    assert (flat.code, flat.sort_key) == ("1-1-109", "000001-000001-000109")


def test_end_frees_code_cars_and_spaces(world: World, refused: Refusals) -> None:
    manager, flat = world["manager"], world.flats["1-1-101"]
    car = room.add_vehicle(room.VehicleRow(flat.pk, "浙A12345"), actor=manager, community=world.community)
    with refused(DomainError, "reason_missing"):
        room.end_property(flat.pk, dt.date(2026, 6, 1), actor=manager, reason=" ")
    room.end_property(flat.pk, dt.date(2026, 6, 1), actor=manager, reason="合并")
    car.refresh_from_db()
    space = room.get_property(manager, world.flats["B1-001"].pk)
    assert (car.ended_on, space.attached_to_id) == (dt.date(2026, 6, 1), None)
    assert AuditEntry.objects.get(action="property.end").after == {
        "ended_on": "2026-06-01", "vehicles_ended": 1, "detached": 1,
    }  # fmt: skip
    with refused(room.Ended):
        room.update_property(flat.pk, actor=manager, area_m2=Decimal(90))
    assert room.find_properties(manager, "1-1-101") == []
    room.create_property(Row("1-1-101"), actor=manager, community=world.community)


def test_attach_only_spaces_to_homes_of_the_community(world: World, refused: Refusals) -> None:
    manager, space = world["manager"], world.flats["B1-001"]
    room.attach(space.pk, world.flats["1-1-102"].pk, actor=manager)
    entry = AuditEntry.objects.get(action="property.attach")
    assert (entry.before, entry.after) == ({"attached_to": "1-1-101"}, {"attached_to": "1-1-102"})
    assert room.attach(space.pk, None, actor=manager).attached_to is None
    with refused(Invalid):
        room.attach(world.flats["1-1-101"].pk, world.flats["1-1-102"].pk, actor=manager)
    with refused(Invalid):
        room.attach(space.pk, space.pk, actor=manager)
    near = Community.objects.create(
        organisation=world.organisation, name="桂语里", sort_key="guiyuli", receipt_prefix="GL"
    )
    far = room.Property.objects.create(
        organisation=world.organisation, community=near, number="1", code="1", sort_key="000001"
    )
    with refused(NotFound):
        room.attach(space.pk, far.pk, actor=manager)


def test_vehicle_finds_its_home_until_it_ends(world: World, refused: Refusals) -> None:
    manager, flat = world["manager"], world.flats["1-1-101"]
    row = room.VehicleRow(flat.pk, "浙a·d12346", "越野", "白")
    car = room.add_vehicle(row, actor=manager, community=world.community)
    for text in ("浙AD12346", "d12346", "12346", "浙A D12346"):
        assert [found.property_id for found in room.find_vehicles(world["cashier"], text)] == [flat.pk], text
    assert room.find_vehicles(world["cashier"], "46") == []
    assert room.find_vehicles(world["outsider"], "12346") == []
    with refused(room.Taken):
        room.add_vehicle(row, actor=manager, community=world.community)
    with refused(Invalid):
        room.add_vehicle(room.VehicleRow(flat.pk, "12346"), actor=manager, community=world.community)
    room.end_vehicle(car.pk, dt.date(2026, 5, 1), actor=manager)
    assert room.find_vehicles(world["cashier"], "12346") == []
    with refused(room.Ended):
        room.end_vehicle(car.pk, dt.date(2026, 5, 2), actor=manager)
    with refused(NotFound):
        room.end_vehicle(car.pk, dt.date(2026, 5, 2), actor=world["outsider"])
    room.bulk_create_vehicles([row, room.VehicleRow(flat.pk, "浙A12345")], actor=manager, community=world.community)


def test_meter_number_stands_once_a_kind(world: World, refused: Refusals) -> None:
    flat, finance = world.flats["1-1-101"], world["finance"]
    room.create_meter(room.MeterRow(flat.pk, "冷水", "W001"), actor=finance, community=world.community)
    rows = [room.MeterRow(flat.pk, "电", "W001"), room.MeterRow(flat.pk, "冷水", "W002")]
    room.bulk_create_meters(rows, actor=finance, community=world.community)
    with refused(room.Taken):
        room.create_meter(rows[0], actor=finance, community=world.community)
    assert room.meters(finance).count() == 3


def test_housekeeper_is_a_colleague(world: World, refused: Refusals) -> None:
    building_id, _ = _tower(world)
    keeper = world["collector"].user_id
    assert room.set_housekeeper(building_id, keeper, actor=world["manager"]).housekeeper_id == keeper
    assert AuditEntry.objects.get(action="building.housekeeper").after == {"housekeeper": "collector甲"}
    with refused(NotFound):
        room.set_housekeeper(building_id, world["outsider"].user_id, actor=world["manager"])
    with refused(Forbidden):
        room.set_housekeeper(building_id, None, actor=world["cashier"])
