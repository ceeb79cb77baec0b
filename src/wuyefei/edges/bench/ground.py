"""The ground a measurement runs on: an embedded database made for it and removed with everything in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from wuyefei.foundation import environment
from wuyefei.foundation.embedded.public import Database, ensure_database, status, stop_database
from wuyefei.foundation.kernel.errors import DomainError

_owner: ContextVar[str] = ContextVar("owner")
"""The address by which the owner of the measurement's tables reaches them."""
_programs: ContextVar[Path | None] = ContextVar("programs", default=None)
_UNSET = ("DATABASE_URL", "DATABASE_OWNER_URL", "WUYEFEI_PG_FSYNC", "WUYEFEI_DEMO", "WUYEFEI_DATABASE")
DISK = Path("/var/tmp")
"""Where the data lies: ``/tmp`` may be memory, on which fsync costs nothing."""

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
"""Django starts before there is a database, so that the measurements can be listed."""

_WHOLE = """
SELECT 'fsync 为 ' || setting FROM pg_settings
  WHERE (name, setting) IN (('fsync', 'off'), ('full_page_writes', 'off'), ('synchronous_commit', 'off'), ('session_replication_role', 'replica'))
UNION ALL SELECT '停用的触发器 ' || tgname FROM pg_trigger WHERE tgenabled <> 'O'
UNION ALL SELECT '未生效的约束 ' || conname FROM pg_constraint WHERE NOT convalidated
UNION ALL SELECT '无效的索引 ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid
"""


@contextmanager
def fresh_home() -> Iterator[Path]:
    """An empty data folder, chosen through the environment, with Django started on it; gone afterwards."""
    kept = {name: os.environ.pop(name) for name in (*_UNSET, "WUYEFEI_HOME") if name in os.environ}
    folder = Path(tempfile.mkdtemp(prefix="wuyefei-bench-", dir=DISK if DISK.is_dir() else None))
    folder.chmod(0o711)
    os.environ |= {"WUYEFEI_HOME": str(folder), "DATABASE_URL": NOWHERE}
    try:
        _start_django()
        yield folder
    finally:
        os.environ.pop("DATABASE_URL", None)
        data = status(folder).data
        stop_database(folder)
        for path in (data, folder):
            if path is not None:
                shutil.rmtree(path, ignore_errors=True)
        for name in (*_UNSET, "WUYEFEI_HOME"):
            os.environ.pop(name, None)
        os.environ.update(kept)


def _start_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wuyefei.config.settings")
    django.setup()


@contextmanager
def fresh_database(home: Path) -> Iterator[None]:
    """A migrated database in the data folder, on which Django then stands."""
    os.environ.pop("DATABASE_URL", None)
    database = ensure_database(home)
    os.environ["WUYEFEI_DATABASE"] = "embedded"
    _migrate(database)
    os.environ["DATABASE_URL"] = database.url
    _owner.set(database.owner_url)
    _programs.set(database.programs)
    from django.db import connection, connections

    connections.settings["default"].update(environment.database(database.url))
    try:
        whole()
        yield
        whole()
    finally:
        connection.close()


def _migrate(database: Database) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wuyefei.edges.cli.main", "migrate", "--quiet"],
        env={**os.environ, "DATABASE_URL": database.owner_url, "DATABASE_OWNER_URL": database.owner_url}, check=False,
    )  # fmt: skip
    if done.returncode:
        raise DomainError("migrate_failed", "测量用的数据库没有建成，见上面的说明。")


def analyse() -> None:
    """Give the tables what they would have after a quiet night: dead rows gone, pages marked, fresh statistics.

    Outside ``fresh_database`` only the statistics, by the running connection.
    """
    import psycopg
    from django.db import connection

    owner = _owner.get(None)
    if owner is None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute("VACUUM (ANALYZE)")


def owner_url() -> str:
    """The address by which the owner of the measurement's tables reaches them; only inside ``fresh_database``."""
    return _owner.get()


def program(name: str) -> str:
    """The path of a program that comes with the database. Raises ``DomainError`` where it does not."""
    folder = _programs.get()
    if folder is None or not (folder / name).exists():
        raise DomainError("no_program", "没有找到 {name}，这项测量做不了。", name=name)
    return str(folder / name)


def whole() -> None:
    """Raises ``DomainError`` where the database saves itself work that the books need."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_WHOLE)
        found = [row[0] for row in cursor.fetchall()]
    if found:
        raise DomainError("bench_unfair", "这样测量不算数：{found}", found="、".join(found))
