"""From a filter to SQL conditions on ``r`` (receivable) and ``p`` (property); money in fen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from wuyefei.estate.people.public import Person, find_people
from wuyefei.estate.properties.public import Property, find_properties
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.insight.measures.public import BUCKET_FROM, Bucket
from wuyefei.money.billing.public import (
    LATE_FEE_FEEDS_SQL,
    LATE_FEE_SET_SQL,
    Adjustment,
    LateFeeHold,
    Receivable,
)
from wuyefei.relations.contacts.public import DISPUTE

from ..rules import LIMITATION_NEAR, Filter, State, due_for_limitation

FOUND = 500
"""At most so many properties and so many people are followed from the words of a search."""
R, P, Q, ITEM, C = (model._meta.db_table for model in (Receivable, Property, Person, ChargeItem, Community))
ADJUSTED, HELD = Adjustment._meta.db_table, LateFeeHold._meta.db_table
ADJUSTED_FEN = f"COALESCE((SELECT sum(x.amount_fen) FROM {ADJUSTED} x WHERE x.receivable_id = {{r}}.id), 0)"
IS_HELD = (
    f"EXISTS (SELECT 1 FROM {HELD} x WHERE x.receivable_id = {{r}}.id"
    " AND daterange(x.starts_on, x.ends_on, '[]') @> %(as_of)s::date)"
)
IS_DISPUTED = (
    f"EXISTS (SELECT 1 FROM {HELD} x WHERE x.receivable_id = {{r}}.id AND x.kind = '{DISPUTE}'"
    " AND daterange(x.starts_on, x.ends_on, '[]') @> %(as_of)s::date)"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The places a question covers and the conditions it makes; ``where`` may be written for another alias of ``r``."""

    chosen: Filter
    today: dt.date
    places: list[Community]
    conditions: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    narrow: bool = False

    def where(self, alias: str = "r") -> str:
        return " AND ".join(self.conditions).replace("{r}", alias)

    def of_property(self, alias: str) -> str:
        """The conditions on a line of a property already in the scope: its place needs no second look."""
        return " AND ".join(self.conditions[1:]).replace("{r}", alias)

    @property
    def single(self) -> bool:
        return len(self.places) == 1

    def also(self, condition: str, **params: Any) -> Scope:
        return replace(self, conditions=[*self.conditions, condition], params=self.params | params)


def covered(actor: Actor, chosen: Filter, permission: Permission = Permission.BILLING_VIEW) -> list[Community]:
    """The communities of a filter; raises ``NotFound`` for a region or community that is not theirs."""
    readable = actor.communities(Permission.BILLING_VIEW)
    places = [place for place in visible_communities(actor, permission) if place.pk in readable]
    if chosen.region is not None:
        places = [place for place in places if place.region_id == chosen.region]
    if chosen.community is not None:
        places = [place for place in places if place.pk == chosen.community]
    if not places and (chosen.region is not None or chosen.community is not None):
        raise NotFound()
    return places


def scope_of(
    actor: Actor, chosen: Filter, today: dt.date, permission: Permission = Permission.BILLING_VIEW
) -> Scope:
    """The scope of a filter for an actor: only communities in which ``permission`` is held."""
    places = covered(actor, chosen, permission)
    ids = [place.pk for place in places]
    params: dict[str, Any] = {"organisation": actor.organisation_id, "communities": ids, "as_of": today}
    conditions = ["{r}.community_id = ANY(%(communities)s)"]  # all of the actor's organisation
    conditions += _state(chosen.state)
    for name, column in (("building", "p.building_id"), ("entrance", "p.entrance_id"), ("kind", "p.kind"),
                         ("home", "{r}.property_id"), ("item", "{r}.item_id")):  # fmt: skip
        value = getattr(chosen, name)
        if value not in (None, ""):
            conditions.append(f"{column} = %({name})s")
            params[name] = value
    _dates(chosen, today, conditions, params)
    if chosen.held:
        conditions.append(IS_HELD)
    if chosen.partial:
        conditions.append("{r}.outstanding_fen < {r}.amount_fen + " + ADJUSTED_FEN)
    if chosen.text:
        params["found_properties"], params["found_payers"] = _found(actor, chosen)
        conditions.append("({r}.property_id = ANY(%(found_properties)s) OR {r}.payer_id = ANY(%(found_payers)s))")
    narrow = bool(chosen.text or chosen.home or chosen.held or chosen.entrance)
    return Scope(chosen, today, places, conditions, params, narrow)


def _state(state: State) -> list[str]:
    if state is State.FEE:
        return ["{r}.outstanding_fen = 0", "{r}.reversed_at IS NULL", "{r}.accrued_exact > {r}.late_fee_settled_fen"]
    found = ["{r}.outstanding_fen > 0", "{r}.reversed_at IS NULL"]
    if state is State.LATE:
        found.append("{r}.due_on < %(as_of)s")
    elif state is State.DUE:
        found.append("{r}.due_on >= %(as_of)s")
    return found


def bucket_dates(bucket: Bucket, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The earliest and the latest due date that lie in a bucket as of a day; None is open."""
    if bucket is Bucket.NOT_DUE:
        return today + DAY, None
    newer = [day for day in BUCKET_FROM.values() if day > BUCKET_FROM[bucket]]
    first = today - DAY * (min(newer) - 1) if newer else None
    return first, today - DAY * BUCKET_FROM[bucket]


def _dates(chosen: Filter, today: dt.date, conditions: list[str], params: dict[str, Any]) -> None:
    """Bucket, days and limitation all bound the due date, so that its index serves them."""
    bounds: list[tuple[dt.date | None, dt.date | None]] = []
    if chosen.bucket:
        bounds.append(bucket_dates(Bucket(chosen.bucket), today))
    if chosen.days_from is not None or chosen.days_to is not None:
        oldest = today - DAY * chosen.days_to if chosen.days_to is not None else None
        bounds.append((oldest, today - DAY * (chosen.days_from or 0)))
    if chosen.limit:
        bounds.append((due_for_limitation(today), due_for_limitation(today + DAY * LIMITATION_NEAR) - DAY))
    for number, (first, last) in enumerate(bounds):
        if first is not None:
            conditions.append(f"{{r}}.due_on >= %(first{number})s")
            params[f"first{number}"] = first
        if last is not None:
            conditions.append(f"{{r}}.due_on <= %(last{number})s")
            params[f"last{number}"] = last


def _found(actor: Actor, chosen: Filter) -> tuple[list[int], list[int]]:
    """Whom the words of a search mean: properties by their code, payers by name, pinyin or mobile."""
    homes = find_properties(actor, chosen.text, chosen.community, limit=FOUND)
    people = find_people(actor, chosen.text, chosen.community, limit=FOUND)
    return [home.pk for home in homes], [person.pk for person in people]


BUCKET_SQL = (
    "CASE "
    + " ".join(f"WHEN %(as_of)s::date - due_on >= {first} THEN '{bucket.value}'" for bucket, first in BUCKET_FROM.items())
    + f" ELSE '{Bucket.NOT_DUE.value}' END"
)


def lines_sql(scope: Scope, extra: str = "") -> str:
    """``lines``: the lines of a scope with what is due, left and borne; further columns of ``r``, ``p`` by ``extra``."""
    late = "" if scope.chosen.state is not State.FEE else " WHERE late > 0"
    return f"""lines AS MATERIALIZED (SELECT * FROM (
      SELECT r.id, r.property_id, r.payer_id, r.community_id, r.due_on, r.outstanding_fen AS owed,
        r.amount_fen + COALESCE(adjusted.fen, 0)::bigint AS due, {LATE_FEE_SET_SQL} AS late {extra}
      FROM {R} r JOIN {P} p ON p.id = r.property_id {LATE_FEE_FEEDS_SQL} WHERE {scope.where()}) found{late})"""


def rows_sql(scope: Scope) -> str:
    """``g`` over ``lines``: one row a household or line, kept where its amount lies in the filter's range."""
    chosen = scope.chosen
    bounds = []
    if chosen.amount_from is not None:
        bounds.append("total >= %(amount_from)s")
    if chosen.amount_to is not None:
        bounds.append("total <= %(amount_to)s")
    keep = f" WHERE {' AND '.join(bounds)}" if bounds else ""
    if chosen.by == "line":
        inner = "SELECT id, property_id, payer_id, due_on AS oldest, due, owed, late, owed + late AS total, 1 AS n FROM lines"
    else:
        inner = """SELECT property_id AS id, property_id, min(payer_id) AS payer_id, min(due_on) AS oldest,
          sum(due)::bigint AS due, sum(owed)::bigint AS owed, sum(late)::bigint AS late,
          sum(owed + late)::bigint AS total, count(*) AS n FROM lines GROUP BY property_id"""
    return f"g AS (SELECT * FROM ({inner}) every_row{keep})"


def amounts(scope: Scope) -> dict[str, Any]:
    """The parameters of a scope with the bounds of ``rows_sql``."""
    return scope.params | {"amount_from": scope.chosen.amount_from, "amount_to": scope.chosen.amount_to}


def fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement, read only."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())

