"""Making and judging a data folder. A new one appears whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path

from .account import Account
from .errors import EmbeddedError
from .programs import Programs
from .site import logger, sync_folder

SUPERUSER = "wuyefei_super"

_CONF = """
# --- wuyefei: safe defaults; later lines of your own win. Address, port and socket are set at start. ---
max_connections = 100
shared_buffers = 256MB
jit = off
autovacuum_naptime = 15s
autovacuum_analyze_scale_factor = 0.05
fsync = on
synchronous_commit = on
full_page_writes = on
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] '
# No row contents in the log: neither failing statements nor the values of a violated key.
log_error_verbosity = terse
log_min_error_statement = panic
"""
_HBA = "# Only this machine, only with a password.\nhost all all 127.0.0.1/32 scram-sha-256\n"
_ESSENTIAL = ("PG_VERSION", "global/pg_control", "postgresql.conf", "pg_wal")


def fsync_off() -> bool:
    """``WUYEFEI_PG_FSYNC=off``: for tests only, a power failure may then lose everything."""
    return os.environ.get("WUYEFEI_PG_FSYNC", "").strip().lower() == "off"


def major_of(data: Path) -> int | None:
    """The major version of a finished data folder; ``None`` where there is none or it was never finished.

    Raises ``EmbeddedError`` where a folder that once held data lacks essential parts.
    """
    if not data.exists():
        return None
    missing = [name for name in _ESSENTIAL if not (data / name).exists()]
    if not missing:
        text = (data / "PG_VERSION").read_text("ascii", errors="replace").strip()
        if text.isdigit():
            return int(text)
        missing = ["PG_VERSION"]
    if "global/pg_control" in missing and not (data / "postmaster.opts").exists():
        return None
    raise EmbeddedError("data_broken", path=str(data), missing="、".join(missing))


def clear_unfinished(data: Path) -> None:
    """Remove what an interrupted creation left beside ``data``; set an unfinished ``data`` itself aside, kept."""
    for left in data.parent.glob(f"{data.name}.making-*"):
        _remove(left)
    if not data.exists():
        return
    if not any(data.iterdir()):
        data.rmdir()
        return
    aside = data.with_name(f"{data.name}.unfinished-{int(time.time())}-{secrets.token_hex(2)}")
    data.rename(aside)
    logger.warning("发现没有建成的数据文件夹，已移到「%s」并重新建立。", aside)


def _remove(path: Path) -> None:
    """Remove a file or a tree into which an abandoned initdb may still be writing."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for _ in range(20):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        time.sleep(0.1)
    shutil.rmtree(path)


def create(data: Path, programs: Programs, account: Account, password: str) -> None:
    """Run initdb beside ``data`` and rename the finished folder into place; raises ``EmbeddedError`` leaving nothing."""
    clear_unfinished(data)
    making = Path(tempfile.mkdtemp(prefix=f"{data.name}.making-", dir=data.parent))
    try:
        account.give(making)
        _initdb(making, programs, account, password)
        _append(making / "postgresql.conf", _CONF)
        (making / "pg_hba.conf").write_text(_HBA, "utf-8")
        for name in ("postgresql.conf", "pg_hba.conf"):
            _sync_file(making / name)
        making.rename(data)
        sync_folder(data.parent)
    finally:
        if making.exists():
            shutil.rmtree(making, ignore_errors=True)


def _initdb(folder: Path, programs: Programs, account: Account, password: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f"{folder.name}-pw-", dir=folder.parent)
    password_file = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(password + "\n")
        account.give(password_file)
        words = []
        for locale in _locales(programs.major):
            answer = account.run(_initdb_command(folder, programs, password_file, locale))
            if answer.returncode == 0:
                return
            words = answer.stdout.decode("utf-8", "replace").strip().splitlines()
            for child in folder.iterdir():
                shutil.rmtree(child) if child.is_dir() else child.unlink()
            if not any("locale" in line for line in words):
                break
    finally:
        password_file.unlink(missing_ok=True)
    text = "；".join(words[-3:])
    if "No space left" in text:
        raise EmbeddedError("disk_full", path=str(folder.parent))
    raise EmbeddedError("init_failed", path=str(folder.parent), reason=text or "initdb 没有说明")


def _initdb_command(folder: Path, programs: Programs, password_file: Path, locale: list[str]) -> list[str]:
    command = [
        str(programs.folder / "initdb"),
        "-D",
        str(folder),
        "--encoding=UTF8",
        f"--username={SUPERUSER}",
    ]
    command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--data-checksums", "--no-instructions"]
    return command + locale + (["--no-sync"] if fsync_off() else [])


def _locales(major: int) -> list[list[str]]:
    """Locale options to try in order: byte order with Unicode character classes, the same on every machine."""
    if major >= 17:
        builtin = ["--locale-provider=builtin"]
        return [builtin + ["--locale=C.UTF-8"], builtin + ["--builtin-locale=C.UTF-8", "--locale=C"]]
    return [["--locale=C.UTF-8"], ["--locale=C"]]


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
