"""What an import would write: properties by code, people by their key in the plan or their id in the estate."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from wuyefei.estate.people.public import PersonRow

from ..rules.issues import Issue
from ..rules.plan import OpeningArrear, OpeningPrepayment, PaymentMemo

Row = TypeVar("Row", OpeningArrear, OpeningPrepayment)
PersonRef = str | int
"""A key of the plan for a person yet to be created, an id for one who is there."""

KINDS = {
    "buildings": "楼栋", "entrances": "单元", "properties": "房屋", "people": "业主与住户", "ties": "入住关系",
    "parking_spaces": "车位", "vehicles": "车辆", "meters": "仪表", "tariffs": "收费标准", "contract_lines": "计费行",
    "opening_arrears": "期初欠费", "opening_prepayments": "期初预收", "payment_memos": "缴费历史（备查）",
}  # fmt: skip
"""Every kind that a file may bring, in the order in which they are written."""


@dataclass(slots=True)
class Tally:
    """How many of a kind are created, changed, the same already, and left out."""

    created: int = 0
    changed: int = 0
    same: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class NewProperty:
    code: str
    building: str
    entrance: str
    number: str
    kind: str
    floor: str
    layout: str
    area_m2: Decimal | None
    inner_area_m2: Decimal | None
    delivered_on: dt.date | None
    vacant: bool


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` and ``after`` by field, for a row that is there."""

    id: int
    name: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewTie:
    code: str
    person: PersonRef
    role: str
    first: dt.date
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class NewVehicle:
    code: str
    plate: str
    model: str
    colour: str


@dataclass(frozen=True, slots=True)
class NewMeter:
    code: str
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class NewTariff:
    name: str
    item: str
    method: str
    per_unit: Decimal
    fixed: Decimal
    effective_from: dt.date


@dataclass(frozen=True, slots=True)
class Agreement:
    """Lines of one cycle stand in one contract; ``in_advance``: due in the cycle's first month, else in its last."""

    cycle_months: int
    in_advance: bool


@dataclass(frozen=True, slots=True)
class NewLine:
    code: str
    tariff: str
    first: dt.date
    last: dt.date | None


@dataclass(frozen=True)
class Opening(Generic[Row]):
    """A line to be booked: its key, its property, who owes or is owed."""

    key: str
    code: str
    payer: PersonRef
    row: Row


@dataclass(frozen=True, slots=True)
class NewMemo:
    key: str
    code: str
    row: PaymentMemo


@dataclass
class Work:
    """Everything to be written, and the count of everything that was looked at."""

    buildings: list[str] = field(default_factory=list)
    entrances: list[tuple[str, str]] = field(default_factory=list)
    properties: list[NewProperty] = field(default_factory=list)
    property_changes: list[Change] = field(default_factory=list)
    attachments: list[tuple[str, str]] = field(default_factory=list)
    people: dict[str, PersonRow] = field(default_factory=dict)
    people_changes: list[Change] = field(default_factory=list)
    ties: list[NewTie] = field(default_factory=list)
    vehicles: list[NewVehicle] = field(default_factory=list)
    meters: list[NewMeter] = field(default_factory=list)
    items: dict[str, str] = field(default_factory=dict)
    """Name → code of charge items to be created."""
    tariffs: list[NewTariff] = field(default_factory=list)
    lines: dict[Agreement, list[NewLine]] = field(default_factory=dict)
    arrears: list[Opening[OpeningArrear]] = field(default_factory=list)
    prepayments: list[Opening[OpeningPrepayment]] = field(default_factory=list)
    memos: list[NewMemo] = field(default_factory=list)
    arrears_fen: int = 0
    prepayments_fen: int = 0
    """Totals of the file's good lines, those booked earlier included: what the typed totals are tied to."""
    issues: list[Issue] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})

    @property
    def is_empty(self) -> bool:
        """Nothing would be written."""
        return not any(tally.created or tally.changed for tally in self.tallies.values())

    @property
    def size(self) -> int:
        """How many rows would be written: what progress counts."""
        return sum(tally.created + tally.changed for tally in self.tallies.values())
