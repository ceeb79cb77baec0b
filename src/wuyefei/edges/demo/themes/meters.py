"""Water read and billed every month of the last year, and a common cost each quarter, in the group's first community."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wuyefei.estate.metering.public import (
    Installed,
    ReadingRow,
    confirm,
    install,
    latest_of,
    read_one,
    record,
)
from wuyefei.estate.properties.public import Meter, MeterRow, Property, bulk_create_meters
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.estate.tariffs.rules.public import By
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.money.sheets.public import (
    Head,
    MeteredTerms,
    Scope,
    SharedTerms,
    Sheet,
    ask_to_bill,
    draft_metered,
    draft_shared,
    parse_steps,
)

from .. import cast, dial
from ..scene import Act, Scene

WATER = "水表"
METERS, MONTHS, PHOTOGRAPHED = 24, 12, 4
READ_ON, BILLED_ON, SHARED_ON = 25, 26, 2
STEPS = "80 2.90，120 3.85，不限 6.70"
COMMON_FEN = 128_640


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    first = max(scene.started, scene.calendar.month.plus(-MONTHS))
    if scene.place.prefix != cast.GROUP.places[0].prefix or month < first:
        return
    at = scene.calendar.at
    if month == first:
        yield Act(at(month.first, 7, 30), partial(_put_on, scene, month.first))
    if month.number in (1, 4, 7, 10) and month > first.plus(2):
        yield Act(at(month.day(SHARED_ON), 16), partial(_share, scene, month))
    yield Act(at(month.day(READ_ON), 15), partial(_read, scene, month))
    yield Act(at(month.day(BILLED_ON), 16), partial(_charge, scene, month))


def _homes(scene: Scene) -> list[Property]:
    rows = Property.objects.filter(community=scene.community, kind="residential", ended_on__isnull=True)
    return list(rows.order_by("sort_key", "pk")[:METERS])


def _put_on(scene: Scene, day: dt.date) -> None:
    dice = scene.dice("water")
    rows = [MeterRow(home.pk, WATER, f"{scene.place.prefix}-S{number:04d}") for number, home in enumerate(_homes(scene), 1)]
    for meter in bulk_create_meters(rows, actor=scene[Role.FINANCE], community=scene.community):
        install(meter.pk, Installed(day, Decimal(dice.randint(40, 900))), actor=scene[Role.FINANCE])


def _read(scene: Scene, month: Month) -> None:
    """The round of a month. This month's is half done, the last figure of it doubtful."""
    day, dice, now = month.day(READ_ON), scene.dice("water", month), month == scene.calendar.month
    meters = list(Meter.objects.filter(community=scene.community, kind=WATER, ended_on__isnull=True).order_by("number"))
    meters = meters[: len(meters) // 2] if now else meters
    last = latest_of([meter.pk for meter in meters])
    rows = []
    for number, meter in enumerate(meters, 1):
        absurd = number == len(meters) if now else dice.random() < 0.02
        used = dice.randint(60, 90) if absurd else dice.randint(4, 13)
        rows.append(ReadingRow(meter.pk, day, last[meter.pk].value + used))
    if now or month.plus(1) == scene.calendar.month:
        for row in rows[:PHOTOGRAPHED]:
            read_one(row, actor=scene[Role.FINANCE], community=scene.community, sure=True, photo=dial.picture(f"{int(row.value):05d}"))
    for reading in record(rows, actor=scene[Role.FINANCE], community=scene.community):
        if reading.state == "held" and not now:
            confirm(reading.pk, actor=scene[Role.FINANCE], reason="电话问过，家里来了亲戚")


def _item(scene: Scene, code: str) -> ChargeItem:
    return ChargeItem.objects.get(organisation_id=scene.community.organisation_id, code=code)


def _charge(scene: Scene, month: Month) -> None:
    day = month.day(READ_ON)
    terms = MeteredTerms(WATER, parse_steps(STEPS), day.replace(month=1, day=1))
    head = Head(_item(scene, "water").pk, f"{month.year} 年 {month.number} 月水费", Span(day, day), month.plus(1).day(15))
    _publish(scene, draft_metered(head, terms, actor=scene[Role.FINANCE], community=scene.community))


def _share(scene: Scene, month: Month) -> None:
    """The lighting of the first building's halls in the quarter before."""
    quarter = Span(month.plus(-3).first, month.first - DAY)
    title = f"{quarter.last.year} 年第 {quarter.last.month // 3} 季度公共照明用电"
    scope = Scope(building_id=_homes(scene)[0].building_id, kinds=("residential",))
    terms = SharedTerms(COMMON_FEN + scene.dice("common", month).randint(0, 9000), By.AREA, scope)
    head = Head(_item(scene, "once").pk, title, quarter, month.day(20))
    _publish(scene, draft_shared(head, terms, actor=scene[Role.FINANCE], community=scene.community))


def _publish(scene: Scene, sheet: Sheet) -> None:
    request = ask_to_bill(sheet.pk, actor=scene[Role.FINANCE])
    decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
