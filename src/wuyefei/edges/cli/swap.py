"""Putting other data in the place of the present one, so that a failure or a kill leaves the former whole.

The former tables are set aside as the schema ``wuyefei_former`` and come back unless the new ones are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from wuyefei.foundation.kernel.errors import DomainError

FORMER = "wuyefei_former"


@dataclass
class Place:
    """``had_data``: an organisation lived here before. ``keep`` makes the new data final."""

    had_data: bool
    kept: bool = False

    def keep(self) -> None:
        self.kept = True


@contextmanager
def swapped(owner_url: str, *, replace: bool) -> Iterator[Place]:
    """An empty schema ``public`` for new data; unless it is kept, everything is as before afterwards.

    Raises ``DomainError`` for data that is not to be replaced, and while somebody else is connected.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _after_a_kill(connection, replace=replace)
        place = Place(_has_data(connection))
        if place.had_data and not replace:
            raise DomainError("not_empty", "数据库里已有数据。请恢复到新的 WUYEFEI_HOME，或加 --replace 取代现有的数据。")
        if _others(connection):
            raise DomainError("in_use", "数据库正被使用，请先停止 serve 与 worker。")
        try:
            _set_aside(connection)
        except psycopg.Error as error:
            raise DomainError("swap_refused", "不能为恢复腾出位置：{reason}", reason=str(error).splitlines()[0]) from error
        try:
            yield place
        finally:
            if place.kept:
                connection.execute(f"DROP SCHEMA IF EXISTS {FORMER} CASCADE")
            else:
                _leave()
                _put_back(connection)


def interrupted(connection: Any) -> bool:
    """Whether a restore was killed before it ended; ``connection`` is Django's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [FORMER])
        return cursor.fetchone() is not None


def _after_a_kill(connection: psycopg.Connection[Any], *, replace: bool) -> None:
    """A restore killed before its data was in: the former comes back. Killed at its very end: nothing is guessed."""
    if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [FORMER]).fetchone():
        return
    if not _tables(connection):
        _put_back(connection)
    elif replace:
        connection.execute(f"DROP SCHEMA {FORMER} CASCADE")
    else:
        raise DomainError("former_left", "上一次恢复在最后一步中断：新数据已在使用，旧数据还留在 {former} 中。加 --replace 会删去旧数据并继续。", former=FORMER)


def _put_back(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
        connection.execute(f"ALTER SCHEMA {FORMER} RENAME TO public")


def _tables(connection: psycopg.Connection[Any]) -> bool:
    query = "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' LIMIT 1"
    return connection.execute(query).fetchone() is not None


def _has_data(connection: psycopg.Connection[Any]) -> bool:
    if connection.execute("SELECT to_regclass('public.access_organisation')").fetchone() == (None,):
        return _tables(connection)
    return connection.execute("SELECT 1 FROM public.access_organisation LIMIT 1").fetchone() is not None


def _others(connection: psycopg.Connection[Any]) -> int:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _leave() -> None:
    """Close our own connections through Django, which may hold locks on the tables to be dropped."""
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()


def _set_aside(connection: psycopg.Connection[Any]) -> None:
    """Rename the schema and make an empty one that grants the same rights."""
    grants = connection.execute(
        "SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, a.privilege_type FROM pg_namespace n"
        " CROSS JOIN LATERAL aclexplode(n.nspacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee"
        " WHERE n.nspname = 'public' AND a.grantee <> n.nspowner"
    ).fetchall()
    with connection.transaction():
        connection.execute(f"ALTER SCHEMA public RENAME TO {FORMER}")
        connection.execute("CREATE SCHEMA public")
        for grantee, privilege in grants:
            connection.execute(sql.SQL(f"GRANT {privilege} ON SCHEMA public TO {grantee}"))
