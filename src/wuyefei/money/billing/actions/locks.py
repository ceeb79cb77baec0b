"""One writer at a time for what must not overlap within a community."""

from __future__ import annotations

from django.db import connection

RUN_LOCK = 0x77790001


def lock_community(community_id: int) -> None:
    """Hold the community's run lock to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RUN_LOCK, community_id])
