"""Who PostgreSQL runs as: the present user, or under root an unprivileged one (PostgreSQL refuses root)."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .errors import EmbeddedError

UNPRIVILEGED = ("postgres", "nobody")
"""Tried in this order under root; users are never created."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user that may run PostgreSQL; ``switch`` where processes must change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def run(
        self, argv: Sequence[str], timeout: float = 600, log: IO[bytes] | None = None, detached: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this user, in ``/``, with a bare environment; standard error joins the output or ``log``.

        Raises ``OSError`` where it cannot be run or does not end in ``timeout`` seconds.
        """
        try:
            return subprocess.run(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log if log is not None else subprocess.STDOUT,
                cwd="/",
                env=bare_environment(),
                timeout=timeout,
                start_new_session=detached,
                user=self.uid if self.switch else None,
                group=self.gid if self.switch else None,
                extra_groups=[] if self.switch else None,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(errno.ETIMEDOUT, f"{timeout:.0f} 秒内没有结束", argv[0]) from error

    def can_enter(self, folder: Path) -> bool:
        """Whether this user reaches ``folder`` through all folders above it (asked of the system, not guessed)."""
        if not self.switch:
            return os.access(folder, os.X_OK)
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def give(self, path: Path) -> None:
        """Make this user the owner of ``path``."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def bare_environment() -> dict[str, str]:
    """No PG* variable and no locale of the caller reaches the server."""
    path = os.environ.get("PATH", "")
    return {"PATH": f"{path}:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def user_name(uid: int) -> str:
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def account_for(data: Path | None) -> Account:
    """The account for a data folder (its owner), or for a new one where ``data`` is ``None``.

    Raises ``EmbeddedError`` where the folder belongs to somebody the present user cannot act for.
    """
    uid = os.geteuid()
    owner = data.stat().st_uid if data is not None else None
    if uid != 0:
        if owner is not None and owner != uid:
            raise EmbeddedError("wrong_owner", path=str(data), owner=user_name(owner), user=user_name(uid))
        return Account(user_name(uid), uid, os.getegid(), switch=False)
    fresh = _unprivileged()
    if owner == 0:
        raise EmbeddedError("root_owned", path=str(data), user=fresh.name)
    if data is None or owner is None or owner == fresh.uid:
        return fresh
    return Account(user_name(owner), owner, data.stat().st_gid, switch=True)


def _unprivileged() -> Account:
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    raise EmbeddedError("no_account")
