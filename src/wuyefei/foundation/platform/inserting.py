"""A few new rows by one plain statement, for work that a person waits for many times a day.

The ORM spends several times longer composing such a statement than the database executing it. Here the statement of a
model is composed once; values go through the fields as they would in ``save``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.db import connection, models

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
    prepared = ([row.pk, *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields)] for row in rows)
    with connection.wrap_database_errors:
        copy_rows(model, ["id", *(connection.ops.quote_name(_column(field)) for field in fields)], prepared)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
