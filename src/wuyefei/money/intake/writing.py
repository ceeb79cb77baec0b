"""Writes what a comparison found, through the doors of the lower rooms, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from wuyefei.estate.contracts.public import (
    ContractDraft,
    LineRow,
    activate,
    bulk_create_lines,
    create_contract,
)
from wuyefei.estate.occupancy.public import TieRow, bulk_tie
from wuyefei.estate.people.public import bulk_create_persons, update_person
from wuyefei.estate.properties.public import (
    EntranceRow,
    MeterRow,
    PropertyRow,
    VehicleRow,
    attach,
    bulk_create_buildings,
    bulk_create_entrances,
    bulk_create_meters,
    bulk_create_properties,
    bulk_create_vehicles,
    update_property,
)
from wuyefei.estate.tariffs.public import (
    DEFAULT_ITEMS,
    create_item,
    create_tariff,
    ensure_default_items,
    items,
)
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.meanwhile import checked_meanwhile
from wuyefei.money.billing.public import DEFAULT_CAP, DEFAULT_RATE, OpeningArrears, book_opening
from wuyefei.money.payments.public import OpeningPrepayment as Held
from wuyefei.money.payments.public import book_opening_prepayments

from .comparing.work import Agreement, NewLine, NewProperty, NewTie, Opening, PersonRef, Work
from .models import ImportFile, OpeningLine, PaymentMemo
from .progress import Progress
from .rules.choices import Choices
from .rules.plan import OpeningArrear, OpeningPrepayment
from .standing import ContractStands, Standing

BATCH = 5_000
Row = TypeVar("Row")


@dataclass
class Writer:
    """One import being written. Ids of what is new join those that stood, so that later parts find both."""

    source: ImportFile
    community: Community
    choices: Choices
    standing: Standing
    work: Work
    actor: Actor
    progress: Progress
    homes: dict[str, int] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Everything, in the order in which one part needs the other."""
        self.progress.begin(self.work.size)
        self.homes = {code: home.id for code, home in self.standing.homes.items()}
        with checked_meanwhile():
            self._places()
            self._people()
            self._things()
        self._charges()
        self._opening()
        self._memos()

    def _person(self, ref: PersonRef) -> int:
        return ref if isinstance(ref, int) else self.persons[ref]

    def _places(self) -> None:
        standing, work, actor, community = self.standing, self.work, self.actor, self.community
        for building in bulk_create_buildings(work.buildings, actor=actor, community=community):
            standing.buildings[building.name] = building.pk
        doors = [EntranceRow(standing.buildings[building], name) for building, name in work.entrances]
        for key, door in zip(work.entrances, bulk_create_entrances(doors, actor=actor, community=community), strict=True):
            standing.entrances[key] = door.pk
        self.progress.step(len(work.buildings) + len(work.entrances), "楼栋和单元")
        for part in _parts(work.properties):
            for one in bulk_create_properties([self._row(row) for row in part], actor=actor, community=community):
                self.homes[one.code] = one.pk
            self.progress.step(len(part), "房屋")
        for change in work.property_changes:
            update_property(change.id, actor=actor, reason=f"导入 {self.source.name}", **change.after)
        self.progress.step(len(work.property_changes), "更新房屋")

    def _row(self, one: NewProperty) -> PropertyRow:
        door = self.standing.entrances.get((one.building, one.entrance)) if one.entrance else None
        building = self.standing.buildings.get(one.building) if one.building else None
        return PropertyRow(
            number=one.number, kind=one.kind, building_id=building, entrance_id=door, code=one.code, floor=one.floor,
            layout=one.layout, area_m2=one.area_m2, inner_area_m2=one.inner_area_m2, delivered_on=one.delivered_on,
            vacant=one.vacant,
        )  # fmt: skip

    def _people(self) -> None:
        for part in _parts(list(self.work.people.items())):
            made = bulk_create_persons([row for _, row in part], actor=self.actor, community=self.community)
            self.persons |= {key: person.pk for (key, _), person in zip(part, made, strict=True)}
            self.progress.step(len(part), "业主与住户")
        for change in self.work.people_changes:
            update_person(change.id, actor=self.actor, reason=f"导入 {self.source.name}", **change.after)
        self.progress.step(len(self.work.people_changes), "更新业主与住户")
        for ties in _parts(self.work.ties):
            bulk_tie([self._tie(one) for one in ties], actor=self.actor, community=self.community)
            self.progress.step(len(ties), "入住关系")

    def _tie(self, one: NewTie) -> TieRow:
        return TieRow(self.homes[one.code], self._person(one.person), one.role, one.first, one.last)

    def _things(self) -> None:
        work, actor, community = self.work, self.actor, self.community
        for space, flat in work.attachments:
            attach(self.homes[space], self.homes[flat], actor=actor)
        cars = [VehicleRow(self.homes[one.code], one.plate, one.model, one.colour) for one in work.vehicles]
        bulk_create_vehicles(cars, actor=actor, community=community)
        dials = [MeterRow(self.homes[one.code], one.kind, one.number) for one in work.meters]
        bulk_create_meters(dials, actor=actor, community=community)
        self.progress.step(len(cars) + len(dials), "车辆和仪表")

    def _charges(self) -> None:
        work, actor, community = self.work, self.actor, self.community
        if not work.tariffs and not work.lines:
            return
        tax = next(item.tax_rate for item in DEFAULT_ITEMS if item.code == "service")
        for name, code in work.items.items():
            create_item(code, name, "income", tax, actor=actor)
        ids = dict(items(actor).values_list("code", "id"))
        tariffs = {name: stands.id for name, stands in self.standing.tariffs.items()}
        for one in work.tariffs:
            made = create_tariff(
                ids[one.item], one.name, one.method, effective_from=one.effective_from, per_unit=one.per_unit,
                fixed=one.fixed, note="导入", actor=actor, community=community,
            )  # fmt: skip
            tariffs[one.name] = made.pk
        self.progress.step(len(work.tariffs), "收费标准")
        for agreement, lines in work.lines.items():
            self._lines(agreement, lines, tariffs)
            self.progress.step(len(lines), "计费行")

    def _lines(self, agreement: Agreement, lines: list[NewLine], tariffs: dict[str, int]) -> None:
        """All lines of one cycle, in the contract that stands for imports or a new one, which is put in force."""
        contract = self._contract(agreement)
        rows = [
            LineRow(self.homes[one.code], tariffs[one.tariff], max(one.first, contract.starts_on), one.last)
            for one in lines
            if one.last is None or one.last >= contract.starts_on
        ]
        bulk_create_lines(contract.id, rows, actor=self.actor)
        if contract.state == "draft":
            activate(contract.id, actor=self.actor)

    def _contract(self, agreement: Agreement) -> ContractStands:
        stem = f"{self.community.receipt_prefix}-DR{agreement.cycle_months:02d}" + ("" if agreement.in_advance else "H")
        number, count = stem, 1
        while (stands := self.standing.contracts.get(number)) is not None and stands.state == "ended":
            count += 1
            number = f"{stem}-{count}"
        if stands is not None:
            return stands
        clause = self.choices.late_fee_clause
        draft = ContractDraft(
            number=number, title=f"导入合同（每 {agreement.cycle_months} 个月一期）", starts_on=self.choices.takeover_on,
            cycle_months=agreement.cycle_months, due_day=self.choices.due_day,
            due_month=1 if agreement.in_advance else agreement.cycle_months, late_fee_clause=clause,
            late_fee_rate=DEFAULT_RATE if clause else None, late_fee_cap=DEFAULT_CAP if clause else None,
        )  # fmt: skip
        made = create_contract(draft, actor=self.actor, community=self.community)
        return ContractStands(made.pk, made.state, made.starts_on)

    def _opening(self) -> None:
        work, actor, community = self.work, self.actor, self.community
        if work.arrears:
            item = ensure_default_items(community.organisation)["opening"]
            rows = [self._arrear(self.homes[one.code], self._person(one.payer), one.row) for one in work.arrears]
            book_opening(rows, actor=actor, community=community, item=item)
        if work.prepayments:
            held = [
                Held(self.homes[one.code], self._person(one.payer), one.row.amount_fen, f"期初预收 {one.row.item}".strip())
                for one in work.prepayments
            ]
            book_opening_prepayments(held, actor=actor, community=community)
        lines = [self._line(OpeningLine.Kind.ARREAR, one) for one in work.arrears]
        lines += [self._line(OpeningLine.Kind.PREPAYMENT, one) for one in work.prepayments]
        OpeningLine.objects.bulk_create(lines, batch_size=BATCH)
        self.progress.step(len(lines), "期初余额")

    def _line(self, kind: str, one: Opening[OpeningArrear] | Opening[OpeningPrepayment]) -> OpeningLine:
        return OpeningLine(
            organisation_id=self.actor.organisation_id, community=self.community, source=self.source, kind=kind,
            property_id=self.homes[one.code], key=one.key, amount_fen=one.row.amount_fen,
            sheet=one.row.source.sheet[:60], row=one.row.source.row,
        )  # fmt: skip

    def _arrear(self, property_id: int, payer_id: int, row: OpeningArrear) -> OpeningArrears:
        """Without a period of its own a debt stands on the day before the takeover; it bears no late fee here."""
        eve = min(self.choices.takeover_on, clock.today()) - DAY
        first, last = (row.first, row.last) if row.first and row.last else (row.due_on or eve, row.due_on or eve)
        memo = f"{row.item} 期初欠费" if row.origin == "stated" else f"{row.item} 少缴转入"
        return OpeningArrears(property_id, payer_id, first, last, row.due_on or last, row.amount_fen, memo[:80])

    def _memos(self) -> None:
        PaymentMemo.objects.bulk_create(
            [
                PaymentMemo(
                    organisation_id=self.actor.organisation_id, community=self.community, source=self.source,
                    property_id=self.homes[one.code], key=one.key, item=one.row.item[:60], first_day=one.row.first,
                    last_day=one.row.last, paid_on=one.row.paid_on, due_fen=one.row.due_fen, paid_fen=one.row.paid_fen,
                    cashier=one.row.cashier, note=one.row.note, sheet=one.row.source.sheet[:60], row=one.row.source.row,
                )
                for one in self.work.memos
            ],
            batch_size=BATCH,
        )  # fmt: skip
        self.progress.step(len(self.work.memos), "缴费历史")


def _parts(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
