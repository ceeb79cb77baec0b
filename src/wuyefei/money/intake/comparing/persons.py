"""People and their ties: who is known already, by the marks of their numbers or by name at the same property."""

from __future__ import annotations

from collections import defaultdict

from wuyefei.estate.people.public import KnownPerson, PersonRow, normalise_identity
from wuyefei.estate.properties.public import normalise_plate
from wuyefei.foundation.kernel.errors import DomainError, Phrase
from wuyefei.foundation.kernel.text import tidy

from ..rules.plan import Person, Tie, Vehicle
from ..standing import TieStands
from .desk import Desk
from .work import Change, NewTie, NewVehicle, PersonRef

ROLES = {"owner": "owner", "tenant": "tenant", "family": "occupant", "temporary": "occupant"}
"""The roles of a file → those of the estate."""


class Register:
    """The community's people, found by name together with a number's mark or a property."""

    def __init__(self, desk: Desk) -> None:
        self.by_id = {one.id: one for one in desk.standing.people}
        self.by_number: dict[tuple[str, str, str], KnownPerson] = {}
        self.at_home: dict[tuple[int, str], KnownPerson] = {}
        self.bare: dict[str, list[KnownPerson]] = defaultdict(list)
        tied: set[int] = set()
        for property_id, stands in desk.standing.ties.items():
            for one in stands:
                known = self.by_id.get(one.person_id)
                if known is not None:
                    self.at_home.setdefault((property_id, known.name), known)
                    tied.add(known.id)
        for person in desk.standing.people:
            for kind, mark in (("identity", person.identity_mark), ("mobile", person.mobile_mark)):
                if mark:
                    self.by_number.setdefault((kind, mark, person.name), person)
            if person.id not in tied:
                self.bare[person.name].append(person)


def compare_people(desk: Desk) -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for tie in desk.plan.ties:
        homes[tie.person_key].append(desk.code(tie.property_key))
    for space in desk.plan.parking_spaces:
        if space.person_key:
            homes[space.person_key].append(desk.spaces.get(space.code, ""))
    register = Register(desk)
    rows = {one.key: _row(desk, one) for one in desk.plan.people}
    for one in desk.plan.people:
        known = _find(desk, register, rows[one.key], homes[one.key])
        desk.persons[one.key] = known.id if known else one.key
    wanted = _ties(desk)
    known_rows: dict[int, list[PersonRow]] = defaultdict(list)
    for key, row in rows.items():
        person = desk.persons[key]
        if isinstance(person, int):
            known_rows[person].append(row)
        elif homes[key] and key not in wanted:
            desk.tally("people").skipped += 1
        else:
            desk.work.people[key] = row
            desk.tally("people").created += 1
    for person_id, alike in known_rows.items():
        _known(desk, register.by_id[person_id], alike)
    _vehicles(desk)


def _row(desk: Desk, one: Person) -> PersonRow:
    identity = one.identity
    try:
        identity = normalise_identity(identity)
    except DomainError:
        desk.warn("bad_identity", one.source, "证件号码不是 5 到 24 位数字或字母，按空处理", "核对证件号码")
        identity = ""
    return PersonRow(tidy(one.name), mobile=one.mobile, identity=identity)


def _find(desk: Desk, register: Register, row: PersonRow, codes: list[str]) -> KnownPerson | None:
    """Two different identity numbers are two people, whatever else agrees."""
    if not register.by_id:
        return None
    identity = desk.standing.mark("identity", row.identity) if row.identity else ""
    mobile = desk.standing.mark("mobile", row.mobile) if row.mobile else ""
    found = register.by_number.get(("identity", identity, row.name)) if identity else None
    if found is None and mobile:
        found = register.by_number.get(("mobile", mobile, row.name))
    for code in codes if found is None else ():
        home = desk.home(code)
        found = found or (register.at_home.get((home.id, row.name)) if home else None)
    if found is None and not codes and len(register.bare[row.name]) == 1:
        found = register.bare[row.name][0]
    if found is not None and identity and found.identity_mark and found.identity_mark != identity:
        return None
    return found


def _known(desk: Desk, known: KnownPerson, rows: list[PersonRow]) -> None:
    """A number that the file has and the register lacks or has otherwise is a change; a blank is none.

    Where the file itself gives a person several numbers, the register's stands if it is one of them, else the first.
    """
    after = {}
    for name, held in (("mobile", known.mobile_mark), ("identity", known.identity_mark)):
        values = [value for row in rows if (value := getattr(row, name))]
        if values and held not in {desk.standing.mark(name, value) for value in values}:
            after[name] = values[0]
    if after:
        desk.work.people_changes.append(Change(known.id, known.name, {}, after))
        desk.tally("people").changed += 1
    else:
        desk.tally("people").same += 1


def _ties(desk: Desk) -> set[str]:
    """Plans the ties; returns the keys of people to be created who get one."""
    owners: dict[str, set[PersonRef]] = defaultdict(set)
    for tie in desk.plan.ties:
        if tie.role == "owner":
            owners[desk.code(tie.property_key)].add(desk.persons[tie.person_key])
    planned: set[tuple[str, PersonRef, str]] = set()
    for tie in desk.plan.ties:
        _tie(desk, tie, desk.code(tie.property_key), ROLES[tie.role], owners, planned)
    for space in desk.plan.parking_spaces:
        if space.person_key and space.code in desk.spaces:
            role = "owner" if space.tenure == "sold" else "payer"
            row = Tie(space.code, space.person_key, role, space.first, space.last, space.source)
            _tie(desk, row, desk.spaces[space.code], role, {}, planned)
    return {person for _, person, _ in planned if isinstance(person, str)}


def _tie(
    desk: Desk, tie: Tie, code: str, role: str, owners: dict[str, set[PersonRef]], planned: set[tuple[str, PersonRef, str]]
) -> None:
    person = desk.persons.get(tie.person_key)
    if not code or person is None:
        desk.tally("ties").skipped += 1
        return
    key = (code, person, role)
    home = desk.home(code)
    stands = desk.standing.ties.get(home.id, []) if home else []
    if key in planned or any(one.person_id == person and one.role == role for one in stands):
        desk.tally("ties").same += 1
        return
    if role == "owner" and _others_own(desk, stands, owners.get(code, {person})):
        desk.warn("owner_differs", tie.source, Phrase("{code} 已登记别的业主，未改", code=code), "换了业主请在房屋页办过户；共有人请在房屋页添加", code)
        desk.tally("ties").skipped += 1
        return
    first = tie.first or desk.since
    if tie.last is not None and tie.last < first:
        first = tie.last
    planned.add(key)
    desk.work.ties.append(NewTie(code, person, role, first, tie.last))
    desk.tally("ties").created += 1


def _others_own(desk: Desk, stands: list[TieStands], named: set[PersonRef]) -> bool:
    """Whether someone whom the file does not name owns the property now."""
    present = {one.person_id for one in stands if one.role == "owner" and (one.ends_on is None or one.ends_on >= desk.today)}
    return bool(present) and not present & named


def _vehicles(desk: Desk) -> None:
    for car in desk.plan.vehicles:
        code = desk.code(car.property_key) or desk.spaces.get(car.space_code, "")
        plate = _plate(desk, car)
        if not plate:
            desk.tally("vehicles").skipped += 1
        elif not code:
            desk.warn("no_home", car.source, "车辆没有房屋也没有车位，未建", "补上房号或车位")
            desk.tally("vehicles").skipped += 1
        elif plate not in desk.standing.plates:
            desk.work.vehicles.append(NewVehicle(code, plate, car.brand, car.colour))
            desk.tally("vehicles").created += 1
        else:
            home = desk.home(code)
            if home is not None and home.id == desk.standing.plates[plate]:
                desk.tally("vehicles").same += 1
            else:
                desk.warn("already_there", car.source, "这个车牌已登记在另一处，未改", "核对车牌")
                desk.tally("vehicles").skipped += 1


def _plate(desk: Desk, car: Vehicle) -> str:
    try:
        return normalise_plate(car.plate)
    except DomainError as error:
        desk.warn("bad_plate", car.source, error.text, "填如 浙A12345 的车牌号")
        return ""
