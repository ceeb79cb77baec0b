"""Gapless numbers: a series a community, kind and year, from a row locked last in its transaction."""

from __future__ import annotations

from . import prepared


def take(organisation_id: int, community_id: int, kind: str, year: int, count: int = 1) -> int:
    """Take ``count`` numbers and return the first. A rolled-back transaction gives them back: no gaps.

    Call it last, just before the rows that carry the numbers are written: the counter stays locked to the commit.
    """
    with prepared.cursor() as cursor:
        cursor.execute(
            """INSERT INTO platform_counter (organisation_id, community_id, kind, year, value)
               VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (organisation_id, community_id, kind, year)
               DO UPDATE SET value = platform_counter.value + EXCLUDED.value RETURNING value""",
            [organisation_id, community_id, kind, year, count],
        )
        return int(cursor.fetchone()[0]) - count + 1
