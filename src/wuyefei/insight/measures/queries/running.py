"""Sending a report's SQL."""

from __future__ import annotations

from typing import Any

from django.db import connection

from wuyefei.foundation.platform.planning import whole_sets


def fetch(query: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a report's query, which joins whole sets."""
    with whole_sets(), connection.cursor() as cursor:
        cursor.execute(query, facts)
        return cursor.fetchall()
