"""A full disk and a silent database are told apart from a fault of the program."""

from __future__ import annotations

import errno

import psycopg
import pytest
from django.db import OperationalError

from wuyefei.foundation.platform.trouble import Trouble, trouble_of


def wrapped(cause: BaseException) -> OperationalError:
    error = OperationalError("…")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (wrapped(psycopg.errors.DiskFull("no space left on device")), Trouble.FULL),
        (OSError(errno.ENOSPC, "no space left on device"), Trouble.FULL),
        (OSError(errno.EDQUOT, "quota exceeded"), Trouble.FULL),
        (OSError(errno.EFBIG, "file too large"), Trouble.FULL),
        (wrapped(psycopg.OperationalError("connection refused")), Trouble.SILENT),
        (wrapped(psycopg.errors.AdminShutdown("terminating connection")), Trouble.SILENT),
        (wrapped(psycopg.errors.LockNotAvailable("lock timeout")), None),
        (OSError(errno.ENOENT, "no such file"), None),
        (ValueError("a fault of the program"), None),
        (None, None),
    ],
)
def test_what_kept_it_from_working(error: BaseException | None, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble
