"""Finding a household by whatever the person at the window says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from wuyefei.estate.occupancy.public import payers, ties
from wuyefei.estate.people.public import find_people, people
from wuyefei.estate.properties.public import Property, find_properties, find_vehicles, properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.text import mask_plate, tidy
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import open_bills

MAX_TEXT = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """A household found: ``why`` says by what where it was not the property's own code, ``owed_fen`` is overdue
    money as of today, late fee included, disputed bills left out."""

    property_id: int
    code: str
    community_name: str
    payer_id: int | None
    payer_name: str
    owed_fen: int
    why: str = ""


def find(actor: Actor, text: str, community_id: int | None = None, limit: int = 12) -> list[Hit]:
    """Households of the places where the actor may take money: by the property's code in any writing, a name, its
    pinyin or initials, the mobile's last four digits or whole number, or a plate or its tail. Codes come first."""
    wanted = tidy(text)[:MAX_TEXT]
    places = actor.communities(Permission.CASHDESK)
    if not wanted or (community_id is not None and community_id not in places):
        return []
    found: dict[int, str] = {}
    for property_id, why in _candidates(actor, wanted, community_id, limit):
        found.setdefault(property_id, why)
        if len(found) >= 2 * limit:
            break
    return _hits(actor, found, places, limit)


def _candidates(actor: Actor, wanted: str, community_id: int | None, limit: int) -> list[tuple[int, str]]:
    """Codes first, but never so many that people and cars found by the same digits fall out of sight."""
    codes: list[tuple[int, str]] = []
    if re.search(r"\d", wanted) or not re.fullmatch(r"[一-鿿]{1,4}", wanted):
        codes = [(flat.pk, "") for flat in find_properties(actor, wanted, community_id, limit)]
    persons = find_people(actor, wanted, community_id, limit)
    others = _properties_of(actor, {person.pk: person.name for person in persons}) if persons else []
    others += [(car.property_id, mask_plate(car.plate)) for car in find_vehicles(actor, wanted, community_id, limit)]
    return codes[: max(limit - len(others), limit * 2 // 3)] + others


def _properties_of(actor: Actor, names: dict[int, str]) -> list[tuple[int, str]]:
    """The persons' properties in the order of the persons, present ones before former ones."""
    order = {person_id: position for position, person_id in enumerate(names)}
    today = clock.today()
    rows = ties(actor).filter(person_id__in=names).values_list("person_id", "property_id", "ends_on")
    ranked = sorted(rows, key=lambda row: (row[2] is not None and row[2] < today, order[row[0]], row[1]))
    return [(property_id, names[person_id]) for person_id, property_id, _ in ranked]


def _hits(actor: Actor, found: dict[int, str], places: frozenset[int], limit: int) -> list[Hit]:
    rows = properties(actor).filter(pk__in=found, community_id__in=places)
    by_id = {row.pk: row for row in rows.select_related("community", "attached_to__community")}
    homes: dict[int, tuple[Property, str]] = {}
    for property_id, why in found.items():
        row = by_id.get(property_id)
        if row is None:
            continue
        home = row.attached_to or row
        homes.setdefault(home.pk, (home, why or (row.code if home.pk != row.pk else "")))
    homes = dict(list(homes.items())[:limit])
    names, owed = _payer_names(actor, homes), _owed(actor, homes)
    return [
        Hit(pk, home.code, home.community.name, names[pk][0], names[pk][1], owed[pk], "" if why == names[pk][1] else why)
        for pk, (home, why) in homes.items()
    ]


def _payer_names(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[int | None, str]]:
    today = clock.today()
    paying = {property_id: [person for person, _ in spans] for property_id, spans in payers(ids, Span(today, today)).items()}
    wanted = {person for persons in paying.values() for person in persons}
    names = dict(people(actor).filter(pk__in=wanted).values_list("pk", "name"))
    return {
        property_id: (persons[0] if persons else None, "、".join(names[person] for person in persons if person in names))
        for property_id, persons in paying.items()
    }


def _owed(actor: Actor, ids: Iterable[int]) -> dict[int, int]:
    """What is overdue at each household, its parking included."""
    today = clock.today()
    home_ids = list(ids)
    home = {pk: pk for pk in home_ids}
    home |= dict(properties(actor).filter(attached_to_id__in=home_ids).values_list("pk", "attached_to_id"))
    sums: dict[int, int] = defaultdict(int)
    for bill in open_bills(actor, today, property_ids=list(home)):
        if bill.due_on < today and not bill.held:
            sums[home[bill.property_id]] += bill.total_fen
    return sums
