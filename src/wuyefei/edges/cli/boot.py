"""Bring up what a command stands on: the database, Django, the tables, and the person it runs as."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wuyefei.foundation import environment
from wuyefei.foundation.embedded.public import Database, ensure_database
from wuyefei.foundation.kernel.errors import DomainError

from .speech import speak_by_django

if TYPE_CHECKING:
    from wuyefei.foundation.access.actor import Actor
    from wuyefei.foundation.access.models import Community

DATABASE = "WUYEFEI_DATABASE"
"""Says whether the database is ``embedded`` or ``external``."""
MIGRATION_LOCK = 0x77790001_0000


@dataclass(frozen=True)
class Outcome:
    """What a command did: ``document`` for programs, ``text`` for people, ``done`` decides the exit code.

    ``said``: the command has printed its answer itself, because it went on running.
    """

    document: dict[str, object]
    text: str
    done: bool = True
    said: bool = False


@dataclass(frozen=True)
class Scope:
    """What one actor is asked about: a community, or (None) the whole organisation; ``head`` names it in documents."""

    actor: Actor
    community_id: int | None
    head: dict[str, object]


def say(document: dict[str, object], text: str, *, as_json: bool) -> None:
    """The one answer of a command, on standard output."""
    print(json.dumps(document, ensure_ascii=False) if as_json else text, flush=True)


def tell(text: str) -> None:
    """A word to whoever watches, on standard error."""
    print(text, file=sys.stderr, flush=True)


_told = [-1]
"""The tenth that was last told of."""


def progress(label: str, done: int, total: int) -> None:
    """How far long work is: one line kept up to date on a terminal, every tenth elsewhere, however large the steps."""
    share = 100 * done // total if total else 100
    if sys.stderr.isatty():
        print(f"\r{label} {share} %", end="\n" if done >= total else "", file=sys.stderr, flush=True)
    elif share // 10 != _told[0]:
        _told[0] = share // 10
        tell(f"{label} {share} %")


def demo_marker() -> Path:
    """The file by which a data folder is known to hold the demo company."""
    return environment.home() / "demo"


def database() -> Database:
    """The running database of this home; remembers whether it is our own to migrate."""
    external = bool(os.environ.get("DATABASE_URL"))
    if demo_marker().is_file():
        os.environ["WUYEFEI_DEMO"] = "1"
    found = ensure_database(environment.home())
    os.environ[DATABASE] = "external" if external else "embedded"
    return found


def setup(url: str) -> None:
    """Start Django on a database address. What it loads stays for good, so nobody looks for garbage in it meanwhile."""
    import gc

    import django

    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wuyefei.config.settings")
    gc.disable()
    try:
        django.setup()
    finally:
        gc.freeze()
        gc.enable()
    speak_by_django()


def migrate_now(found: Database) -> None:
    """Apply missing migrations as the owner, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "wuyefei.edges.cli.main", "migrate", "--quiet"],
        env={**os.environ, "DATABASE_URL": found.owner_url, "DATABASE_OWNER_URL": found.owner_url},
        check=False,
    )
    if done.returncode:
        raise DomainError("migrate_failed", "数据库升级没有完成，见上面的说明；数据没有改变。")


def pending_migrations() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def migrating() -> Iterator[None]:
    """One at a time, also where a killed command has left its migration running; ends with its connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    yield
    connection.close()


def ready() -> Database:
    """Database, Django and current tables; an external database is never migrated without being asked."""
    found = database()
    setup(found.url)
    if pending_migrations():
        _refuse_interrupted()
        if os.environ.get(DATABASE) == "external":
            raise DomainError("migrations_pending", "数据库的表结构不是最新的，请先运行 wuyefei migrate。")
        migrate_now(found)
    return found


def _refuse_interrupted() -> None:
    from django.db import connection

    from .swap import interrupted

    if interrupted(connection):
        raise DomainError("restore_interrupted", "上一次恢复没有完成，原来的数据还在。请重新运行 wuyefei restore。")


def acting(username: str | None, organisation_id: int) -> Actor:
    """The named user's actor, or the operator of this machine (本机操作员) where none is named."""
    from wuyefei.foundation.access.actor import OPERATOR, load_actor, service_actor
    from wuyefei.foundation.access.models import User

    if username is None:
        return service_actor(organisation_id, OPERATOR)
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None or user.organisation_id != organisation_id:
        raise DomainError("no_such_user", "没有名为「{name}」的在用账号，或它不属于这家企业。", name=username)
    return load_actor(user)


def organisation_id_of(name: str | None) -> int:
    """The id of the organisation named, or of the only one there is."""
    from wuyefei.foundation.access.models import Organisation

    rows = Organisation.objects.order_by("pk")
    if name is not None:
        rows = rows.filter(name=name)
    found = list(rows[:2])
    if not found:
        raise DomainError("no_organisation", "没有这家企业：{name}", name=name or "（还没有任何企业）")
    if len(found) > 1:
        raise DomainError("which_organisation", "有多家企业，请用 --organisation 指明。")
    return found[0].pk


def community_named(name: str, organisation: str | None) -> Community:
    """A community by name; ``--organisation`` decides where two firms use one name."""
    from wuyefei.foundation.access.models import Community

    rows = Community.objects.select_related("organisation").filter(name=name)
    if organisation is not None:
        rows = rows.filter(organisation__name=organisation)
    found = list(rows[:2])
    if not found:
        raise DomainError("no_community", "没有名为「{name}」的小区。", name=name)
    if len(found) > 1:
        raise DomainError("which_organisation", "几家企业都有「{name}」，请用 --organisation 指明。", name=name)
    return found[0]
