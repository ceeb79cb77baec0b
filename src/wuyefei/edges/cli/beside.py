"""The worker that ``serve`` keeps beside its pages: begun again when it ends, ended with the server however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import boot

PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a worker that ended is begun again; each is longer while it ends soon after it began."""
SOON = 60.0


@contextmanager
def worker_beside(wanted: bool) -> Iterator[None]:
    """A ``worker`` of our own for as long as the pages are served, so that what they queue is done.

    A worker that was killed, or lost its database, is begun again; its start also starts an embedded database that died.
    """
    if not wanted:
        yield
        return
    keeper = _Keeper([sys.executable, "-m", "wuyefei.edges.cli.main", "worker", "--attached", str(os.getpid())])
    keeper.begin()  # before the server forks: what it forked meanwhile would hold the pipe by which a start is told
    keeper.start()
    try:
        yield
    finally:
        keeper.end()


class _Keeper(threading.Thread):
    def __init__(self, command: list[str]) -> None:
        super().__init__(name="worker beside", daemon=True)
        self._command, self._ending, self._guard = command, threading.Event(), threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        failures = 0
        while self._process is not None:
            lived = _seconds(self._process.wait)
            failures = 0 if lived > SOON else failures + 1
            if self._ending.wait(PAUSES[min(failures, len(PAUSES)) - 1] if failures else PAUSES[0]) or not self.begin():
                return

    def begin(self) -> bool:
        """Begin a worker; False once the end has been asked for."""
        with self._guard:
            if self._ending.is_set():
                return False
            self._process = subprocess.Popen(
                self._command, env=_fresh(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
            return True

    def end(self) -> None:
        """Stop the worker after the work it is at, and begin no other."""
        with self._guard:
            self._ending.set()
            if self._process is not None:
                self._process.terminate()
        self.join()


def _fresh() -> dict[str, str]:
    """The environment as the server was given it: an embedded database is looked for, and started, anew."""
    own = {"DATABASE_URL", "DATABASE_OWNER_URL", boot.DATABASE} if os.environ.get(boot.DATABASE) == "embedded" else set()
    return {name: value for name, value in os.environ.items() if name not in own}


def _seconds(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun
