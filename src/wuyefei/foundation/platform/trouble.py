"""What kept the program from doing its work though nothing was wrong with what was asked: a full disk, a silent database."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from enum import StrEnum

import psycopg

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Trouble(StrEnum):
    """``FULL``: nothing was saved, and nothing can be before there is room. ``SILENT``: the database was not there, or went away
    before it had answered — what was to be saved may be saved."""

    FULL = "full"
    SILENT = "silent"


def trouble_of(error: BaseException | None) -> Trouble | None:
    """The trouble behind an error, None where it is none of these but a fault of the program."""
    for one in _behind(error):
        if isinstance(one, psycopg.errors.DiskFull) or (isinstance(one, OSError) and one.errno in _FULL):
            return Trouble.FULL
        if isinstance(one, psycopg.OperationalError) and (one.sqlstate is None or one.sqlstate.startswith(("08", "57P"))):
            return Trouble.SILENT
    return None


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
