"""How far an import is, seen from outside while its one transaction is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

from .models import ImportFile

Stop = Callable[[], None]
Show = Callable[[int, int, str], None]


class Progress:
    """Counts rows written; ``step`` shows it. ``check_stop`` raises where somebody asked the work to stop."""

    def __init__(self, show: Show, check_stop: Stop = lambda: None) -> None:
        self.show, self.check_stop = show, check_stop
        self.done = self.total = 0

    def begin(self, total: int) -> None:
        self.total = total
        self.show(0, total, "")

    def step(self, count: int, what: str) -> None:
        """``count`` more rows are written; ``what`` names what comes next or was just done."""
        self.done += count
        self.show(self.done, self.total, what)
        self.check_stop()


def unseen() -> Progress:
    """For short work in one request."""
    return Progress(lambda done, total, message: None)


@contextmanager
def shown(import_id: int, check_stop: Stop = lambda: None, also: Show = lambda done, total, message: None) -> Iterator[Progress]:
    """Progress written to the upload's row by a connection of its own, so that others see it before the commit;
    ``also`` is told the same."""
    spare = connections.create_connection("default")
    table = ImportFile._meta.db_table

    def show(done: int, total: int, message: str) -> None:
        with spare.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET done = %s, total = %s, message = %s WHERE id = %s",  # noqa: S608
                [done, total, message[:400], import_id],
            )
        also(done, total, message)

    try:
        yield Progress(show, check_stop)
    finally:
        spare.close()
