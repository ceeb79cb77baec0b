"""Rounds of readings: held, confirmed, void, estimated, replaced; and what is refused changes nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.world import World, make_world
from wuyefei.estate.metering.public import (
    Installed,
    Reading,
    ReadingRow,
    confirm,
    estimate_missing,
    held,
    history_of,
    install,
    on_round,
    record,
    register_use_check,
    replace,
    stops,
    usual_of,
    void,
    without_dial,
)
from wuyefei.estate.metering.rules import (
    FutureReading,
    HasDial,
    HeldBefore,
    NoDial,
    NotLatest,
    OtherFigure,
    ReadingBilled,
)
from wuyefei.estate.properties.public import Ended, Meter, MeterRow, bulk_create_meters
from wuyefei.estate.tariffs.public import ReadingRefused
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import run_checks

pytestmark = pytest.mark.django_db
WATER = "水表"


def day(month: int, number: int = 25) -> dt.date:
    return dt.date(2026, month, number)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def meters(world: World) -> list[Meter]:
    """Water meters of the three flats, put on at 100 on the first of January."""
    rows = [MeterRow(world.flats[code].pk, WATER, f"W-{code}") for code in ("1-1-101", "1-1-102", "1-1-201")]
    found = bulk_create_meters(rows, actor=world["manager"], community=world.community)
    with clock.at(day(1, 2)):
        for meter in found:
            install(meter.pk, Installed(day(1, 1), Decimal(100)), actor=world["manager"])
    return found


def read(world: World, meter: Meter, on: dt.date, value: str, **more: object) -> Reading:
    with clock.at(on):
        return record([ReadingRow(meter.pk, on, Decimal(value), **more)], actor=world["manager"], community=world.community)[0]  # type: ignore[arg-type]


def proved(world: World) -> bool:
    return run_checks(world.organisation.pk, only=["metering.uses"]).holds


def test_a_round_of_three(world: World, meters: list[Meter]) -> None:
    rows = [ReadingRow(meter.pk, day(1), Decimal(value)) for meter, value in zip(meters, ("112", "108.5", "100"), strict=True)]
    with clock.at(day(1)):
        made = record(rows, actor=world["manager"], community=world.community)
        again = record(rows, actor=world["manager"], community=world.community)
    assert [row.quantity for row in made] == [Decimal(12), Decimal("8.5"), Decimal(0)]
    assert [row.pk for row in again] == [row.pk for row in made]
    assert Reading.objects.count() == 6
    assert AuditEntry.objects.filter(action="meter.readings").count() == 1
    with clock.at(day(1)):
        listed = stops(on_round(world["manager"], world.community.pk, WATER), begun=day(1, 20))
    assert [(stop.meter.number, stop.done is not None) for stop in listed] == [
        ("W-1-1-101", True), ("W-1-1-102", True), ("W-1-1-201", True),
    ]  # fmt: skip
    assert proved(world)


def test_one_bad_figure_refuses_the_round_and_names_its_row(world: World, meters: list[Meter]) -> None:
    rows = [ReadingRow(meters[0].pk, day(1), Decimal(110)), ReadingRow(meters[1].pk, day(1), Decimal(99))]
    with clock.at(day(1)), pytest.raises(ReadingRefused) as refused:
        record(rows, actor=world["manager"], community=world.community)
    assert refused.value.data["row"] == 1 and "小于上次的 100" in refused.value.text
    assert Reading.objects.filter(source="read").count() == 0


def test_a_doubtful_figure_waits_for_a_look(world: World, meters: list[Meter]) -> None:
    meter = meters[0]
    for month, value in ((1, "110"), (2, "120"), (3, "130")):
        assert read(world, meter, day(month), value).state == "confirmed"
    doubtful = read(world, meter, day(4), "230")
    assert (doubtful.state, doubtful.doubts, doubtful.quantity) == ("held", ["high"], Decimal(100))
    assert [row.pk for row in held(world["manager"])] == [doubtful.pk]
    with pytest.raises(HeldBefore):
        read(world, meter, day(5), "240")
    with pytest.raises(DomainError):
        confirm(doubtful.pk, actor=world["manager"], reason=" ")
    with clock.at(day(5, 2)):
        assert confirm(doubtful.pk, actor=world["manager"], reason="业主确认水管漏水").state == "confirmed"
    assert AuditEntry.objects.get(action="meter.confirm").reason == "业主确认水管漏水"
    assert read(world, meter, day(5), "240").state == "confirmed"
    assert proved(world)


def test_only_the_latest_reading_is_taken_back_and_only_before_it_is_billed(
    world: World, meters: list[Meter], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = read(world, meters[0], day(1), "110"), read(world, meters[0], day(2), "121")
    with pytest.raises(NotLatest):
        void(first.pk, actor=world["manager"], reason="抄错")
    monkeypatch.setattr("wuyefei.estate.metering.actions._billed", [])
    register_use_check(lambda pk: pk == second.pk)
    with pytest.raises(ReadingBilled):
        void(second.pk, actor=world["manager"], reason="抄错")
    monkeypatch.setattr("wuyefei.estate.metering.actions._billed", [])
    with clock.at(day(2, 26)):
        void(second.pk, actor=world["manager"], reason="抄错")
    corrected = read(world, meters[0], day(2), "112")
    assert (corrected.quantity, corrected.previous_id) == (Decimal(2), first.pk)
    assert [row.state for row in history_of(world["manager"], meters[0].pk)] == ["confirmed", "void", "confirmed", "confirmed"]
    assert proved(world)


def test_an_estimate_is_settled_by_the_next_reading(world: World, meters: list[Meter]) -> None:
    for month, value in ((1, "124"), (2, "155")):
        read(world, meters[0], day(month), value)
    with clock.at(day(3)):
        made = estimate_missing(world.community, WATER, day(3), since=day(3, 1), actor=world["manager"])
    assert [(row.meter_id, row.value, row.quantity) for row in made] == [(meters[0].pk, Decimal(183), Decimal(28))]
    settled = read(world, meters[0], day(4), "180")
    assert (settled.quantity, settled.state) == (Decimal(-3), "confirmed")
    assert usual_of([meters[0].pk])[meters[0].pk] == [Decimal(1), Decimal(1), Decimal(1)]
    assert proved(world)


def test_a_meter_replaced_twice_in_one_period_loses_nothing(world: World, meters: list[Meter]) -> None:
    read(world, meters[0], day(1), "110")
    manager = world["manager"]
    with clock.at(day(2, 10)):
        closing = ReadingRow(meters[0].pk, day(2, 5), Decimal(114))
        second = replace(meters[0].pk, "W-2", closing, Installed(day(2, 5), Decimal(0)), actor=manager)
        closing = ReadingRow(second.meter_id, day(2, 8), Decimal(3))
        third = replace(second.meter_id, "W-3", closing, Installed(day(2, 8), Decimal(50), digits=6), actor=manager)
    read(world, third.meter, day(2), "59")
    quantities = Reading.objects.filter(meter__property=world.flats["1-1-101"], on__gt=day(1)).values_list("quantity", flat=True)
    assert sum(quantities) == Decimal(4) + 3 + 9
    assert [meter.number for meter in on_round(manager, world.community.pk, WATER)] == ["W-3", "W-1-1-102", "W-1-1-201"]
    with pytest.raises(NotFound), clock.at(day(2)):
        record([ReadingRow(meters[0].pk, day(2), Decimal(120))], actor=manager, community=world.community)
    with pytest.raises(Ended), clock.at(day(2)):
        replace(meters[0].pk, "W-4", closing, Installed(day(2), Decimal(0)), actor=manager)
    assert proved(world)


@pytest.mark.parametrize(
    ("on", "value", "error"),
    [(day(12, 31), "120", FutureReading), (day(1, 1), "120", ReadingRefused), (day(1), "100000", ReadingRefused)],
)
def test_figures_that_cannot_be(world: World, meters: list[Meter], on: dt.date, value: str, error: type[DomainError]) -> None:
    with clock.at(day(1)), pytest.raises(error):
        record([ReadingRow(meters[0].pk, on, Decimal(value))], actor=world["manager"], community=world.community)
    assert Reading.objects.filter(source="read").count() == 0


def test_another_figure_on_the_same_day_is_refused(world: World, meters: list[Meter]) -> None:
    read(world, meters[0], day(1), "110")
    with pytest.raises(OtherFigure):
        read(world, meters[0], day(1), "111")


def test_a_meter_without_opening_figure_cannot_be_read(world: World) -> None:
    meter = bulk_create_meters([MeterRow(world.flats["1-1-101"].pk, WATER, "W-9")], actor=world["manager"], community=world.community)[0]
    assert [row.pk for row in without_dial(world["manager"], world.community.pk, WATER)] == [meter.pk]
    with pytest.raises(NoDial):
        read(world, meter, day(1), "5")
    with clock.at(day(1)):
        for bad in (Installed(day(1), Decimal(-1)), Installed(day(1), Decimal(0), multiplier=Decimal(0)), Installed(day(1), Decimal(0), digits=1)):
            with pytest.raises(DomainError):
                install(meter.pk, bad, actor=world["manager"])
        install(meter.pk, Installed(day(1), Decimal(3)), actor=world["manager"])
        with pytest.raises(HasDial):
            install(meter.pk, Installed(day(1), Decimal(3)), actor=world["manager"])


def test_who_may(world: World, meters: list[Meter]) -> None:
    rows = [ReadingRow(meters[0].pk, day(1), Decimal(110))]
    with clock.at(day(1)):
        with pytest.raises(NotFound):
            record(rows, actor=world["outsider"], community=world.community)
        with pytest.raises(Forbidden):
            record(rows, actor=world["auditor"], community=world.community)
        with pytest.raises(NotFound):  # a meter of elsewhere in one's own round
            record(rows, actor=world["outsider"], community=world.other_community)
    assert Reading.objects.filter(source="read").count() == 0


def test_what_a_reading_says_never_changes(world: World, meters: list[Meter]) -> None:
    made = read(world, meters[0], day(1), "110")
    for statement in ("UPDATE metering_reading SET value = 1 WHERE id = %s", "DELETE FROM metering_reading WHERE id = %s"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [made.pk])


def test_verify_names_a_reading_changed_behind_the_programs_back(world: World, meters: list[Meter]) -> None:
    made = read(world, meters[0], day(1), "110")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE metering_reading SET quantity = 1 WHERE id = %s", [made.pk])
        cursor.execute("SET session_replication_role = origin")
    first = run_checks(world.organisation.pk, only=["metering.uses"]).first
    assert first is not None and first.row_id == made.pk and "应为 10.0000" in first.what
