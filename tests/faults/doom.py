"""The death of a process: after a number of statements counted inside chosen work, or after some seconds of it.

The order lies in a file of the data folder and is taken away by the one that strikes: the process that takes its place
lives on.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import Any

FILE = "doom.json"


@dataclass(frozen=True)
class Doom:
    """``victim``: ``self`` (the process at work), ``server`` (the one that started it), ``first`` or ``beside`` (of
    two at one work) or ``database``. Strikes before the statement numbered ``at``, or where that is 0, ``after`` so many
    seconds."""

    victim: str
    at: int = 0
    after: float = 0.0

    def order(self, home: Path) -> None:
        (home / FILE).write_text(json.dumps(asdict(self)))


class Counter:
    """Counts the statements of every connection of this process while work is under way."""

    def __init__(self, home: Path) -> None:
        self.home, self.count, self.depth = home, 0, 0
        self.seconds = 0.0

    def connected(self, connection: Any, **_: Any) -> None:
        if self.counted not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.counted)

    def counted(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if self.depth and not str(sql).startswith(("SAVEPOINT", "RELEASE")):  # where there are more of them depends on the caller
            self.count += 1
            doom = self.doom()
            if doom is not None and doom.at and self.due(doom):
                strike(doom, self.home)
        return execute(sql, params, many, context)

    def due(self, doom: Doom) -> bool:
        """Of two at one work each counts for itself; the second, which has done less, dies at its first statement from ``at``
        on."""
        second = multiprocessing.parent_process() is not None
        if doom.victim == "beside":
            return second and self.count >= doom.at
        return self.count == doom.at and not (doom.victim == "first" and second)

    def doom(self) -> Doom | None:
        try:
            return Doom(**json.loads((self.home / FILE).read_text()))
        except FileNotFoundError:
            return None

    def within(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, counted."""

        @wraps(work)
        def counted(*args: Any, **kwargs: Any) -> Any:
            doom = self.doom()
            if doom is not None and not doom.at:
                timer = threading.Timer(doom.after, strike, (doom, self.home))
                timer.daemon = True
                timer.start()
            begun, self.depth = time.monotonic(), self.depth + 1
            try:
                return work(*args, **kwargs)
            finally:
                self.depth -= 1
                self.seconds += time.monotonic() - begun

        return counted


def strike(doom: Doom, home: Path) -> None:
    """Kill outright, once."""
    try:
        (home / FILE).unlink()
    except FileNotFoundError:
        return
    os.kill({"self": os.getpid, "first": os.getpid, "beside": os.getpid, "server": os.getppid, "database": lambda: postmaster(home)}[doom.victim](), signal.SIGKILL)


def postmaster(home: Path) -> int:
    """The process number of the data folder's database."""
    from wuyefei.foundation.embedded.public import status

    os.environ.pop("DATABASE_URL", None)
    pid = status(home).pid
    assert pid is not None
    return pid
