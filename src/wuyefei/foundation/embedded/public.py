"""The door of the launcher. Nothing here needs Django."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import cluster, external, roles, server
from .account import account_for
from .errors import EmbeddedError, explained
from .programs import choose
from .site import Site, make_home, place_new_data

__all__ = ["Database", "EmbeddedError", "Status", "ensure_database", "status", "stop_database"]


@dataclass(frozen=True, slots=True)
class Database:
    """A database that answers. Addresses hold passwords, so they are left out of ``repr``.

    ``url`` is the application's role (rows only), ``owner_url`` the role that migrates and may create databases,
    ``superuser_url`` the bootstrap superuser (tests and repair only; empty for an external server).
    ``started``: this call started the server. ``programs``: folder of pg_dump and the like, where known.
    """

    url: str = field(repr=False)
    owner_url: str = field(repr=False)
    version: str
    started: bool
    superuser_url: str = field(default="", repr=False)
    home: Path | None = None
    programs: Path | None = None

    def stop(self) -> bool:
        """Stop the embedded server, whoever started it; an external server is left alone (``False``)."""
        return stop_database(self.home) if self.home is not None else False


@dataclass(frozen=True, slots=True)
class Status:
    """``state`` is ``external``, ``absent``, ``stopped``, ``starting`` or ``running``; ``message`` is for people."""

    state: str
    message: str
    data: Path | None = None
    data_major: int | None = None
    pid: int | None = None
    port: int | None = None


def ensure_database(home: Path) -> Database:
    """The database of ``home``, made and started if need be; of many callers at once one starts it.

    With ``DATABASE_URL`` set, that server is checked and nothing is started. Raises ``EmbeddedError``.
    """
    if external.configured():
        found = external.look()
        return Database(found.url, found.owner_url, found.version, started=False)
    site = Site.of(home)
    with explained(site.home):
        make_home(site.home, None if site.home.exists() else account_for(None))
        with site.locked():
            return _ensure(site)


def stop_database(home: Path) -> bool:
    """Stop the embedded server of ``home``: sessions end, commits stay. ``False`` if none ran."""
    site = Site.of(home)
    if not site.home.is_dir():
        return False
    with explained(site.home), site.locked():
        return server.stop(site.data())


def status(home: Path) -> Status:
    """What there is, without starting or changing anything. Raises ``EmbeddedError`` for damaged files."""
    if external.configured():
        return Status("external", "使用 DATABASE_URL 所指的数据库。")
    site = Site.of(home)
    with explained(site.home):
        data = site.data()
        major = cluster.major_of(data)
        if major is None:
            return Status("absent", "还没有数据库，启动时会自动建立。", data=data)
        found = server.find(data)
        if found is None:
            return Status("stopped", f"数据库（PostgreSQL {major}）没有运行。", data=data, data_major=major)
        running = found.state == "ready"
        words = "正在运行" if running else "正在启动、恢复或停止"
        message = f"数据库（PostgreSQL {major}）{words}：127.0.0.1:{found.port}，进程 {found.pid}。"
        return Status("running" if running else "starting", message, data, major, found.pid, found.port)


def _ensure(site: Site) -> Database:
    """A server killed a moment ago may still look alive: what does not answer is looked at again for 5 s."""
    started, patience = False, time.monotonic() + server.LINGER_SECONDS
    while True:
        found = _running(site)
        if found is None:
            found, started = _start(site), True
        passwords = site.passwords()
        try:
            version = roles.provide(site, found, passwords)
            break
        except EmbeddedError as error:
            if error.code != "database_trouble" or time.monotonic() > patience:
                raise
            time.sleep(0.1)
    site.remember(made=True)
    return _database(site, found, passwords, version, started)


def _database(
    site: Site, found: server.Postmaster, passwords: dict[str, str], version: str, started: bool
) -> Database:
    return Database(
        url=roles.url("app", passwords, found.port),
        owner_url=roles.url("owner", passwords, found.port),
        superuser_url=roles.url("superuser", passwords, found.port),
        version=version,
        started=started,
        home=site.home,
        programs=server.programs_of(site.data()),
    )


def _running(site: Site) -> server.Postmaster | None:
    """The live server of the home once it answers; one that is just stopping is waited for."""
    data = site.data()
    if not data.exists():
        return None
    if os.geteuid() != 0:
        account_for(data)
    found = server.find(data)
    if found is None:
        return None
    if found.state == "stopping":
        server.wait_gone(found.pid, data)
        return None
    return server.wait_ready(site, data, found.pid)


def _start(site: Site) -> server.Postmaster:
    data = site.data()
    if cluster.major_of(data) is not None:
        return _start_existing(site, data)
    if site.state().get("made"):
        raise EmbeddedError("data_absent", pointer=str(site.state_file), path=str(data))
    account = account_for(None)
    data = place_new_data(site, account, server.stop)
    if cluster.major_of(data) is not None:
        return _start_existing(site, data)
    programs = choose(account, None, data)
    cluster.create(data, programs, account, site.new_passwords()["superuser"])
    return server.start(site, data, programs, account)


def _start_existing(site: Site, data: Path) -> server.Postmaster:
    account = account_for(data)
    if not account.can_enter(data):
        raise EmbeddedError("not_reachable", user=account.name, path=str(data))
    site.passwords()
    return server.start(site, data, choose(account, cluster.major_of(data), data), account)
