"""``backup`` and ``restore``. The data and the keys that open its personal data are two files, kept apart."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from wuyefei.foundation import environment
from wuyefei.foundation.embedded.public import Database
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase

from . import boot, swap
from .boot import Outcome
from .speech import said

KEYS = ("vault.key", "django.key")
ROTATED_KEYS = ("marks.key", "vault.key.previous")
"""There only once the master key was changed."""
KEY_BYTES = 4096
_VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
}  # fmt: skip


def backup(args: argparse.Namespace) -> Outcome:
    """Write the database into one file, and with ``--keys`` the keys into another."""
    target = _new_file(args.file, "FILE")
    keys = _new_file(args.keys, "--keys") if args.keys else None
    found = boot.ready()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _run(found, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--file={draft}")
        draft.chmod(0o600)
        _run(found, "pg_restore", "--list", str(draft))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    if keys is not None:
        _write_keys(keys)
    document = {"file": str(target), "bytes": target.stat().st_size, "keys": str(keys) if keys else None}
    without = "" if keys else said("\n密钥没有备份：没有它们就读不出个人信息。请用 --keys 另存一份，与数据分开保管。")
    return Outcome(document, said("已备份到 {target}（{size} 字节）。{without}", target=target, size=target.stat().st_size, without=without))


def restore(args: argparse.Namespace) -> Outcome:
    """Put a backup in the place of an empty database, or with ``--replace`` of the present one, and verify it.

    Until the restored books have been read and their keys found to fit, the former data is only set aside.
    """
    source = Path(args.file).absolute()
    if not source.is_file():
        raise Invalid(field="FILE", reason=Phrase("没有文件「{source}」", source=source))
    keys = _read_keys(Path(args.keys)) if args.keys else {}
    found = boot.database()
    _run(found, "pg_restore", "--list", str(source))
    with swap.swapped(found.owner_url, replace=args.replace) as place:
        _run(
            found, "pg_restore", "--no-owner", "--no-privileges", "--schema=public", "--exit-on-error",
            "--single-transaction", "--dbname=", str(source),
        )  # fmt: skip
        boot.setup(found.url)
        _read_back(found, keys.get("vault.key"))
        place.keep()
    for name, key in keys.items():
        _put_key(name, key)
    for name in ROTATED_KEYS if keys else ():
        if name not in keys:
            _set_aside(name)
    from . import books

    proof = books.verify(argparse.Namespace(organisation=None))
    document = {"file": str(source), "replaced": place.had_data, "keys": sorted(keys), "verify": proof.document}
    return Outcome(document, said("已从 {source} 恢复。\n{proof}", source=source, proof=proof.text), done=proof.done)


def _read_back(found: Database, key: bytes | None) -> None:
    """The restored rows are of this version or older, and the keys open their personal data."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from wuyefei.foundation.platform import vault

    loader = MigrationLoader(connection)
    newer = sorted(set(loader.applied_migrations) - set(loader.disk_migrations or {}))
    if newer:
        raise DomainError("backup_newer", "备份来自更新的版本（{app} {name}），请先升级程序。", app=newer[0][0], name=newer[0][1])
    if boot.pending_migrations():
        connection.close()
        boot.migrate_now(found)
    held = environment.home() / "secrets" / "vault.key"
    own = key if key is not None else (held.read_bytes() if held.is_file() else None)
    if not vault.fits(own):
        raise DomainError("keys_missing", "备份里的个人信息要用备份时的密钥才能读，请用 --keys 给出那时导出的密钥。")


def _new_file(text: str, field: str) -> Path:
    path = Path(text).absolute()
    if path.exists():
        raise Invalid(field=field, reason=Phrase("「{path}」已经存在，请换一个文件名", path=path))
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise Invalid(field=field, reason=Phrase("文件夹「{parent}」不存在或不可写", parent=path.parent))
    return path


def _program(found: Database, name: str) -> str:
    """The PostgreSQL program beside the server, else one on the path."""
    beside = found.programs / name if found.programs else None
    if beside is not None and beside.is_file():
        return str(beside)
    path = shutil.which(name)
    if path is None:
        raise DomainError("no_program", "没有找到 {name}，请安装 PostgreSQL {version} 的客户端程序。", name=name, version=found.version)
    return path


def _run(found: Database, name: str, *arguments: str) -> None:
    """Run a PostgreSQL program against the database as the owner; the password never stands on a command line."""
    parts = conninfo_to_dict(found.owner_url)
    known = {_VARIABLES[key]: str(value) for key, value in parts.items() if key in _VARIABLES and value is not None}
    argv = [_program(found, name), *(f"{a}{parts.get('dbname')}" if a == "--dbname=" else a for a in arguments)]
    done = subprocess.run(argv, env=_environment(known), capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        reason = " ".join(done.stderr.split())[-400:] or Phrase("退出码 {returncode}", returncode=done.returncode)
        raise DomainError("program_failed", "{name} 没有完成：{reason}", name=name, reason=reason)


def _environment(known: dict[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, **known, "LC_MESSAGES": "C"}


def _write_keys(target: Path) -> None:
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            held = {name: environment.keep_secret(name) for name in KEYS}
            held |= {name: found for name in ROTATED_KEYS if (found := environment.read_secret(name)) is not None}
            for name, content in held.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(content), 0o600
                archive.addfile(entry, io.BytesIO(content))
        file.flush()
        os.fsync(file.fileno())


def _read_keys(path: Path) -> dict[str, bytes]:
    """The keys in an exported file: only names we know, only small plain files."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, mode="r:") as archive:
            for entry in archive:
                if entry.name in KEYS + ROTATED_KEYS and entry.isfile() and 0 < entry.size <= KEY_BYTES:
                    content = archive.extractfile(entry)
                    found[entry.name] = content.read() if content else b""
    except (OSError, tarfile.TarError) as error:
        raise Invalid(field="--keys", reason=Phrase("「{path}」不是导出的密钥文件", path=path)) from error
    if "vault.key" not in found:
        raise Invalid(field="--keys", reason=Phrase("「{path}」里没有密钥", path=path))
    return found


def _set_aside(name: str) -> None:
    """A key that the restored data does not know is kept beside, out of the way."""
    held = environment.home() / "secrets" / name
    if held.is_file():
        held.replace(held.with_name(f"{name}.former"))


def _put_key(name: str, key: bytes) -> None:
    """Set a key in place whole; a different former one is kept beside it."""
    folder = environment.home() / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held, draft = folder / name, folder / f"{name}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    if held.is_file() and held.read_bytes() != key:
        held.replace(folder / f"{name}.former")
    draft.replace(held)
