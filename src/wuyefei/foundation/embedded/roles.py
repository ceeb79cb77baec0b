"""The two roles and the database: the owner migrates, the application only reads and writes rows."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from .cluster import SUPERUSER
from .errors import EmbeddedError
from .server import Postmaster
from .site import Site

DATABASE, OWNER, APP = "wuyefei", "wuyefei_owner", "wuyefei_app"
NAMES = {"superuser": SUPERUSER, "owner": OWNER, "app": APP}

_GRANTS = (
    "ALTER DEFAULT PRIVILEGES FOR ROLE wuyefei_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO wuyefei_app",
    "ALTER DEFAULT PRIVILEGES FOR ROLE wuyefei_owner GRANT USAGE ON SEQUENCES TO wuyefei_app",
    "ALTER DEFAULT PRIVILEGES FOR ROLE wuyefei_owner GRANT USAGE ON SCHEMAS TO wuyefei_app",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
)
"""Also given in ``template1``, so that databases the owner makes for tests have them from the start."""


def url(role: str, passwords: dict[str, str], port: int) -> str:
    """The connection address of ``superuser``, ``owner`` or ``app``; passwords need no escaping."""
    return f"postgresql://{NAMES[role]}:{passwords[role]}@127.0.0.1:{port}/{DATABASE}"


def provide(site: Site, server: Postmaster, passwords: dict[str, str]) -> str:
    """Make the roles and the database where they are missing; safe to repeat after any interruption.

    Returns the server's version such as ``15.18``. Raises ``EmbeddedError`` where the password is refused.
    """
    try:
        with _connect(server.port, passwords["superuser"], "postgres") as connection:
            version = connection.info.server_version
            if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
                _make_roles(connection, passwords)
                with _connect(server.port, passwords["superuser"], "template1") as template:
                    _grant(template)
                _execute(
                    connection, f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'"
                )
            if not _exists(
                connection, "SELECT 1 FROM pg_database WHERE datname = %s AND datacl IS NOT NULL", DATABASE
            ):
                with _connect(server.port, passwords["superuser"], DATABASE) as database:
                    _grant(database)
                _close_database(connection)
        return f"{version // 10000}.{version % 10000}"
    except psycopg.Error as error:
        if "password authentication failed" in str(error):
            raise EmbeddedError("password_refused", path=str(site.secrets_file)) from error
        reason = str(error).strip().splitlines()
        raise EmbeddedError(
            "database_trouble", reason=reason[-1] if reason else "?", log=str(site.log)
        ) from error


def _make_roles(connection: psycopg.Connection[Any], passwords: dict[str, str]) -> None:
    for role, options in (("owner", "CREATEDB"), ("app", "NOCREATEDB")):
        name = NAMES[role]
        verb = "ALTER" if _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name) else "CREATE"
        rights = f"LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {options} PASSWORD"
        _execute(connection, f"{verb} ROLE {name} {rights} {{}}", passwords[role])


def _grant(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        for statement in _GRANTS:
            _execute(connection, statement)


def _close_database(connection: psycopg.Connection[Any]) -> None:
    """Last step of ``provide``: only the two roles may enter; temporary tables stay allowed for bulk loading."""
    with connection.transaction():
        _execute(connection, f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        _execute(connection, f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP}")


def _connect(port: int, password: str, database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=SUPERUSER,
        password=password,
        dbname=database,
        sslmode="disable",
        gssencmode="disable",
        connect_timeout=15,
        autocommit=True,
    )


def _exists(connection: psycopg.Connection[Any], query: str, name: str) -> bool:
    return connection.execute(query.encode(), (name,)).fetchone() is not None


def _execute(connection: psycopg.Connection[Any], statement: str, *literals: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Literal, literals)))
