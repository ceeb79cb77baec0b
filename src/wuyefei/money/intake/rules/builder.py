"""Gathers the pieces of a plan: joins what is named twice, keeps what it found, and makes the frozen plan at the end."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter

from .issues import Findings
from .options import Options
from .plan import (
    Building,
    ContractLine,
    Entrance,
    Ignored,
    ImportPlan,
    Meter,
    OpeningArrear,
    OpeningPrepayment,
    ParkingSpace,
    PaymentMemo,
    Person,
    Property,
    Source,
    Tariff,
    Tie,
    Vehicle,
)

_COMPARED = (
    "kind", "floor", "layout", "building_area", "inner_area", "delivered_on", "year_built", "structure",
)  # fmt: skip


class Builder:
    """Mutable while a file is read; every ``add_*`` keeps the first of equals and the order of the file."""

    def __init__(self, file_name: str, layout: str, today: dt.date, options: Options) -> None:
        self.file_name, self.layout, self.today, self.options = file_name, layout, today, options
        self.findings = Findings()
        self.community_hint = ""
        self.communities: dict[str, None] = {}
        self.buildings: dict[tuple[str, str], Building] = {}
        self.entrances: dict[tuple[str, str, str], Entrance] = {}
        self.properties: dict[str, Property] = {}
        self.people: dict[str, Person] = {}
        self.ties: dict[tuple[str, str, str], Tie] = {}
        self.owners: dict[str, str] = {}
        self.spaces: dict[str, ParkingSpace] = {}
        self.vehicles: dict[str, Vehicle] = {}
        self.tariffs: dict[str, Tariff] = {}
        self.lines: dict[tuple[str, str], ContractLine] = {}
        self.meters: dict[str, Meter] = {}
        self.arrears: list[OpeningArrear] = []
        self.prepayments: list[OpeningPrepayment] = []
        self.memos: list[PaymentMemo] = []
        self.ignored: Counter[tuple[str, str]] = Counter()
        self.rows_read = self.rows_refused = 0

    def ignore(self, sheet: str, what: str, count: int = 1) -> None:
        """Notes that a part of the file was left unread on purpose."""
        if count:
            self.ignored[sheet, what] += count

    def add_place(self, community: str, building: str, entrance: str, source: Source) -> None:
        """Makes sure that the community, building and entrance a property stands in are in the plan."""
        if community:
            self.communities.setdefault(community)
        if building:
            self.buildings.setdefault((community, building), Building(community, building, building, None, source))
        if building and entrance:
            self.entrances.setdefault(
                (community, building, entrance), Entrance(community, building, entrance, None, None, source)
            )

    def describe_place(
        self, community: str, building: str, entrance: str, floors: int | None, has_lift: bool | None
    ) -> None:
        """Adds floors and lift to a place that is already in the plan; the first statement stays."""
        if floors is None and has_lift is None:
            return
        found = self.buildings.get((community, building))
        if found and found.floors is None and floors is not None:
            self.buildings[community, building] = dataclasses.replace(found, floors=floors)
        key = (community, building, entrance)
        part = self.entrances.get(key)
        if part:
            self.entrances[key] = dataclasses.replace(
                part,
                floors=part.floors if part.floors is not None else floors,
                has_lift=part.has_lift if part.has_lift is not None else has_lift,
            )

    def differences(self, new: Property) -> list[str]:
        """Which facts of a property named again contradict what is known; a blank contradicts nothing."""
        old = self.properties[new.key]
        return [
            name
            for name in _COMPARED
            if getattr(old, name) not in (None, "")
            and getattr(new, name) not in (None, "")
            and getattr(old, name) != getattr(new, name)
        ]

    def add_property(self, new: Property) -> None:
        """A property named again only fills what was blank."""
        old = self.properties.get(new.key)
        if old is None:
            self.properties[new.key] = new
            return
        blanks = {
            field.name: getattr(new, field.name)
            for field in dataclasses.fields(Property)
            if getattr(old, field.name) in (None, "") and getattr(new, field.name) not in (None, "")
        }
        if blanks:
            self.properties[new.key] = dataclasses.replace(old, **blanks)

    def add_person(self, new: Person) -> None:
        old = self.people.get(new.key)
        if old is None:
            self.people[new.key] = new
        elif (new.identity and not old.identity) or (new.mobile and not old.mobile):
            self.people[new.key] = dataclasses.replace(
                old, identity=old.identity or new.identity, mobile=old.mobile or new.mobile
            )

    def add_tie(self, tie: Tie) -> None:
        self.ties.setdefault((tie.property_key, tie.person_key, tie.role), tie)
        if tie.role == "owner":
            self.owners.setdefault(tie.property_key, tie.person_key)

    def owner_of(self, property_key: str) -> str:
        """The first owner tied to the property, or empty."""
        return self.owners.get(property_key, "")

    def knows_property(self, key: str) -> bool:
        """Whether a reference can be resolved here or is left to the estate as it stands."""
        known = self.options.known_properties
        return key in self.properties or known is None or key in known

    def plan(self) -> ImportPlan:
        return ImportPlan(
            self.file_name,
            self.layout,
            self.community_hint,
            tuple(self.communities),
            tuple(self.buildings.values()),
            tuple(self.entrances.values()),
            tuple(self.properties.values()),
            tuple(self.people.values()),
            tuple(self.ties.values()),
            tuple(self.spaces.values()),
            tuple(self.vehicles.values()),
            tuple(self.tariffs.values()),
            tuple(self.lines.values()),
            tuple(self.meters.values()),
            tuple(self.arrears),
            tuple(self.prepayments),
            tuple(self.memos),
            tuple(Ignored(sheet, what, count) for (sheet, what), count in self.ignored.items()),
            tuple(self.findings.issues),
            self.rows_read,
            self.rows_refused,
        )
