"""How the database is to go about a query that joins whole sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

PLAN = {"enable_nestloop": "off", "jit": "off", "work_mem": "64MB"}
"""What was written an hour or a moment ago is not in the planner's statistics yet, and a nested loop chosen for an expected
handful of rows takes hours over a million; hash joins cost the same whatever the guess."""


@contextmanager
def whole_sets() -> Iterator[None]:
    """Within, joins are planned for whole sets: reports over a firm, reckonings over a community. One transaction.

    Not for a lookup of a few rows by their keys. After an error the transaction's end takes the settings back.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in PLAN.items()))
        yield
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in PLAN))
