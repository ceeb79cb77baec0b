"""The files of one home: where the data lies, the port, the passwords and the lock."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import shelter
from .account import Account
from .errors import EmbeddedError

DATA, STATE, SECRETS, LOG, LOCK = (
    "pgdata",
    "postgres.json",
    "secrets/postgres.json",
    "log/postgresql.log",
    "postgres.lock",
)
LOCK_SECONDS = 600
LOG_LIMIT_BYTES = 20_000_000
ROLES = ("superuser", "owner", "app")

logger = logging.getLogger("wuyefei.embedded")


@dataclass(frozen=True, slots=True)
class Site:
    """One home, by absolute path; its files may not exist yet."""

    home: Path

    @classmethod
    def of(cls, home: Path) -> Site:
        return cls(Path(home).expanduser().resolve())

    @property
    def log(self) -> Path:
        return self.home / LOG

    @property
    def secrets_file(self) -> Path:
        return self.home / SECRETS

    @property
    def state_file(self) -> Path:
        return self.home / STATE

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time prepares, starts or stops this home's database; the lock dies with its process."""
        with (self.home / LOCK).open("ab") as handle:
            deadline = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise EmbeddedError("locked", path=str(self.home), seconds=LOCK_SECONDS) from error
                    time.sleep(0.05)
            yield

    # --- state: the remembered port and the pointer to data kept elsewhere ---

    def state(self) -> dict[str, Any]:
        if not self.state_file.exists():
            return {}
        try:
            found = json.loads(self.state_file.read_text("utf-8"))
        except ValueError as error:
            raise EmbeddedError("state_broken", path=str(self.state_file)) from error
        if not isinstance(found, dict):
            raise EmbeddedError("state_broken", path=str(self.state_file))
        return found

    def remember(self, **facts: Any) -> None:
        state = self.state()
        if any(state.get(key) != value for key, value in facts.items()):
            write_whole(self.state_file, json.dumps(state | facts, ensure_ascii=False, indent=1), 0o644)

    def data(self) -> Path:
        """The data folder, which may not exist: inside the home unless the state points elsewhere."""
        pointer = self.state().get("data")
        return Path(pointer) if pointer else self.home / DATA

    # --- passwords ---

    def passwords(self) -> dict[str, str]:
        """The passwords of the three roles; raises where the file is missing or unreadable."""
        if not self.secrets_file.exists():
            raise EmbeddedError("secrets_missing", path=str(self.secrets_file), data=str(self.data()))
        try:
            found = json.loads(self.secrets_file.read_text("utf-8"))
            return {role: str(found[role]) for role in ROLES}
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddedError("secrets_broken", path=str(self.secrets_file)) from error

    def new_passwords(self) -> dict[str, str]:
        """Those on file, or new ones, safely written before any use."""
        if self.secrets_file.exists():
            return self.passwords()
        self.secrets_file.parent.mkdir(mode=0o700, exist_ok=True)
        made = {role: secrets.token_urlsafe(24) for role in ROLES}
        write_whole(self.secrets_file, json.dumps(made, indent=1), 0o600)
        return made


def write_whole(path: Path, text: str, mode: int) -> None:
    """Write a file so that a crash leaves the old one or the new one, never half; ``mode`` holds from the first byte."""
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.unlink(missing_ok=True)
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        making.replace(path)
    except OSError:
        making.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename inside ``folder`` survive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_home(home: Path, account: Account | None) -> None:
    """Create the home if it is missing, closed to other users except the database's account."""
    if home.is_dir():
        return
    home.mkdir(parents=True, mode=0o700)
    if account is not None and account.switch:
        os.chown(home, 0, account.gid)
        home.chmod(0o710)


def place_new_data(site: Site, account: Account, server_stop: Callable[[Path], bool]) -> Path:
    """Decide once where a new data folder goes and remember it: the home, or a shelter the account can reach.

    A shelter may already hold this home's data, where only the pointer was lost.
    """
    kept = site.state().get("data")
    if kept:
        return Path(kept)
    if not account.switch or shelter.suits(site.home, account):
        return site.home / DATA
    data = shelter.shelter_for(site.home, account) / DATA
    if data.exists() and not site.secrets_file.exists():
        server_stop(data)
        aside = data.with_name(f"{DATA}.left-{int(time.time())}")
        data.rename(aside)
        logger.warning("「%s」的旧数据库已移到「%s」（其密码已不在），不再使用。", site.home, aside)
    site.remember(data=str(data))
    return data


def rotated_log(site: Site) -> Path:
    """The server's log file, ready to be appended to; the former one is kept as ``.1`` above 20 MB."""
    log = site.log
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log
