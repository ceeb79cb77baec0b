"""Sending a report's SQL."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

PLAN = {"enable_nestloop": "off", "jit": "off", "work_mem": "64MB"}
"""A report joins whole sets. What a day's movements will be is not in the planner's statistics, and a nested loop chosen
for an expected handful of rows takes hours over a million; hash joins cost the same whatever the guess."""


def fetch(query: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a report's query."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in PLAN.items()))
        cursor.execute(query, facts)
        rows = cursor.fetchall()
        cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in PLAN))
    return rows
