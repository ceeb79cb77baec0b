"""A few new rows by one plain statement, for work that a person waits for many times a day.

The ORM spends several times longer composing such a statement than the database executing it. Here the statement of a
model is composed once; values go through the fields as they would in ``save``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby
from operator import itemgetter
from types import NoneType
from typing import Any

from django.db import connection, models
from django.db.models.base import ModelState

from . import prepared
from .copying import copy_rows, take_ids


def insert(*rows: models.Model, once: Sequence[str] = ()) -> bool:
    """Insert new rows, of one model or of several, by one statement, and give them their ids, in order.

    Rows of one model stand together. A row that others of the same statement point at brings its own id (``take_ids``).
    With ``once``, the columns of a unique constraint of the first model, a row of it that is there already is left as it
    is: False where not everything was inserted, after waiting for whoever is just inserting the same; rows that point at
    it are then refused by their foreign key at the latest at commit. Raises ``IntegrityError`` like ``save``.
    """
    if not rows:
        return True
    parts: list[str] = []
    values: list[Any] = []
    for model, group in groupby(rows, type):
        some = list(group)
        head, tail, columns = _statement(model, tuple(once) if not parts else (), some[0].pk is not None)
        mark = f"({', '.join(['%s'] * len(columns))})"
        parts.append(head + ", ".join([mark] * len(some)) + tail)
        for row in some:
            values += _prepared(row.__dict__, columns)
    with prepared.cursor() as cursor:
        cursor.execute(parts[0] if len(parts) == 1 else _together(parts), values)
        ids = cursor.fetchall()
    if len(ids) != len(rows):
        return False
    for row, (pk,) in zip(rows, ids, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias
    return True


def _together(parts: Sequence[str]) -> str:
    named = ", ".join(f"i{place} AS ({part})" for place, part in enumerate(parts))
    return f"WITH {named} " + " UNION ALL ".join(f"SELECT id FROM i{place}" for place in range(len(parts)))


Column = tuple[str, type | None, models.Field]
"""A column's attribute, the type whose values need nothing done, and its field."""


@cache
def _statement(model: type[models.Model], once: tuple[str, ...], with_id: bool) -> tuple[str, str, list[Column]]:
    fields = [field for field in model._meta.concrete_fields if with_id or not field.primary_key]
    quote = connection.ops.quote_name
    names = ", ".join(quote(_column(field)) for field in fields)
    conflict = f" ON CONFLICT ({', '.join(map(quote, once))}) DO NOTHING" if once else ""
    columns = [(field.attname, _unchanged(field), field) for field in fields]
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ", f'{conflict} RETURNING "id"', columns


def _column(field: models.Field) -> str:
    assert field.column is not None  # concrete fields have one
    return field.column


FEW = 50
"""Up to so many rows a plain statement is quicker than COPY."""


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model and give them their ids, in order: by COPY where they are many.

    Every constraint and trigger is in force. Raises ``IntegrityError`` like ``save``.
    """
    if len(rows) <= FEW:
        insert(*rows)
        return
    model, alias = type(rows[0]), connection.alias
    for row, pk in zip(rows, take_ids(model, len(rows)), strict=True):
        row.__dict__["id"] = pk
    _, _, columns = _statement(model, (), True)
    with connection.wrap_database_errors:
        copy_rows(model, [connection.ops.quote_name(_column(field)) for _, _, field in columns], _all_prepared(rows, columns))
    for row in rows:
        row._state.adding, row._state.db = False, alias


_UNCHANGED: tuple[tuple[type[models.Field], type], ...] = (
    (models.BooleanField, bool), (models.CharField, str), (models.TextField, str), (models.IntegerField, int),
    (models.ForeignKey, int), (models.BinaryField, bytes), (models.DateTimeField, dt.datetime), (models.DateField, dt.date),
)  # fmt: skip
"""What a field hands to the database as it is, where the value is of just this type: most values need no field's help."""


def _unchanged(field: models.Field) -> type | None:
    """The type whose values ``get_db_prep_save`` would give back as they are; None where there is none."""
    if type(field).get_db_prep_save is not models.Field.get_db_prep_save and not isinstance(field, models.ForeignKey):
        return None
    return next((plain for kind, plain in _UNCHANGED if isinstance(field, kind)), None)


def _prepared(held: dict[str, Any], columns: Sequence[Column]) -> list[Any]:
    """A row's values as its fields would give them to the database."""
    values = []
    for name, kind, field in columns:
        value = held[name]
        values.append(value if value is None or type(value) is kind else field.get_db_prep_save(value, connection))
    return values


def _all_prepared(rows: Sequence[models.Model], columns: Sequence[Column]) -> Sequence[Sequence[Any]]:
    """``_prepared`` for many rows of one model. Columns all of whose values need nothing done are left alone, which mostly are
    all of them."""
    pick = itemgetter(*(name for name, _, _ in columns))
    ready = [pick(row.__dict__) for row in rows]
    odd = [place for place, column in enumerate(columns) if not _plain(column, [values[place] for values in ready])]
    if not odd:
        return ready
    changed = [list(values) for values in ready]
    for place in odd:
        _, kind, field = columns[place]
        for values in changed:
            value = values[place]
            if value is not None and type(value) is not kind:
                values[place] = field.get_db_prep_save(value, connection)
    return changed


def _plain(column: Column, values: Sequence[Any]) -> bool:
    """Whether nothing need be done to any value of a column."""
    _, kind, field = column
    if isinstance(field, models.DecimalField):
        return {type(value) for value in values} <= {Decimal, NoneType} and all(value is None or value.is_finite() for value in values)
    return {type(value) for value in values} <= {kind, NoneType}


def drafts(model: type[models.Model], **common: Any) -> Callable[..., Any]:
    """A maker of new rows of one model, by column: what ``model(**common, **values)`` makes, without each field's ceremony.

    ``common`` and the values are named as the columns' attributes (``community_id``, not ``community``) and must be of
    the fields' own types; a name that is none is a ``TypeError``.
    """
    blank = model(**common).__dict__
    names = blank.keys()

    def make(**values: Any) -> models.Model:
        if not values.keys() <= names:
            raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - names))}")
        row = model.__new__(model)
        row.__dict__ = {**blank, **values, "_state": ModelState()}
        return row

    return make


@cache
def fresh(model: type[models.Model]) -> Callable[..., Any]:
    """The maker of new rows of a model that a person's act writes a few of; made once."""
    return drafts(model)
