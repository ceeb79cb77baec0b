"""The homes of one building with what is unpaid there as of the end of a day."""

from __future__ import annotations

import datetime as dt

from wuyefei.estate.properties.public import Building, Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.insight.measures.public import check_day

from ..map_rules import Home
from .booked import ALLOCATED, DAY_OF, SEEN
from .scope import ADJUSTED, HELD, R, fetch

P = Property._meta.db_table
HOMES = f"""
WITH homes AS (SELECT id FROM {P} WHERE building_id = %(building)s AND organisation_id = %(organisation)s),
  bills AS (
    SELECT r.property_id, r.due_on, r.amount_fen
        - COALESCE((SELECT sum(a.amount_fen) FROM {ALLOCATED} a WHERE a.receivable_id = r.id AND a.part = 'principal' AND {SEEN.format("a")} <= %(on)s), 0)
        + COALESCE((SELECT sum(x.amount_fen) FROM {ADJUSTED} x WHERE x.receivable_id = r.id AND {SEEN.format("x")} <= %(on)s), 0) AS fen,
      EXISTS (SELECT 1 FROM {HELD} h WHERE h.receivable_id = r.id AND daterange(h.starts_on, h.ends_on, '[]') @> %(on)s::date) AS held
    FROM {R} r WHERE r.property_id IN (SELECT id FROM homes) AND {DAY_OF.format("r")} <= %(on)s
      AND (%(item)s::bigint IS NULL OR r.item_id = %(item)s))
SELECT property_id, count(*), COALESCE(sum(fen) FILTER (WHERE due_on < %(on)s), 0), COALESCE(sum(fen) FILTER (WHERE due_on < %(on)s AND held), 0),
  min(due_on) FILTER (WHERE due_on < %(on)s AND fen > 0 AND NOT held)
FROM bills GROUP BY property_id"""


def homes_of(actor: Actor, building: Building, on: dt.date, item_id: int | None = None) -> list[Home]:
    """Every home of the building in the order of entrances and numbers. Principal only, as booked by the end of ``on``.

    Raises ``Invalid`` for a day to come and ``NotFound`` where the actor sees no bills of the building.
    """
    check_day(on)
    if not actor.may(Permission.BILLING_VIEW, building.community_id):
        raise NotFound()
    asked = {"building": building.pk, "organisation": actor.organisation_id, "on": on, "item": item_id}
    known = {row[0]: row[1:] for row in fetch(HOMES, asked)}
    rows = Property.objects.filter(building=building, organisation_id=actor.organisation_id).exclude(ended_on__lt=on)
    return [
        _home(pk, entrance or "", number, floor, known.get(pk, (0, 0, 0, None)), on)
        for pk, entrance, number, floor in rows.order_by("sort_key", "pk").values_list("pk", "entrance__name", "number", "floor")
    ]


def _home(pk: int, entrance: str, number: str, floor: str, sums: tuple[int, int, int, dt.date | None], on: dt.date) -> Home:
    bills, overdue, held, oldest = sums
    return Home(pk, entrance, number, floor, bills, int(overdue), int(held), (on - oldest).days if oldest else 0)
