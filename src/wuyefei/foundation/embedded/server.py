"""Starting, watching and stopping one server. It outlives the process that started it."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .cluster import fsync_off
from .errors import EmbeddedError
from .process import exists, is_postmaster_of
from .programs import Programs
from .site import Site, rotated_log

LINGER_SECONDS = 5.0
READY_SECONDS = 600
STOP_SECONDS = 90
PORTS = range(15432, 25432)
"""Below the ports that the system hands out to outgoing connections."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live server as its ``postmaster.pid`` describes it."""

    pid: int
    port: int
    state: str


def find(data: Path) -> Postmaster | None:
    """The live server of a data folder, or ``None`` where there is none or only the file of a dead one."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().lstrip("-").isdigit():
        return None
    pid = abs(int(lines[0]))
    if not is_postmaster_of(pid, data):
        return None
    port = int(lines[3]) if len(lines) > 3 and lines[3].strip().isdigit() else 0
    return Postmaster(pid, port, lines[7].strip() if len(lines) > 7 else "starting")


def start(site: Site, data: Path, programs: Programs, account: Account) -> Postmaster:
    """Start a server on the remembered port or a free one, recover if need be, and wait until it answers.

    Raises ``EmbeddedError``; the data folder is then as it was.
    """
    port = int(site.state().get("port") or 0)
    linger_until = time.monotonic() + LINGER_SECONDS
    for _ in range(200):
        _forget_dead(data)
        if not is_free(port):
            port = free_port()
        site.remember(port=port)
        log = rotated_log(site)
        said_from = log.stat().st_size if log.exists() else 0
        pid = _launch(data, programs, account, port, log)
        found = wait_ready(site, data, pid)
        if found is not None:
            return found
        with log.open("rb") as file:
            file.seek(said_from)
            said = file.read().decode("utf-8", "replace")
        if _is_lingering(said):
            if time.monotonic() > linger_until:
                raise EmbeddedError("lingering", seconds=int(LINGER_SECONDS), log=str(log))
            time.sleep(0.2)
        elif _is_port_taken(said):
            port = 0
        else:
            raise _failure(said, data, log)
    raise EmbeddedError("no_port")


def wait_ready(site: Site, data: Path, pid: int) -> Postmaster | None:
    """Wait while server ``pid`` starts or recovers; ``None`` if it ended instead."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        found = find(data)
        if found is not None and found.pid == pid and found.state == "ready":
            return found
        if not is_postmaster_of(pid, None):
            return None
        time.sleep(0.03)
    raise EmbeddedError("not_ready", seconds=READY_SECONDS, log=str(site.log))


def stop(data: Path) -> bool:
    """Stop the server of a data folder, ending its sessions and keeping every commit; ``False`` if none ran."""
    found = find(data)
    if found is None:
        return False
    try:
        os.kill(found.pid, signal.SIGINT)
    except ProcessLookupError:
        return True
    except PermissionError as error:
        raise EmbeddedError("not_permitted", pid=found.pid) from error
    wait_gone(found.pid, data)
    return True


def wait_gone(pid: int, data: Path) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while is_postmaster_of(pid, data):
        if time.monotonic() > deadline:
            raise EmbeddedError("stop_failed", pid=pid, seconds=STOP_SECONDS)
        time.sleep(0.03)


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1 at ``port`` now."""
    if not 0 < port < 65536:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port() -> int:
    for port in random.sample(PORTS, 100):
        if is_free(port):
            return port
    raise EmbeddedError("no_port")


def programs_of(data: Path) -> Path | None:
    """The folder of the programs that the server of ``data`` was last started with."""
    try:
        line = (data / "postmaster.opts").read_text("utf-8", errors="surrogateescape")
    except OSError:
        return None
    program = Path(line.split(' "', 1)[0].strip())
    return program.parent if program.is_file() else None


def _launch(data: Path, programs: Programs, account: Account, port: int, log: Path) -> int:
    """Start the server in a session of its own, orphaned at once so that the system reaps it; returns its pid."""
    settings = [
        "listen_addresses=127.0.0.1",
        f"port={port}",
        "unix_socket_directories=",
        "logging_collector=off",
    ]
    settings += ["fsync=off", "full_page_writes=off"] if fsync_off() else []
    command = [str(programs.folder / "postgres"), "-D", str(data)]
    for setting in settings:
        command += ["-c", setting]
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as file:
        shell = ["/bin/sh", "-c", 'exec 3>&1 >&2; exec "$@" 3>&- </dev/null & echo $! >&3', "sh", *command]
        answer = account.run(shell, timeout=60, log=file, detached=True)
    return int(answer.stdout)


def _forget_dead(data: Path) -> None:
    """Remove the ``postmaster.pid`` of a dead server whose number now belongs to a stranger or an unreaped zombie.

    PostgreSQL would refuse to start beside it; it still checks by itself that no old backend uses the shared memory.
    """
    file = data / "postmaster.pid"
    if find(data) is not None or not file.exists():
        return
    first = file.read_text("utf-8", errors="replace").partition("\n")[0].strip()
    if not first.isdigit() or exists(int(first)):
        file.unlink(missing_ok=True)


def _is_lingering(said: str) -> bool:
    return "pre-existing shared memory block" in said or ("lock file" in said and "already exists" in said)


def _is_port_taken(said: str) -> bool:
    return any(word in said for word in ("Address already in use", "could not create any TCP/IP sockets"))


def _failure(said: str, data: Path, log: Path) -> EmbeddedError:
    if "No space left on device" in said:
        return EmbeddedError("disk_full", path=str(data))
    for word, reason in (("Read-only file system", "只读磁盘"), ("Permission denied", "没有权限")):
        if word in said:
            return EmbeddedError("data_read_only", path=str(data), reason=reason)
    lines = [
        line for line in said.strip().splitlines() if "FATAL" in line or "PANIC" in line
    ] or said.splitlines()
    return EmbeddedError("start_failed", reason="；".join(lines[-2:])[-400:] or "没有说明", log=str(log))
