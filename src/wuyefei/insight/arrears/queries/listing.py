"""One page of the ledger: which rows, by keyset, and what they show."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.insight.measures.public import Bucket, bucket_of, days_due
from wuyefei.money.billing.public import LATE_FEE_SQL
from wuyefei.money.payments.public import payments

from ..rules import LIMITATION_NEAR, By, State, limitation_left, limitation_on
from .scope import (
    ADJUSTED_FEN,
    IS_DISPUTED,
    IS_HELD,
    ITEM,
    C,
    P,
    Q,
    R,
    Scope,
    amounts,
    fetch,
    lines_sql,
    rows_sql,
)

SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An open receivable as of today; money in fen."""

    id: int
    community_id: int
    community: str
    property_id: int
    code: str
    payer: str
    item: str
    memo: str
    service_from: dt.date
    service_to: dt.date
    due_on: dt.date
    due_fen: int
    owed_fen: int
    late_fen: int
    bears: bool
    held: bool
    disputed: bool = False

    @property
    def paid_fen(self) -> int:
        return self.due_fen - self.owed_fen

    @property
    def total_fen(self) -> int:
        return self.owed_fen + self.late_fen


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger: a household with its lines by due date, or a single line."""

    id: int
    lines: tuple[Line, ...]
    today: dt.date
    last_paid: dt.date | None = None

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def payers(self) -> list[str]:
        return list(dict.fromkeys(line.payer for line in self.lines))

    @property
    def items(self) -> list[str]:
        return list(dict.fromkeys(line.item for line in self.lines))

    @property
    def due_fen(self) -> int:
        return sum(line.due_fen for line in self.lines)

    @property
    def paid_fen(self) -> int:
        return sum(line.paid_fen for line in self.lines)

    @property
    def owed_fen(self) -> int:
        return sum(line.owed_fen for line in self.lines)

    @property
    def late_fen(self) -> int:
        return sum(line.late_fen for line in self.lines)

    @property
    def total_fen(self) -> int:
        return self.owed_fen + self.late_fen

    @property
    def bears(self) -> bool:
        """Whether any line has a late-fee clause."""
        return any(line.bears for line in self.lines)

    @property
    def held(self) -> int:
        """How many lines bear no late fee today because they are held."""
        return sum(line.held for line in self.lines)

    @property
    def disputed(self) -> int:
        """How many lines their payer disputes today."""
        return sum(line.disputed for line in self.lines)

    @property
    def oldest(self) -> dt.date:
        return self.lines[0].due_on

    @property
    def days(self) -> int:
        return days_due(self.oldest, self.today)

    @property
    def bucket(self) -> Bucket:
        return bucket_of(self.days)

    @property
    def limitation(self) -> dt.date:
        return limitation_on(self.oldest)

    @property
    def limitation_left(self) -> int:
        return limitation_left(self.oldest, self.today)

    @property
    def limitation_near(self) -> bool:
        return self.owed_fen > 0 and self.limitation_left < LIMITATION_NEAR

    @property
    def state(self) -> str:
        """``hold`` ``fee`` ``part`` ``late`` or ``due``: what to say first of the row."""
        if self.held == len(self.lines):
            return "hold"
        if not self.owed_fen:
            return "fee"
        if self.paid_fen and self.days > 0:
            return "part"
        return "late" if self.days > 0 else "due"


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """``newer`` and ``older`` are the marks of the pages before and after, empty where there is none."""

    rows: list[Row]
    newer: str
    older: str
    sort: str


KEYS = {
    "room": f"(SELECT k.sort_key || ' ' || p.sort_key FROM {P} p JOIN {C} k ON k.id = p.community_id WHERE p.id = g.property_id)",
    "payer": f"(SELECT q.pinyin FROM {Q} q WHERE q.id = g.payer_id)",
    "due": "g.due", "late": "g.late", "total": "g.total", "days": "g.oldest",
}  # fmt: skip


def sort_of(scope: Scope) -> str:
    """The order asked for; else the largest first in one community, and the oldest first across several: that order
    is read from an index, however large the company."""
    return scope.chosen.sort or ("-total" if scope.single else "-days")


def ledger_page(actor: Actor, scope: Scope, mark: str = "", size: int = SIZE) -> LedgerPage:
    """One page of the scope in its order."""
    sort = sort_of(scope)
    name = sort.removeprefix("-")
    backwards, after = _read(mark, name)
    falling = (sort.startswith("-") != (name == "days")) != backwards
    ready = name == "days" and not scope.narrow and scope.chosen.state is not State.FEE
    ready = ready and scope.chosen.amount_from is None and scope.chosen.amount_to is None
    keys = _by_index(scope, after, falling, size + 1) if ready else _by_set(scope, name, after, falling, size + 1)
    more, keys = len(keys) > size, keys[:size]
    if backwards:
        keys.reverse()
    rows = dressed(actor, scope, [key[0] for key in keys])
    before, behind = (more, True) if backwards else (after is not None, more)
    newer = _mark("b", keys[0]) if keys and before else ""
    return LedgerPage(rows, newer, _mark("a", keys[-1]) if keys and behind else "", sort)


def _by_set(scope: Scope, name: str, after: tuple[Any, int] | None, falling: bool, size: int | None) -> list[tuple[int, Any, int]]:
    """(row, key, tie) by computing every row of the scope: right for any order and any filter."""
    key, turn, than = KEYS[name], "DESC" if falling else "ASC", "<" if falling else ">"
    beyond = f"WHERE (key, id) {than} (%(key)s, %(tie)s)" if after else ""
    sql = f"""WITH {lines_sql(scope)}, {rows_sql(scope)}, keyed AS (SELECT g.id, {key} AS key FROM g)
      SELECT id, key, id FROM keyed {beyond} ORDER BY key {turn}, id {turn} LIMIT %(size)s"""
    return fetch(sql, amounts(scope) | _beyond(after) | {"size": size})


def _by_index(scope: Scope, after: tuple[Any, int] | None, falling: bool, size: int) -> list[tuple[int, Any, int]]:
    """(row, oldest due date, its line) by walking each community's index of open lines in order of due date.

    A household stands at its oldest line: the one that no other matching line of the property comes before.
    """
    turn, than = ("DESC", "<") if falling else ("ASC", ">")
    beyond = f"AND (r.due_on, r.id) {than} (%(key)s::date, %(tie)s)" if after else ""
    oldest, shown = "", "id"
    if scope.chosen.by is By.PROPERTY:
        shown = "property_id"
        # a scalar subquery, so that it stays one look into the property's own index and never becomes a join of all
        oldest = f"""AND r.id = (SELECT o.id FROM {R} o WHERE o.property_id = r.property_id AND {scope.of_property("o")}
          ORDER BY o.due_on, o.id LIMIT 1)"""
    sql = f"""SELECT f.{shown}, f.due_on, f.id FROM unnest(%(communities)s) place CROSS JOIN LATERAL (
        SELECT r.id, r.property_id, r.due_on FROM {R} r JOIN {P} p ON p.id = r.property_id
        WHERE r.community_id = place AND {scope.where()} {beyond} {oldest}
        ORDER BY r.due_on {turn}, r.id {turn} LIMIT %(size)s) f
      ORDER BY f.due_on {turn}, f.id {turn} LIMIT %(size)s"""
    return fetch(sql, scope.params | _beyond(after) | {"size": size})


def _beyond(after: tuple[Any, int] | None) -> dict[str, Any]:
    return {"key": after[0], "tie": after[1]} if after else {}


def _mark(direction: str, key: tuple[int, Any, int]) -> str:
    value = key[1].isoformat() if isinstance(key[1], dt.date) else key[1] if isinstance(key[1], str) else int(key[1])
    text = json.dumps([direction, value, key[2]], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(mark: str, name: str) -> tuple[bool, tuple[Any, int] | None]:
    """A mark somebody has altered, or one of another order, is taken for none."""
    try:
        direction, value, tie = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if name == "days":
            value = dt.date.fromisoformat(value)
    except (ValueError, TypeError, binascii.Error):
        return False, None
    wanted = {"days": dt.date, "room": str, "payer": str}.get(name, int)
    numbers = [number for number in (tie, value) if isinstance(number, int)]
    if direction not in ("a", "b") or type(value) is not wanted or type(tie) is not int or max(numbers) >= 2**63:
        return False, None
    return direction == "b", (value, tie)


def dressed(actor: Actor, scope: Scope, ids: Sequence[int], *, paid: bool = True) -> list[Row]:
    """The rows of the ids in their order, with their lines and (``paid``) the property's last payment."""
    column = "r.id" if scope.chosen.by is By.LINE else "r.property_id"
    found = lines_of(scope.also(f"{column} = ANY(%(ids)s)", ids=list(ids))) if ids else []
    grouped: dict[int, list[Line]] = defaultdict(list)
    for line in found:
        grouped[line.id if scope.chosen.by is By.LINE else line.property_id].append(line)
    last = last_payments(actor, {line.property_id for line in found}) if paid else {}
    return [
        Row(pk, tuple(grouped[pk]), scope.today, last.get(grouped[pk][0].property_id)) for pk in ids if pk in grouped
    ]


def lines_of(scope: Scope) -> list[Line]:
    """The lines of a scope by due date, each with its late fee by the expression for few rows."""
    late = " WHERE late > 0" if scope.chosen.state is State.FEE else ""
    sql = f"""SELECT * FROM (SELECT r.id, r.community_id, k.name AS community, r.property_id, p.code, q.name AS payer,
        i.name AS item, r.memo, r.service_from, r.service_to, r.due_on,
        (r.amount_fen + {ADJUSTED_FEN.format(r="r")})::bigint AS due, r.outstanding_fen, {LATE_FEE_SQL} AS late,
        r.late_fee_rate IS NOT NULL AS bears, {IS_HELD.format(r="r")} AS held,
        {IS_DISPUTED.format(r="r")} AS disputed
      FROM {R} r JOIN {P} p ON p.id = r.property_id JOIN {Q} q ON q.id = r.payer_id JOIN {ITEM} i ON i.id = r.item_id
      JOIN {C} k ON k.id = r.community_id WHERE {scope.where()}) found{late} ORDER BY due_on, id"""
    return [Line(*row) for row in fetch(sql, scope.params)]


def last_payments(actor: Actor, property_ids: set[int]) -> dict[int, dt.date]:
    """The value date of each property's last payment that stands; nothing for those who may not see payments."""
    if not property_ids or not actor.may(Permission.PAYMENT_VIEW):
        return {}
    rows = payments(actor).filter(property_id__in=property_ids, voided_at__isnull=True).exclude(kind__in=("offset", "opening"))
    return dict(rows.order_by("property_id", "-value_date").distinct("property_id").values_list("property_id", "value_date"))


def every_row(actor: Actor, scope: Scope, batch: int = 2000) -> Iterator[list[Row]]:
    """All rows of the scope in its order, in batches: what an export writes. The order is settled in one statement."""
    sort = sort_of(scope)
    name = sort.removeprefix("-")
    ids = [key[0] for key in _by_set(scope, name, None, sort.startswith("-") != (name == "days"), None)]
    for start in range(0, len(ids), batch):
        yield dressed(actor, scope, ids[start : start + batch])


def chosen_rows(scope: Scope, ids: Sequence[int]) -> Scope:
    """The scope narrowed to rows that were ticked."""
    column = "{r}.id" if scope.chosen.by is By.LINE else "{r}.property_id"
    return scope.also(f"{column} = ANY(%(picked)s)", picked=list(ids))



def payers_of(scope: Scope, picked: Sequence[int] | None) -> list[int]:
    """Who owes in a scope: in the rows that were ticked, or (None) in all rows that the filter lists."""
    if picked is not None:
        scope = chosen_rows(scope, picked)
    key = "l.id" if scope.chosen.by is By.LINE else "l.property_id"
    sql = f"WITH {lines_sql(scope)}, {rows_sql(scope)} SELECT DISTINCT l.payer_id FROM lines l JOIN g ON g.id = {key} ORDER BY 1"
    return [payer for (payer,) in fetch(sql, amounts(scope))]
