"""Statements that a person waits for many times a day, prepared: the database parses them once a connection.

Values go apart from the statement, and after a few times its plan is kept as well; the plan of the list of open bills takes
longer than reading it. Only statements of a fixed text that name their columns belong here, for a prepared ``*`` would not
survive a migration. Behind a pooler that shares connections between transactions ``?prepare_threshold=none`` at the end of the
database's address turns it off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from typing import Any, Self, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState
from psycopg.types.numeric import Int8Dumper

Row = TypeVar("Row", bound=models.Model)


class _Cursor(psycopg.RawCursor[tuple[Any, ...]]):
    """Whole numbers are ``bigint`` whatever their size: a sum of 300 yuan and one of 400 are one statement, prepared once.

    A closed one waits among the connection's ``idle`` for the next statement: to make one takes as long as to use it.
    """

    def __init__(self, held: psycopg.Connection[tuple[Any, ...]], idle: list[_Cursor]) -> None:
        super().__init__(held)
        self.adapters.register_dumper(int, Int8Dumper)
        self._idle, self.rests = idle, False

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        if params is None:
            return super().execute(query, **options)
        statement, names = _numbered(query)
        return super().execute(statement, [params[name] for name in names] if names else params, **options)

    def close(self) -> None:
        if not self.rests:
            self.rests = True
            self._reset()
            self._idle.append(self)


_MARKS = re.compile(r"%(?:\((\w+)\))?(.)", re.DOTALL)


@lru_cache(maxsize=1024)
def _numbered(query: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with ``$1`` in place of the first value, and the values' names where they have some: a name that comes
    again has the number it had."""
    names: list[str] = []
    count = 0

    def number(mark: re.Match[str]) -> str:
        nonlocal count
        name, kind = mark.groups()
        if kind == "%" and name is None:
            return "%"
        if kind != "s" or (name is None and names) or (name is not None and count != len(names)):
            raise ValueError(f"not the mark of a value: {mark[0]}")
        if name in names:
            return f"${names.index(name) + 1}"
        count += 1
        if name is not None:
            names.append(name)
        return f"${count}"

    return _MARKS.sub(number, query).encode(), tuple(names)


def cursor() -> CursorWrapper:
    """A cursor like ``connection.cursor()``, in the running transaction and with the same errors and the same log."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_thread_sharing()
    held = database.connection
    kept = database.__dict__.get("prepared_idle")
    if kept is None or kept[0] is not held:
        kept = database.prepared_idle = (held, [])
    idle: list[_Cursor] = kept[1]
    if idle:
        plain: Any = idle.pop()
        plain.rests = False
    else:
        with database.wrap_database_errors:
            plain = _Cursor(held, idle)
    return database.make_debug_cursor(plain) if database.queries_logged else database.make_cursor(plain)


def read(model: type[Row], condition: str, values: Sequence[Any]) -> list[Row]:
    """Rows of a model under a fixed condition: what follows ``FROM`` its table."""
    names, converted, statement = _selected(model)
    with cursor() as found:
        found.execute(f"{statement} {condition}", values)
        rows = [list(row) for row in found.fetchall()]
    for row in rows:
        for place, convert in converted:
            row[place] = convert(row[place])
    return [_row(model, dict(zip(names, row, strict=True))) for row in rows]


def partial(model: type[Row], **values: object) -> Row:
    """A row of which only some columns, named by their attributes, were read; any other is fetched when it is asked for."""
    return _row(model, values)


def _row(model: type[Row], values: dict[str, Any]) -> Row:
    """What ``from_db`` makes, without the ceremony of ``__init__``: no model here listens to it."""
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


FEW = 50


def among(mark: str, ids: Collection[int]) -> str:
    """``ANY`` of the ids that ``mark`` stands for.

    The length of a list given plainly is counted, and the statement is planned anew each time because of it, which takes
    longer than finding a person's few rows; from a subquery any list looks alike, and the plan is kept. A long list is worth
    a plan of its own.
    """
    return f"ANY((SELECT {mark}::bigint[])::bigint[])" if len(ids) <= FEW else f"ANY({mark})"


class Fixed:
    """A query of a fixed shape, put into words once for the life of the process: making the words takes longer than the answer.

    ``build`` makes it of its ``stand_ins``, values that occur nowhere else in it; ``rows`` puts the real ones in their places.
    Only for columns that the database gives as they are, and never for a list that ``IN`` would spell out.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, tuple[Any, ...]]], *stand_ins: object) -> None:
        self._build, self._stand_ins = build, stand_ins
        self._made: tuple[str, list[tuple[int, Any]]] | None = None

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        if self._made is None:
            sql, given = self._build(*self._stand_ins).query.sql_with_params()
            marked = [(self._stand_ins.index(one) if one in self._stand_ins else -1, one) for one in given]
            assert {place for place, _one in marked} >= set(range(len(values))), "every value has its place"
            self._made = sql, marked
        sql, marked = self._made
        with cursor() as found:
            found.execute(sql, [values[place] if place >= 0 else one for place, one in marked])
            return found.fetchall()


@cache
def _selected(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Callable[[Any], Any]]], str]:
    """The names of the columns, those whose values their field makes from the database's, and the statement."""
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    columns = ", ".join(quote(field.column or "") for field in fields)
    converted = [(place, _converter(field)) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], converted, f"SELECT {columns} FROM {quote(model._meta.db_table)}"


def _converter(field: Any) -> Callable[[Any], Any]:
    column = field.cached_col
    return lambda value: field.from_db_value(value, column, connection)
