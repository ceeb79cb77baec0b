"""Gapless numbers: a series a community, kind and year, from a row locked last in its transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from . import prepared


def take(organisation_id: int, community_id: int, kind: str, year: int, count: int = 1) -> int:
    """Take ``count`` numbers and return the first. A rolled-back transaction gives them back: no gaps.

    Call it last, just before the rows that carry the numbers are written: the counter stays locked to the commit.
    """
    [last] = _counted("value", [organisation_id, community_id, kind, year, count])
    return last - count + 1


def take_with_id(organisation_id: int, community_id: int, kind: str, year: int, model: type[models.Model]) -> tuple[int, int]:
    """The next number, and an id for the row of ``model`` that will carry it."""
    values: list[int | str] = [organisation_id, community_id, kind, year, 1, model._meta.db_table]
    number, row_id = _counted("value, nextval(pg_get_serial_sequence(%s, 'id'))", values)
    return number, row_id


def _counted(returned: str, values: Sequence[int | str]) -> tuple[int, ...]:
    with prepared.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO platform_counter (organisation_id, community_id, kind, year, value)
               VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (organisation_id, community_id, kind, year)
               DO UPDATE SET value = platform_counter.value + EXCLUDED.value RETURNING {returned}""",
            values,
        )
        return tuple(cursor.fetchone())
