"""Acting as an ordinary user, and looking at servers from outside."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from wuyefei.foundation.embedded import process, shelter
from wuyefei.foundation.embedded.public import EmbeddedError, ensure_database, stop_database

IS_ROOT = os.geteuid() == 0
ORDINARY = "nobody"
SRC = Path(process.__file__).parents[3]


@contextmanager
def new_ground(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that every user may enter (pytest's own are closed); shelters lie inside it."""
    folder = Path(tempfile.mkdtemp(prefix="wy-", dir="/tmp")).resolve()
    folder.chmod(0o711)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "WUYEFEI_PG_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WUYEFEI_PG_FSYNC", "off")
    monkeypatch.setattr(shelter, "SHELTERS", [folder / "shelter"])
    yield folder
    for lock in folder.rglob("postgres.lock"):
        stop_database(lock.parent)
    shutil.rmtree(folder)


def as_ordinary(act: Callable[..., Any], *arguments: Any) -> Any:
    """``act`` as a user who is not root, in a forked child: its result; an ``EmbeddedError`` is raised again here."""
    if not IS_ROOT:
        return act(*arguments)
    forking = multiprocessing.get_context("fork")
    mine, theirs = forking.Pipe()
    child = forking.Process(target=_drop_and_act, args=(theirs, act, arguments))
    child.start()
    theirs.close()
    kind, result = mine.recv()
    child.join()
    if kind == "refused":
        raise EmbeddedError(result[0], **result[1])
    assert kind == "done", result
    return result


def _drop_and_act(pipe: Connection, act: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    user = pwd.getpwnam(ORDINARY)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    try:
        pipe.send(("done", act(*arguments)))
    except EmbeddedError as error:
        pipe.send(("refused", (error.code, error.data)))
    except BaseException:
        pipe.send(("failed", traceback.format_exc()))


def own_folder(ground: Path, name: str) -> Path:
    """A folder that the ordinary user owns."""
    folder = ground / name
    folder.mkdir(mode=0o755)
    if IS_ROOT:
        user = pwd.getpwnam(ORDINARY)
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def child_environment() -> dict[str, str]:
    """For a Python of its own that imports what this one can."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, map(str, (SRC, *sys.path))))}


def start_and_tell(home: Path) -> tuple[str, bool]:
    database = ensure_database(home)
    return database.url, database.started


def postmaster_pid(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split("\n")[0])


def is_alive(pid: int) -> bool:
    return process.is_postmaster_of(pid, None)
