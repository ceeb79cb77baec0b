"""Making and ending ties, and the transfer of a property 过户."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from wuyefei.estate.people.public import Erased, Person, get_person
from wuyefei.estate.properties.public import Ended, Property, properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY, parse_day
from wuyefei.foundation.kernel.errors import DomainError, NotFound, Phrase
from wuyefei.foundation.platform import audit, clock, meanwhile
from wuyefei.foundation.platform.inserting import drafts, insert_many

from .models import Tie
from .queries import ties
from .rules import DEVELOPER, OWNER, TieFact, TieRow, check_end, clean_tie, refuse_overlap
from .sharing import cut_sharings, rejoin_sharings

_FACT = ("id", "person_id", "role", "starts_on", "ends_on")
_HOMES = "SELECT id, code, ended_on FROM properties_property JOIN unnest(%s::bigint[]) w(id) USING (id) WHERE community_id = %s"
_PERSONS = "SELECT id, erased_at FROM people_person JOIN unnest(%s::bigint[]) w(id) USING (id) WHERE community_id = %s"
_TIES = f"""SELECT property_id, {', '.join(_FACT)} FROM occupancy_tie JOIN unnest(%s::bigint[]) w(property_id) USING (property_id)
WHERE community_id = %s"""


class _Home(NamedTuple):
    code: str
    ended_on: dt.date | None


def _read(statement: str, community_id: int, ids: set[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids), community_id])
        return list(cursor.fetchall())


def _locked_property(property_id: int, actor: Actor) -> Property:
    home = properties(actor).select_for_update(no_key=True).filter(pk=property_id).first()
    if home is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, home.community_id)
    return home


def _facts(property_id: int) -> list[TieFact]:
    return [TieFact(*row) for row in Tie.objects.filter(property_id=property_id).values_list(*_FACT)]


def _check(row: TieRow, home: Property, person: Person, existing: Sequence[TieFact]) -> None:
    if person.community_id != home.community_id:
        raise NotFound()
    _check_days(row, home, person.erased_at, existing)


def _check_days(row: TieRow, home: Property | _Home, erased_at: dt.datetime | None, existing: Sequence[TieFact]) -> None:
    if erased_at:
        raise Erased()
    if home.ended_on and row.starts_on >= home.ended_on:
        raise Ended(what="房屋", name=home.code, day=home.ended_on)
    refuse_overlap(existing, row)


def _make(row: TieRow, actor: Actor, community_id: int) -> Tie:
    return Tie(
        organisation_id=actor.organisation_id,
        community_id=community_id,
        property_id=row.property_id,
        person_id=row.person_id,
        role=row.role,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


@transaction.atomic
def tie(
    property_id: int, person_id: int, role: str, starts_on: dt.date, ends_on: dt.date | None = None, *, actor: Actor
) -> Tie:
    """Join a person of the community to a property. Raises ``TieOverlaps`` where the same role and person overlap."""
    row = clean_tie(TieRow(property_id, person_id, role, starts_on, ends_on))
    home = _locked_property(property_id, actor)
    person = get_person(actor, person_id)
    _check(row, home, person, _facts(property_id))
    made = _make(row, actor, home.community_id)
    made.save()
    after = {
        "property": home.code, "person_id": person_id, "role": role, "starts_on": row.starts_on, "ends_on": row.ends_on,
    }  # fmt: skip
    audit.record(actor, "tie.create", made, after=after)
    return made


@transaction.atomic
def bulk_tie(rows: Sequence[TieRow], *, actor: Actor, community: Community) -> list[Tie]:
    """Create ties in the order given, with one audit entry; the first that cannot stand refuses all.

    The error's data name its position (from 0) as ``row``.
    """
    actor.require(Permission.ESTATE_EDIT, community.pk)
    homes = {pk: _Home(*rest) for pk, *rest in _read(_HOMES, community.pk, {row.property_id for row in rows})}
    persons = dict(_read(_PERSONS, community.pk, {row.person_id for row in rows}))
    held: dict[int, list[TieFact]] = defaultdict(list)
    for property_id, *fact in _read(_TIES, community.pk, set(homes)):
        held[property_id].append(TieFact(*fact))
    meanwhile.check()
    made: list[Tie] = []
    make = drafts(Tie, organisation_id=actor.organisation_id, community_id=community.pk)
    for position, raw in enumerate(rows):
        try:
            row = clean_tie(raw)
            if row.property_id not in homes or row.person_id not in persons:
                raise NotFound()
            _check_days(row, homes[row.property_id], persons[row.person_id], held[row.property_id])
        except DomainError as error:
            error.data["row"] = position
            raise
        held[row.property_id].append(TieFact(0, row.person_id, row.role, row.starts_on, row.ends_on))
        made.append(make(property_id=row.property_id, person_id=row.person_id, role=row.role, starts_on=row.starts_on, ends_on=row.ends_on))
    insert_many(made)
    if made:
        audit.record(actor, "tie.bulk_create", community, community_id=community.pk, after={"count": len(made)})
    return made


def _end(row: Tie, ends_on: object, actor: Actor, reason: str) -> None:
    before = row.ends_on
    row.ends_on = check_end(row.starts_on, before, ends_on)
    row.save(update_fields=["ends_on"])
    audit.record(actor, "tie.end", row, before={"ends_on": before}, after={"ends_on": row.ends_on}, reason=reason)


@transaction.atomic
def end_tie(tie_id: int, ends_on: dt.date, *, actor: Actor, reason: str = "") -> Tie:
    """``ends_on`` is the tie's last day. What was billed to the person for later days stays their debt until adjusted."""
    row = ties(actor).select_for_update(no_key=True).filter(pk=tie_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, row.community_id)
    _end(row, ends_on, actor, reason)
    return row


@transaction.atomic
def transfer(
    property_id: int, person_ids: Sequence[int], on: dt.date, *, actor: Actor, reason: str = "", delivered: bool = False
) -> list[Tie]:
    """New owners from ``on`` on: every present owner's tie ends the day before, ``delivered``: the developer's too, and so
    does a sharing agreement with its payers. Other payers and tenants stay as they are."""
    day = parse_day(on, "过户日期")
    _locked_property(property_id, actor)
    later = Tie.objects.filter(property_id=property_id, role=OWNER, starts_on__gte=day).order_by("starts_on").first()
    if later is not None:
        raise DomainError("owner_since", "已登记自 {day} 起的业主，过户日期应晚于这一天。", day=later.starts_on)
    roles = (OWNER, DEVELOPER) if delivered else (OWNER,)
    present = Tie.objects.select_for_update(no_key=True).filter(property_id=property_id, role__in=roles, starts_on__lt=day)
    for row in present.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)):
        _end(row, day - DAY, actor, reason or "过户")
    cut_sharings(property_id, day, actor)
    return [tie(property_id, person_id, OWNER, day, actor=actor) for person_id in person_ids]


@transaction.atomic
def take_transfer_back(
    property_id: int, person_ids: Sequence[int], on: dt.date, ends: Mapping[int, dt.date | None], *, actor: Actor, reason: str
) -> None:
    """As if the transfer of ``on`` had not been: the new owners' ties go, those it had ended (``ends``: the last day each
    had before, by tie) run on, the developer's among them.

    Raises where ownership has changed since. The caller has proved that no day of theirs has been billed by a run.
    """
    home = _locked_property(property_id, actor)
    owned = Tie.objects.select_for_update(no_key=True).filter(property_id=property_id, role=OWNER)
    made = list(owned.filter(starts_on__gte=on))
    if {(row.person_id, row.starts_on, row.ends_on) for row in made} != {(person_id, on, None) for person_id in person_ids}:
        raise DomainError("owner_since", "{home} 的业主在这之后又变动过，不能撤销。", home=home.code)
    for row in made:
        audit.record(actor, "tie.take_back", row, before={"person_id": row.person_id, "starts_on": row.starts_on}, reason=reason)
        row.delete()
    rejoin_sharings(property_id, on, actor, reason)
    held = Tie.objects.select_for_update(no_key=True).filter(property_id=property_id, role__in=(OWNER, DEVELOPER))
    for row in held.filter(pk__in=ends, ends_on=on - DAY):
        audit.record(actor, "tie.reopen", row, before={"ends_on": row.ends_on}, after={"ends_on": ends[row.pk]}, reason=reason)
        row.ends_on = ends[row.pk]
        row.save(update_fields=["ends_on"])


def open_ties_reason(person_id: int) -> str | None:
    """Why a person may not be erased yet: registered with the people room."""
    today = clock.today()
    held = Tie.objects.filter(person_id=person_id).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    codes = list(held.values_list("property__code", flat=True).distinct()[:5])
    return Phrase("仍是 {codes} 的关系人，请先结束关系。", codes='、'.join(codes)) if codes else None
