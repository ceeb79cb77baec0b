"""What every report begins with: which places, which period, which day, which part of the estate."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Invalid, NotFound, Phrase
from wuyefei.foundation.platform import clock

from ..rules import Options, Period


def check_day(as_of: dt.date, period: Month | Period | None = None) -> None:
    """A report looks back: raises ``Invalid`` for a day to come, and for a period that begins after the day."""
    if as_of > clock.today():
        raise Invalid(field="截止日", reason=Phrase("{as_of} 还没有到", as_of=as_of))
    if period is not None and period.first > as_of:
        raise Invalid(field="账期", reason=Phrase("{period} 在截止日 {as_of} 之后", period=period, as_of=as_of))


def places(actor: Actor, community_id: int | None) -> list[Community]:
    """The communities a report covers, by pinyin. Raises ``NotFound`` or ``Forbidden`` for one that is not theirs."""
    if community_id is not None:
        actor.require(Permission.REPORT_VIEW, community_id)
    else:
        actor.require_anywhere(Permission.REPORT_VIEW)
    found = visible_communities(actor, Permission.REPORT_VIEW)
    return [place for place in found if community_id is None or place.pk == community_id]


@dataclass(frozen=True)
class Part:
    """Which part of the places: None does not narrow. ``housekeeper_id`` 0 is nobody, ``building_id`` 0 no building."""

    item_id: int | None = None
    building_id: int | None = None
    kind: str = ""
    housekeeper_id: int | None = None

    @property
    def whole(self) -> bool:
        return self == Part()


@dataclass(frozen=True)
class Scope:
    """A report's question: these places, this period, as of this day, under these options, of this part."""

    actor: Actor
    communities: tuple[Community, ...]
    period: Period
    as_of: dt.date
    options: Options = field(default_factory=Options)
    part: Part = field(default_factory=Part)

    @property
    def community_ids(self) -> list[int]:
        return [place.pk for place in self.communities]


def scope_of(
    actor: Actor, period: Period, as_of: dt.date, *, community_id: int | None = None, region_id: int | None = None,
    options: Options | None = None, part: Part | None = None,
) -> Scope:  # fmt: skip
    """Raises ``Invalid`` as ``check_day``, ``Forbidden`` and ``NotFound`` as ``places``; ``NotFound`` too for a region in
    which the actor has no report to see."""
    check_day(as_of, period)
    covered = places(actor, community_id)
    if region_id is not None:
        covered = [place for place in covered if (place.region_id or 0) == region_id]
        if not covered:
            raise NotFound()
    return Scope(actor, tuple(covered), period, as_of, options or Options(), part or Part())


def narrowed(part: Part, receivable: str = "r") -> tuple[str, dict[str, Any]]:
    """The condition, in SQL, that a receivable (or payment) of that alias is of the part; begins with AND or is empty."""
    found, facts = "", {"item": part.item_id, "building": part.building_id, "kind": part.kind, "keeper": part.housekeeper_id}
    if part.item_id is not None:
        found += f" AND {receivable}.item_id = %(item)s"
    inner = ""
    if part.building_id is not None:
        inner += " AND coalesce(q.building_id, 0) = %(building)s"
    if part.kind:
        inner += " AND q.kind = %(kind)s"
    if part.housekeeper_id is not None:
        inner += " AND coalesce(h.housekeeper_id, 0) = %(keeper)s"
    if inner:
        homes = Property._meta.db_table
        building = Property._meta.get_field("building").remote_field.model._meta.db_table
        found += (
            f" AND {receivable}.property_id IN (SELECT q.id FROM {homes} q LEFT JOIN {building} h ON h.id = q.building_id"
            f" WHERE q.community_id = ANY(%(communities)s){inner})"
        )
    return found, facts
