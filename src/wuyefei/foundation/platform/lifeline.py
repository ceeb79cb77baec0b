"""Processes that end with the one that started them, however that ends. Needs no Django."""

from __future__ import annotations

import os
import signal
import threading
import time

SERVER = "WUYEFEI_SERVER"
"""Names, to the processes that answer requests, the one that started them."""
LOOK_SECONDS = 0.5
GRACE_SECONDS = 20.0


def end_with(parent: int) -> None:
    """Ask this process to stop as soon as its parent is gone: one killed outright can tell nobody, and what it left
    behind would hold its address. What has not stopped after ``GRACE_SECONDS`` seconds is ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
