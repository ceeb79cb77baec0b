"""Fresh statistics for the database's planner once much was written at once.

The server analyses a table by itself, but up to a minute later; until then it plans as if the rows of an import, a run or a
bank file were not there, and what reads them next may take a hundred times as long. The application may not analyse tables that
are the owner's, so it asks ``platform_analyse`` (migration 0005), which does so and nothing else.
"""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar

from django.db import connection, models, transaction

LEAST = 1_000
"""Fewer rows change no plan that matters."""
_written: ContextVar[Counter[str] | None] = ContextVar("written_rows", default=None)


def written(model: type[models.Model], count: int) -> None:
    """Note that the running transaction added so many rows. Once it is committed, a table that grew by a fifth is analysed.

    What a transaction noted that was then rolled back may cost a needless look, never a wrong one.
    """
    if count <= 0:
        return
    counts = _written.get()
    if counts is None:
        _written.set(counts := Counter())
    counts[model._meta.db_table] += count
    transaction.on_commit(_refresh, robust=True)


def _refresh() -> None:
    counts = _written.get()
    _written.set(None)
    grown = {table: count for table, count in (counts or {}).items() if count >= LEAST}
    if grown:
        with connection.cursor() as cursor:
            cursor.execute("SELECT platform_analyse(%s::text[], %s::bigint[])", [list(grown), list(grown.values())])
