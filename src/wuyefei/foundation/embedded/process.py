"""Telling a live server from a dead one, a zombie, or a stranger that was given its process number."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def is_postmaster_of(pid: int, data: Path | None) -> bool:
    """Whether ``pid`` lives, is no zombie and, where the system tells, works in ``data`` (``None``: any folder).

    A process of which nothing can be learnt counts as the server: the caller then never starts a second one.
    """
    if pid <= 1 or pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return data is None or _same_folder(pid, data) is not False
    if _is_zombie(pid):
        return False
    return data is None or _same_folder(pid, data) is not False


def exists(pid: int) -> bool:
    """Whether any process, also a zombie or a stranger's, bears this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_zombie(pid: int) -> bool:
    if Path("/proc/self").exists():
        try:
            text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
        except OSError:
            return True
        return text.rpartition(")")[2].split()[0] in ("Z", "X")
    answer = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()[:1] in ("Z", "")


def _same_folder(pid: int, data: Path) -> bool | None:
    """Whether the process works in ``data``, where a server stays all its life; ``None`` where it cannot be seen."""
    if not Path("/proc/self").exists():
        answer = subprocess.run(
            ["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return "postgres" in answer.stdout
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except FileNotFoundError:
        return False
    except PermissionError:
        return None if _uid_of(pid) == data.stat().st_uid else False


def _uid_of(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None
