"""What an upload would create: frozen dataclasses, each with the sheet and row it came from.

Spans have both ends included; money is whole fen; areas and rates are ``Decimal``. Properties are named by their
code (``3-2-1201``; a shop without entrance ``3-101``), preceded by the community and ``/`` where a file holds
several communities.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import yuan_text

from .issues import Issue, Severity


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a piece of the plan was read."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Building:
    community: str
    code: str
    name: str
    floors: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Entrance:
    community: str
    building: str
    code: str
    floors: int | None
    has_lift: bool | None
    source: Source


@dataclass(frozen=True, slots=True)
class Property:
    """``kind``: residential, shop, office, parking or storage. ``state`` is the firm's own word, e.g. 已入住.

    ``building`` and ``entrance`` may be empty. ``vacant`` is None where the file does not tell.
    """

    key: str
    community: str
    district: str
    building: str
    entrance: str
    room: str
    kind: str
    floor: int | None
    layout: str
    building_area: Decimal | None
    inner_area: Decimal | None
    delivered_on: dt.date | None
    state: str
    vacant: bool | None
    year_built: int | None
    structure: str
    note: str
    source: Source


@dataclass(frozen=True, slots=True)
class Person:
    """``key`` holds within the plan only. Empty mobile or identity: the file had none, or a placeholder."""

    key: str
    name: str
    mobile: str
    identity: str
    age: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Tie:
    """A person's relation to a property: ``owner``, ``family``, ``tenant`` or ``temporary``."""

    property_key: str
    person_key: str
    role: str
    first: dt.date | None
    last: dt.date | None
    source: Source


@dataclass(frozen=True, slots=True)
class ParkingSpace:
    """``tenure``: ``sold``, ``let`` or empty; ``place``: 地上 or 地下 or empty."""

    code: str
    lot: str
    place: str
    area: Decimal | None
    property_key: str
    person_key: str
    tenure: str
    first: dt.date | None
    last: dt.date | None
    source: Source


@dataclass(frozen=True, slots=True)
class Vehicle:
    plate: str
    kind: str
    brand: str
    colour: str
    space_code: str
    property_key: str
    person_key: str
    source: Source


@dataclass(frozen=True, slots=True)
class Tariff:
    """A charge item's price. ``method``: ``area`` (price per m² a month), ``fixed`` (``fixed_fen`` a month) or
    ``area_plus_fixed`` (both). ``cycle_months`` is how many months one bill covers; ``in_advance``: due at its start.
    """

    key: str
    item: str
    method: str
    price: Decimal
    fixed_fen: int
    cycle_months: int | None
    in_advance: bool
    recurring: bool
    first: dt.date | None
    last: dt.date | None
    source: Source


@dataclass(frozen=True, slots=True)
class ContractLine:
    """This property is charged by this tariff from ``first`` on; ``last`` None: open-ended."""

    property_key: str
    tariff_key: str
    first: dt.date | None
    last: dt.date | None
    source: Source


@dataclass(frozen=True, slots=True)
class Meter:
    """Created without readings. ``kind``: water, electricity, gas, heat or other; ``mode``: prepaid or read."""

    number: str
    name: str
    kind: str
    type_name: str
    mode: str
    property_key: str
    item: str
    maker: str
    collector: str
    source: Source


@dataclass(frozen=True, slots=True)
class OpeningArrear:
    """What a property owed when the books here begin. ``origin``: ``stated`` (a column of the sheet) or
    ``shortfall`` (an old payment smaller than what was due). Both ends None: the file names no period.
    """

    property_key: str
    person_key: str
    item: str
    first: dt.date | None
    last: dt.date | None
    due_on: dt.date | None
    amount_fen: int
    origin: str
    source: Source


@dataclass(frozen=True, slots=True)
class OpeningPrepayment:
    property_key: str
    person_key: str
    item: str
    amount_fen: int
    source: Source


@dataclass(frozen=True, slots=True)
class PaymentMemo:
    """A payment of the past, kept to be read, never booked. The span's ends are both included."""

    property_key: str
    item: str
    cycle_months: int | None
    first: dt.date
    last: dt.date
    paid_on: dt.date | None
    due_fen: int
    paid_fen: int
    cashier: str
    note: str
    source: Source

    @property
    def shortfall_fen(self) -> int:
        return max(0, self.due_fen - self.paid_fen)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A part of the file that was left unread on purpose, and why."""

    sheet: str
    what: str
    count: int


class PlanRefused(DomainError):
    """All-or-nothing was asked for and the plan has errors; nothing was created."""

    code = "plan_refused"
    message = "有 {errors} 处错误，按「全部或都不」一行也没有导入。"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The whole of one upload. ``layout`` names how it was understood: ``peer`` or ``plain``."""

    file_name: str
    layout: str
    community_hint: str
    communities: tuple[str, ...] = ()
    buildings: tuple[Building, ...] = ()
    entrances: tuple[Entrance, ...] = ()
    properties: tuple[Property, ...] = ()
    people: tuple[Person, ...] = ()
    ties: tuple[Tie, ...] = ()
    parking_spaces: tuple[ParkingSpace, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    contract_lines: tuple[ContractLine, ...] = ()
    meters: tuple[Meter, ...] = ()
    opening_arrears: tuple[OpeningArrear, ...] = ()
    opening_prepayments: tuple[OpeningPrepayment, ...] = ()
    payment_memos: tuple[PaymentMemo, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    issues: tuple[Issue, ...] = ()
    rows_read: int = 0
    rows_refused: int = 0

    @property
    def errors(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.severity is Severity.WARNING)

    @property
    def arrears_fen(self) -> int:
        return sum(one.amount_fen for one in self.opening_arrears)

    @property
    def prepayments_fen(self) -> int:
        return sum(one.amount_fen for one in self.opening_prepayments)

    @property
    def is_empty(self) -> bool:
        """Nothing would be created."""
        return not any(self.counts().values())

    def counts(self) -> dict[str, int]:
        """How many of each kind the plan would create."""
        return {
            "buildings": len(self.buildings),
            "entrances": len(self.entrances),
            "properties": len(self.properties),
            "people": len(self.people),
            "ties": len(self.ties),
            "parking_spaces": len(self.parking_spaces),
            "vehicles": len(self.vehicles),
            "tariffs": len(self.tariffs),
            "contract_lines": len(self.contract_lines),
            "meters": len(self.meters),
            "opening_arrears": len(self.opening_arrears),
            "opening_prepayments": len(self.opening_prepayments),
            "payment_memos": len(self.payment_memos),
        }

    def require_faultless(self) -> None:
        """All-or-nothing: raises ``PlanRefused`` when any row has an error."""
        if self.errors:
            raise PlanRefused(errors=len(self.errors))

    def tie_out(self, *, arrears_fen: int, prepayments_fen: int) -> None:
        """Raises ``Invalid`` unless opening arrears and prepayments equal the totals the user typed in."""
        pairs = (("期初欠费", self.arrears_fen, arrears_fen), ("期初预收", self.prepayments_fen, prepayments_fen))
        for field, read, typed in pairs:
            if read != typed:
                raise Invalid(
                    field=field,
                    reason=Phrase("表内合计 {read} 元，填写的是 {typed} 元，相差 {difference} 元", read=yuan_text(read), typed=yuan_text(typed), difference=yuan_text(read - typed)),
                )
