"""A few new rows by one plain statement, for work that a person waits for many times a day.

The ORM spends several times longer composing such a statement than the database executing it. Here the statement of a
model is composed once; values go through the fields as they would in ``save``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.base import ModelState

from .copying import copy_rows, take_ids


def insert(*rows: models.Model, once: Sequence[str] = ()) -> bool:
    """Insert new rows of one model and give them their ids, in order.

    With ``once``, the columns of a unique constraint, a row that is there already is left as it is: False where nothing
    was inserted, after waiting for whoever is just inserting the same. Raises ``IntegrityError`` like ``save``.
    """
    if not rows:
        return True
    model = type(rows[0])
    head, tail, fields = _statement(model, tuple(once))
    marks = f"({', '.join(['%s'] * len(fields))})"
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(head + ", ".join([marks] * len(rows)) + tail, values)
        ids = cursor.fetchall()
    for row, (pk,) in zip(rows, ids, strict=not once):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias
    return len(ids) == len(rows)


@cache
def _statement(model: type[models.Model], once: tuple[str, ...]) -> tuple[str, str, list[models.Field]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(_column(field)) for field in fields)
    conflict = f" ON CONFLICT ({', '.join(map(quote, once))}) DO NOTHING" if once else ""
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ", f'{conflict} RETURNING "id"', fields


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
    model = type(rows[0])
    _, _, fields = _statement(model, ())
    for row, pk in zip(rows, take_ids(model, len(rows)), strict=True):
        row.pk = pk
    columns = [(field.attname, _unchanged(field), field) for field in fields]
    prepared = (_prepared(row.__dict__, columns) for row in rows)
    with connection.wrap_database_errors:
        copy_rows(model, ["id", *(connection.ops.quote_name(_column(field)) for field in fields)], prepared)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


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


def _prepared(
    held: dict[str, Any], columns: Sequence[tuple[str, type | None, models.Field]]
) -> list[Any]:
    """A row's id and values as its fields would give them to the database."""
    values = [held["id"]]
    for name, kind, field in columns:
        value = held[name]
        values.append(value if value is None or type(value) is kind else field.get_db_prep_save(value, connection))
    return values


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
