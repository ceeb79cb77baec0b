"""Python's collector of cycles during bulk work."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector rest: bulk work makes hundreds of thousands of rows that hold no cycles, and it would walk all of
    them again and again (a third of the time of drafting a large run). What nobody refers to is still freed at once."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()
