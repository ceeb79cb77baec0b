"""Foreign keys checked while the next rows are prepared.

The database checks deferred constraints at commit, row by row, while the program waits; and it waits while the program
prepares rows. Within ``checked_meanwhile`` whoever has written many rows and turns to preparing more calls ``check``: the
database then looks at what was written so far. Nothing is left out: what is wrong refuses the transaction, only sooner, and
what was written after the last look is checked at commit as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

_LOOK = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


class _Checker:
    """One look at a time, by a thread of its own: the connection serves nothing else until it is over."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1, "constraints")
        self.under_way: Future[Any] | None = None

    def begin(self) -> None:
        self.settle()
        connection.ensure_connection()
        self.under_way = self.pool.submit(connection.connection.execute, _LOOK)

    def settle(self) -> None:
        """Wait for the look; raises ``IntegrityError`` for a row that may not stand."""
        look, self.under_way = self.under_way, None
        if look is not None:
            with connection.wrap_database_errors:
                look.result()

    def first(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.settle()
        return execute(*statement)


_checker: ContextVar[_Checker | None] = ContextVar("constraint_checker", default=None)


@contextmanager
def checked_meanwhile() -> Iterator[None]:
    """Within a transaction that writes many rows whose deferred constraints hold at every ``check``. Raises
    ``IntegrityError`` at the statement after a ``check`` that found a row that may not stand, or at the end."""
    checker = _Checker()
    token = _checker.set(checker)
    try:
        with connection.execute_wrapper(checker.first):
            yield
        checker.settle()
    finally:
        _checker.reset(token)
        checker.pool.shutdown()


def check() -> None:
    """Outside ``checked_meanwhile`` nothing: constraints are then checked at commit. The next statement waits for the look, so
    this stands before preparation, and the first thing after that must be a statement (``take_ids``), not a bare COPY."""
    checker = _checker.get()
    if checker is not None:
        checker.begin()
