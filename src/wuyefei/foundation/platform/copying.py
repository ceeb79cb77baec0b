"""Many rows into a table at once, by COPY, with ids taken beforehand so that rows may point at each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from .statistics import written


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """The next ``count`` ids of a table, in order. An id that is not used in the end is lost, which harms nothing."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [model._meta.db_table, count])
        return sorted(cursor.fetchone()[0])


_TAKEN = """
WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence)
SELECT array_agg(nextval(s.sequence)) FROM s, generate_series(1, %s)"""
"""The sequence is looked up once, and the ids come as one value: rows take longer to receive than to number."""


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows with every constraint and trigger of the table in force. Columns left out must have a default."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        written(model, cursor.rowcount)


def copied(values: Iterable[object]) -> list[str]:
    """Values as the fields of a line of COPY's text form."""
    return [_copied(value) for value in values]


def _copied(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text
