"""Statements that a person waits for many times a day, prepared: the database parses them once a connection.

Values go apart from the statement, and after a few times its plan is kept as well; the plan of the list of open bills takes
longer than reading it. Only statements of a fixed text that name their columns belong here, for a prepared ``*`` would not
survive a migration. Behind a pooler that shares connections between transactions ``?prepare_threshold=none`` at the end of the
database's address turns it off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.utils import CursorWrapper
from psycopg.types.numeric import Int8Dumper

Row = TypeVar("Row", bound=models.Model)


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    """Whole numbers are ``bigint`` whatever their size: a sum of 300 yuan and one of 400 are one statement, prepared once."""

    def __init__(self, held: psycopg.Connection[tuple[Any, ...]]) -> None:
        super().__init__(held)
        self.adapters.register_dumper(int, Int8Dumper)


def cursor() -> CursorWrapper:
    """A cursor like ``connection.cursor()``, in the running transaction and with the same errors and the same log."""
    database = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_thread_sharing()
    with database.wrap_database_errors:
        plain: Any = _Cursor(database.connection)
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
    return [model.from_db(connection.alias, names, row) for row in rows]


def partial(model: type[Row], **values: object) -> Row:
    """A row of which only some columns, named by their attributes, were read; any other is fetched when it is asked for."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(connection.alias, names, [values[name] for name in names])


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
