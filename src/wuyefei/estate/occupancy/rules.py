"""Who pays for which days, and which ties may stand beside each other (row A4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wuyefei.foundation.kernel.dates import DAY, LATEST, Span, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

OWNER, TENANT, DEVELOPER, PAYER, OCCUPANT = "owner", "tenant", "developer", "payer", "occupant"
PAYING = (PAYER, OWNER, DEVELOPER)
"""The roles that may owe a day, the first before the next."""
ROLE_NAMES = {OWNER: "业主", TENANT: "租户", DEVELOPER: "建设单位", PAYER: "缴费人", OCCUPANT: "同住人"}
T = TypeVar("T")
_RANK = {role: rank for rank, role in enumerate(PAYING)}


class TieOverlaps(DomainError):
    code = "tie_overlaps"
    message = "该人员已是这套房屋的{role}（{first} 至 {last}），起止日期重叠。请先结束原有关系，或改用不重叠的日期。"


class TieEnded(DomainError):
    code = "tie_ended"
    message = "这项关系已于 {day} 结束。"


@dataclass(frozen=True, slots=True)
class TieRow:
    """A tie to be created; ``ends_on`` (included) None: open."""

    property_id: int
    person_id: int
    role: str
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class TieFact:
    """A person's role at a property from a day to a day, both included; ``ends_on`` None: still open."""

    id: int
    person_id: int
    role: str
    starts_on: dt.date
    ends_on: dt.date | None


def payer_spans(ties: Sequence[TieFact], span: Span) -> list[tuple[int, Span]]:
    """Who owes which days of ``span``: in order, no day twice, neighbouring days of one person joined.

    A ``payer`` tie goes before the owner, the owner before the developer; among several of one role on a day the
    earliest tie (smallest id) counts. Days that nobody owes are left out: ``payer_gaps`` names them.
    """
    paying = sorted(
        (_RANK[tie.role], tie.id, tie)
        for tie in ties
        if tie.role in _RANK and tie.starts_on <= span.last and (tie.ends_on is None or tie.ends_on >= span.first)
    )
    if len(paying) == 1 or (paying and _covers(paying[0][2], span)):
        tie = paying[0][2]
        return [(tie.person_id, Span(max(tie.starts_on, span.first), min(tie.ends_on or LATEST, span.last)))]
    taken: list[Span] = []
    found: list[tuple[Span, int]] = []
    for _, _, tie in paying:
        inside = Span(max(tie.starts_on, span.first), min(tie.ends_on or span.last, span.last))
        parts = inside.minus(taken)
        taken += parts
        found += [(part, tie.person_id) for part in parts]
    return _joined(sorted(found))


def _covers(tie: TieFact, span: Span) -> bool:
    return tie.starts_on <= span.first and (tie.ends_on is None or tie.ends_on >= span.last)


def _joined(parts: Iterable[tuple[Span, int]]) -> list[tuple[int, Span]]:
    joined: list[tuple[int, Span]] = []
    for part, person_id in parts:
        if joined and joined[-1][0] == person_id and joined[-1][1].last + DAY == part.first:
            joined[-1] = (person_id, Span(joined[-1][1].first, part.last))
        else:
            joined.append((person_id, part))
    return joined


def payer_gaps(ties: Sequence[TieFact], span: Span) -> list[Span]:
    """The days of ``span`` that nobody owes, in order."""
    return span.minus(part for _, part in payer_spans(ties, span))


def overlapping(
    existing: Iterable[TieFact], person_id: int, role: str, starts_on: dt.date, ends_on: dt.date | None
) -> TieFact | None:
    """A tie of the same person and role that shares a day with the new one, or None."""
    last = ends_on or dt.date.max
    for tie in existing:
        if tie.person_id == person_id and tie.role == role and tie.starts_on <= last and starts_on <= (tie.ends_on or dt.date.max):
            return tie
    return None


def clean_tie(row: TieRow) -> TieRow:
    """The row with its days checked; raises ``Invalid`` naming the field."""
    if row.role not in ROLE_NAMES:
        raise Invalid(field="关系", reason=Phrase("「{role}」不是已知的关系", role=row.role))
    starts_on = parse_day(row.starts_on, "起始日期")
    ends_on = None if row.ends_on is None else parse_day(row.ends_on, "结束日期")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(field="结束日期", reason=Phrase("{ends_on} 早于起始日期 {starts_on}", ends_on=ends_on, starts_on=starts_on))
    return TieRow(row.property_id, row.person_id, row.role, starts_on, ends_on)


def refuse_overlap(existing: Iterable[TieFact], row: TieRow) -> None:
    """Raises ``TieOverlaps`` where the person already has that role there on one of the days."""
    other = overlapping(existing, row.person_id, row.role, row.starts_on, row.ends_on)
    if other is not None:
        raise TieOverlaps(role=ROLE_NAMES[row.role], first=other.starts_on, last=other.ends_on or "今后")


def check_end(starts_on: dt.date, ended: dt.date | None, ends_on: object) -> dt.date:
    """The last day of a tie that is being ended; it may only be shortened."""
    day = parse_day(ends_on, "结束日期")
    if day < starts_on:
        raise Invalid(field="结束日期", reason=Phrase("{day} 早于起始日期 {starts_on}", day=day, starts_on=starts_on))
    if ended is not None and day >= ended:
        raise TieEnded(day=ended)
    return day


def heads_by_day(ties: Sequence[TieFact]) -> list[tuple[dt.date, int]]:
    """(from a day on, how many live there), sorted, the number different each time.

    While somebody rents the place its tenants and those living with them count, else its owners and those living with
    them; a person counts once.
    """

    def on(day: dt.date) -> int:
        here = [tie for tie in ties if tie.starts_on <= day and (tie.ends_on is None or tie.ends_on >= day)]
        holder = TENANT if any(tie.role == TENANT for tie in here) else OWNER
        return len({tie.person_id for tie in here if tie.role in (holder, OCCUPANT)})

    return _changes(ties, on)


def owned_by_day(ties: Sequence[TieFact]) -> list[tuple[dt.date, bool]]:
    """(from a day on, whether somebody owns the property), sorted, different each time."""

    def on(day: dt.date) -> bool:
        return any(tie.role == OWNER and tie.starts_on <= day and (tie.ends_on is None or tie.ends_on >= day) for tie in ties)

    return _changes(ties, on)


def _changes(ties: Sequence[TieFact], on: Callable[[dt.date], T]) -> list[tuple[dt.date, T]]:
    days = {tie.starts_on for tie in ties} | {tie.ends_on + DAY for tie in ties if tie.ends_on is not None}
    found: list[tuple[dt.date, T]] = []
    for day in sorted(days):
        now = on(day)
        if not found or found[-1][1] != now:
            found.append((day, now))
    return found
