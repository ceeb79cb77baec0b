"""A data folder of its own with fsync on, and the processes that live and die in it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from wuyefei.foundation.embedded.public import ensure_database, status, stop_database

from .doom import FILE, Doom

ROOT = Path(__file__).resolve().parents[2]
UNSET = ("DATABASE_URL", "DATABASE_OWNER_URL", "WUYEFEI_DATABASE", "WUYEFEI_PG_FSYNC", "WUYEFEI_SITE", "WUYEFEI_SANDBOX", "PORT")
KEPT = ("django_migrations", "django_content_type", "auth_permission")
PATIENCE = 120


class Ground:
    """``home``: the data folder. Everything started here is ended here, by its number."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.living: set[int] = set()
        self.number = 0
        self.environment: dict[str, str] = {}
        self._fill()
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        own = {"PYTHONPATH": path, "WUYEFEI_HOME": str(home), "WUYEFEI_DEMO": "1", "DJANGO_SETTINGS_MODULE": "wuyefei.config.settings"}
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        self.forks = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forks"], env=kept | own, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=(home / "forks.log").open("ab"), text=True,
        )  # fmt: skip
        assert json.loads(self.forks.stdout.readline() or "{}").get("ready"), (home / "forks.log").read_text()

    def _fill(self) -> None:
        """The tables of the test database, which took longer to make than to copy."""
        with own_database():
            database = ensure_database(self.home)
        facts = connection.settings_dict
        there = {"PGHOST": facts["HOST"], "PGPORT": facts["PORT"], "PGUSER": facts["USER"], "PGPASSWORD": facts["PASSWORD"]}
        assert database.programs is not None
        dumped = subprocess.run(
            [str(database.programs / "pg_dump"), "--no-owner", "--no-privileges", "--schema=public", "--format=custom", facts["NAME"]],
            env=os.environ | there, capture_output=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
        restore = [str(database.programs / "pg_restore"), "--no-owner", "--no-privileges", "--clean", "--if-exists", "--single-transaction"]
        subprocess.run([*restore, f"--dbname={database.owner_url}"], input=dumped.stdout, check=True, capture_output=True, timeout=PATIENCE)
        with psycopg.connect(database.superuser_url) as found:
            assert found.execute("SHOW fsync").fetchone() == ("on",)

    def emptied(self) -> None:
        """Nobody lives here yet: every table but those of the schema itself, past the guards."""
        with own_database():
            database = ensure_database(self.home)
        with psycopg.connect(database.superuser_url) as found:
            names = [name for (name,) in found.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") if name not in KEPT]
            found.execute("SET session_replication_role = replica")
            found.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY".encode())
        shutil.rmtree(self.home / "uploads", ignore_errors=True)

    def _tell(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self.forks.stdin is not None and self.forks.stdout is not None
        self.forks.stdin.write(json.dumps(order) + "\n")
        self.forks.stdin.flush()
        answer: dict[str, Any] = json.loads(self.forks.stdout.readline())
        return answer

    @property
    def log(self) -> Path:
        return self.home / "children.log"

    def start(self, *args: str, **told: int | str) -> int:
        """The command as a process of its own; returns its number."""
        pid = int(self._tell({"run": list(args), "log": str(self.log), "env": self.environment, **told})["pid"])
        self.living.add(pid)
        return pid

    def wait(self, pid: int, seconds: float = PATIENCE) -> int:
        """Its exit code, negative for a signal. One that does not end in time is killed, and its code is then -9."""
        until = time.monotonic() + seconds
        while not gone(pid):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        self.living.discard(pid)
        return int(self._tell({"wait": pid})["code"])

    def run(self, *args: str, **told: int | str) -> int:
        return self.wait(self.start(*args, **told))

    def call(self, name: str, **given: Any) -> Any:
        """An act of ``company`` in a process of its own; its answer."""
        self.number += 1
        answer = self.home / f"answer{self.number}.json"
        pid = int(self._tell({"call": name, "with": given, "answer": str(answer), "log": str(self.log), "env": self.environment})["pid"])
        assert self.wait(pid) == 0, self.words()
        return json.loads(answer.read_text())

    def words(self) -> str:
        """The last of what the processes have said."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def order(self, doom: Doom) -> None:
        doom.order(self.home)

    def spared(self) -> bool:
        """Whether the ordered death has not come; it comes no more."""
        try:
            (self.home / FILE).unlink()
        except FileNotFoundError:
            return False
        return True

    def worker(self) -> int:
        """A worker that does what waits, and ends; what dead ones left counts as left long ago."""
        return self.wait(self.start_worker())

    def start_worker(self, **told: str) -> int:
        """The same, not waited for."""
        self._sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        return self.start("worker", "--once", "--stalled-after", "30", **told)

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self.awake(), autocommit=True) as found:
            found.execute(statement.encode())

    def awake(self) -> str:
        """The database runs, started again where it was killed; the address by which everything may be seen."""
        with own_database():
            return ensure_database(self.home).superuser_url

    @contextmanager
    def site(self) -> Iterator[Site]:
        site = Site(self)
        try:
            yield site
        finally:
            site.end()

    def end(self) -> None:
        for pid in list(self.living):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self.wait(pid)
        assert self.forks.stdin is not None and self.forks.stdout is not None
        self.forks.stdin.close()
        self.forks.wait(30)
        self.forks.stdout.close()
        with own_database():
            stop_database(self.home)


class Site:
    """The pages, served; started again by whoever asks for one and finds nobody."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.pid, self.port = ground, 0, 0

    def begin(self) -> None:
        self.port = free_port()
        self.pid = self.ground.start("serve", "--port", str(self.port), "--workers", "1", "--no-worker")
        until = time.monotonic() + PATIENCE
        while self._ask("GET", "/static/shell/tokens.css", {}, "") != 200:
            assert time.monotonic() < until and not gone(self.pid), self.ground.words()
            time.sleep(0.02)

    def post(self, path: str, session: str, **form: Any) -> int:
        """The status of the answer; 0 where none came."""
        if not self.pid or gone(self.pid):
            self.end()
            self.begin()
        token = "t" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
        return self._ask("POST", path, {"Cookie": cookies, "X-CSRFToken": token}, urllib.parse.urlencode(form))

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str) -> int:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body.encode() if method == "POST" else None, headers=headers, method=method
        )
        try:
            with _opener().open(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def end(self) -> None:
        if self.pid and self.pid in self.ground.living:
            if not gone(self.pid):
                os.kill(self.pid, signal.SIGTERM)
            self.ground.wait(self.pid, 20)
        self.pid = 0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


@contextmanager
def own_database() -> Iterator[None]:
    """The launcher looks at this folder's database, not at the one of the tests."""
    kept = {name: os.environ.pop(name) for name in UNSET if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gone(pid: int) -> bool:
    """Whether it has ended: it is then a zombie until the one that forked it asks for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except FileNotFoundError:
        return True


@contextmanager
def fresh_ground() -> Iterator[Ground]:
    """A new one, gone afterwards with everything in it."""
    folder = Path(tempfile.mkdtemp(prefix="wuyefei-faults-", dir="/tmp"))
    folder.chmod(0o755)
    (folder / "home").mkdir(mode=0o755)
    ground = Ground(folder / "home")
    try:
        yield ground
    finally:
        ground.end()
        assert status_of(ground.home) == "stopped"
        shutil.rmtree(folder)


def status_of(home: Path) -> str:
    with own_database():
        return status(home).state
