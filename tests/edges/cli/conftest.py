"""A data folder with a database of its own for a module's tests, and the command run as a process in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[3]
UNSET = ("DATABASE_URL", "DATABASE_OWNER_URL", "WUYEFEI_DEMO", "DJANGO_SETTINGS_MODULE", "PORT")


@dataclass
class Done:
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def tidy(self) -> bool:
        """Whether it was not brought down: a refusal is a line, never a traceback."""
        return "Traceback" not in self.err and "Traceback" not in self.out


@dataclass
class Home:
    """A data folder and the processes started in it."""

    path: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in UNSET}
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return kept | {"PYTHONPATH": path, "WUYEFEI_HOME": str(self.path), "WUYEFEI_PG_FSYNC": "off"}

    def run(self, *args: str, stdin: str = "", **variables: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "wuyefei.edges.cli.main", *args], env=self.environment | variables, cwd=self.path,
            input=stdin, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def script(self, code: str, *, prepare: bool = True) -> str:
        """Run Python in the data folder, on its database brought up to date with ``prepare``."""
        prelude = "from wuyefei.edges.cli import boot\nboot.ready()\n" if prepare else ""
        done = subprocess.run(
            [sys.executable, "-c", prelude + code], env=self.environment, cwd=self.path, capture_output=True, text=True,
            timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def batch(self, calls: Sequence[Sequence[str]], *, stdin: str = "", prepare: bool = True) -> list[Done]:
        """Many calls in one process, each as if it were alone; ``stdin`` is what each of them reads."""
        code = (
            "import contextlib, io, json, sys, traceback\nfrom wuyefei.edges.cli.main import main\nanswers = []\n"
            f"for call in {[list(call) for call in calls]!r}:\n"
            "    out, err = io.StringIO(), io.StringIO()\n"
            f"    sys.stdin = io.StringIO({stdin!r})\n"
            "    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):\n"
            "        try:\n            code = main(call)\n"
            "        except Exception:\n            code = -1\n            traceback.print_exc()\n"
            "    answers.append([code, out.getvalue(), err.getvalue()])\n"
            "print(json.dumps(answers))"
        )
        return [Done(*answer) for answer in json.loads(self.script(code, prepare=prepare))]

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the running database of the data folder."""
        password = json.loads((self.path / "secrets" / "postgres.json").read_text("utf-8"))["owner"]
        port = json.loads((self.path / "postgres.json").read_text("utf-8"))["port"]
        with psycopg.connect(
            host="127.0.0.1", port=port, user="wuyefei_owner", password=password, dbname="wuyefei"
        ) as connection:
            return connection.execute(query.encode()).fetchall()

    def start(self, command: Sequence[str], **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command], env=self.environment | variables, cwd=self.path, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def until(what: Any, seconds: float = 60) -> Any:
    """Wait until ``what()`` is true and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


@pytest.fixture(scope="module")
def new_home() -> Iterator[Any]:
    """Makes data folders whose databases are stopped at the end of the module."""
    made: list[Home] = []
    with tempfile.TemporaryDirectory(prefix="wuyefei-cli-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)

        def make() -> Home:
            made.append(Home(Path(folder) / f"home{len(made)}"))
            made[-1].path.mkdir(mode=0o755)
            return made[-1]

        yield make
        for home in made:
            home.end()
            home.run("stop")


@pytest.fixture(scope="module")
def home(new_home: Any) -> Home:
    """One data folder for the whole module."""
    return new_home()  # type: ignore[no-any-return]
