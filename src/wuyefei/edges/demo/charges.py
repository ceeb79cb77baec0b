"""Water read and billed every month, and a common cost shared every quarter, in the firm's first community."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from wuyefei.estate.metering.public import Installed, ReadingRow, confirm, install, record
from wuyefei.estate.properties.public import Meter, MeterRow, bulk_create_meters
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.estate.tariffs.rules.public import By
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month, Span
from wuyefei.foundation.platform import clock
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

from .estate import Company, Settled

WATER = "水表"
METERS = 24
READ_ON, BILLED_ON = 25, 26
STEPS = "80 2.90，120 3.85，不限 6.70"
COMMON_FEN = 128_640


class Rounds:
    """The meters of one community and what each has shown."""

    def __init__(self, company: Company, start: dt.date, dice: random.Random) -> None:
        self.company, self.dice = company, dice
        self.settled: Settled = company.places[0]
        flats = [home.flat for home in self.settled.households if home.flat.kind == "residential"][:METERS]
        rows = [MeterRow(flat.pk, WATER, f"{self.settled.place.prefix}-S{number:04d}") for number, flat in enumerate(flats, 1)]
        self.meters: list[Meter] = bulk_create_meters(rows, actor=company.actors[Role.FINANCE], community=self.settled.community)
        self.shown = {meter.pk: Decimal(dice.randint(40, 900)) for meter in self.meters}
        for meter in self.meters:
            install(meter.pk, Installed(start, self.shown[meter.pk]), actor=company.actors[Role.FINANCE])

    def live(self, day: dt.date, today: dt.date) -> None:
        """What happens on a day: a round, a sheet of it, or a quarter's common cost."""
        moment = dt.datetime.combine(day, dt.time(16), tzinfo=CHINA)
        with clock.at(moment):
            if day.day == READ_ON:
                self._read(day, half=day == today)
            elif day.day == BILLED_ON:
                self._publish(self._water(day))
            elif day.day == 2 and day.month in (1, 4, 7, 10):
                self._publish(self._common(day))

    def _read(self, day: dt.date, *, half: bool) -> None:
        rows = []
        for meter in self.meters[: METERS // 2] if half else self.meters:
            used = self.dice.randint(60, 140) if self.dice.random() < 0.02 else self.dice.randint(4, 13)
            self.shown[meter.pk] += used
            rows.append(ReadingRow(meter.pk, day, self.shown[meter.pk]))
        finance = self.company.actors[Role.FINANCE]
        for reading in record(rows, actor=finance, community=self.settled.community):
            if reading.state == "held" and not half:
                confirm(reading.pk, actor=finance, reason="电话问过，家里来了亲戚")

    def _item(self, code: str) -> ChargeItem:
        return ChargeItem.objects.get(organisation=self.company.organisation, code=code)

    def _water(self, day: dt.date) -> Sheet:
        terms = MeteredTerms(WATER, parse_steps(STEPS), day.replace(month=1, day=1))
        head = Head(self._item("water").pk, f"{day.year} 年 {day.month} 月水费", Span(day - DAY, day - DAY), Month.of(day).plus(1).day(15))
        return draft_metered(head, terms, actor=self.company.actors[Role.FINANCE], community=self.settled.community)

    def _common(self, day: dt.date) -> Sheet:
        quarter = Span(Month.of(day).plus(-3).first, Month.of(day).plus(-1).last)
        head = Head(self._item("once").pk, f"{quarter.last.year} 年第 {quarter.last.month // 3} 季度公共照明用电", quarter, day.replace(day=20))
        total = COMMON_FEN + self.dice.randint(0, 9000)
        building = self.settled.households[0].flat.building_id
        terms = SharedTerms(total, By.AREA, Scope(building_id=building, kinds=("residential",)))
        return draft_shared(head, terms, actor=self.company.actors[Role.FINANCE], community=self.settled.community)

    def _publish(self, sheet: Sheet) -> None:
        request = ask_to_bill(sheet.pk, actor=self.company.actors[Role.FINANCE])
        decide(request.pk, approved=True, actor=self.company.actors[Role.FINANCE_LEAD])
