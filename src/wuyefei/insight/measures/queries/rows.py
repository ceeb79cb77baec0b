"""The rows behind a figure: receivables (or payments) whose amounts add up to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.text import whole_number

from ..rules import Bucket
from .basis import Scope
from .lines import lines_of
from .running import fetch
from .sums import AGES

PAGE = 50
EXPORTED = 50_000


class Figure(StrEnum):
    """A figure of the dashboard that has receivables behind it."""

    DUE = "due"
    PAID = "paid"
    UNPAID = "unpaid"
    OPENING = "opening"
    CLEARED = "cleared"
    ARREARS = "arrears"
    OPEN = "open"


AMOUNTS = {
    Figure.DUE: "due", Figure.PAID: "paid", Figure.UNPAID: "due - paid", Figure.OPENING: "opening", Figure.CLEARED: "cleared",
    Figure.ARREARS: "arrears", Figure.OPEN: "open_day",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One receivable: what of it the figure counts, what was due of it and what is unpaid on the day."""

    receivable_id: int
    community_id: int
    property_id: int
    property_code: str
    sort_key: str
    payer_name: str
    item_name: str
    service_from: dt.date
    service_to: dt.date
    due_on: dt.date
    amount_fen: int
    unpaid_fen: int


@dataclass(frozen=True, slots=True)
class Sum:
    """All rows of a figure together."""

    rows: int
    households: int
    fen: int


def openable(scope: Scope) -> Scope:
    """The scope cut to the places whose bills the actor may open. Raises ``Forbidden`` for none."""
    scope.actor.require_anywhere(Permission.BILLING_VIEW)
    allowed = scope.actor.communities(Permission.BILLING_VIEW)
    return replace(scope, communities=tuple(place for place in scope.communities if place.pk in allowed))


def _behind(scope: Scope, figure: Figure, bucket: Bucket | None) -> tuple[str, str, str, dict[str, Any]]:
    """The lines, the amount each counts, the condition, the facts."""
    with_lines, facts = lines_of(openable(scope))
    amount = AMOUNTS[figure]
    aged = f" AND {AGES[bucket]}" if bucket else ""
    return with_lines, amount, f"({amount}) <> 0{aged}", facts


def sum_of(scope: Scope, figure: Figure, bucket: Bucket | None = None) -> Sum:
    with_lines, amount, condition, facts = _behind(scope, figure, bucket)
    query = f"{with_lines} SELECT count(*), count(DISTINCT property_id), coalesce(sum({amount}), 0)::bigint FROM lines WHERE {condition}"
    (found,) = fetch(query, facts)
    return Sum(*found)


def rows_of(scope: Scope, figure: Figure, bucket: Bucket | None = None, after: str = "", limit: int = PAGE) -> list[Row]:
    """Rows by property and id, those after the mark of another row; ``limit`` of them at most."""
    with_lines, amount, condition, facts = _behind(scope, figure, bucket)
    beyond = ""
    if after:
        facts |= _read(after)
        beyond = " AND (q.sort_key, l.id) > (%(after_key)s, %(after_id)s)"
    query = f"""{with_lines}
    SELECT l.id, l.community_id, l.property_id, q.code, q.sort_key, p.name, i.name, l.service_from, l.service_to, l.due_on,
      ({amount})::bigint, l.open_day::bigint
    FROM lines l JOIN {Property._meta.db_table} q ON q.id = l.property_id JOIN {Person._meta.db_table} p ON p.id = l.payer_id
      JOIN {ChargeItem._meta.db_table} i ON i.id = l.item_id
    WHERE {condition}{beyond} ORDER BY q.sort_key, l.id LIMIT %(limit)s"""
    return [Row(*row) for row in fetch(query, facts | {"limit": limit})]


def mark(row: Row) -> str:
    """Where the page after this row begins."""
    return f"{row.receivable_id}:{row.sort_key}"


def _read(text: str) -> dict[str, int | str]:
    number, _, key = text.partition(":")
    if whole_number(number) is None:
        raise Invalid(field="页", reason=Phrase("「{value}」不是翻页位置", value=text[:20]))
    return {"after_id": int(number), "after_key": key}
