"""Many acts at the same moment, each on a connection of its own."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock

DAY = dt.date(2026, 1, 10)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts side by side, each on a connection of its own; returns results or the domain errors raised."""
    results: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            with clock.at(DAY):
                results[number] = act()
        except DomainError as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results
