"""Uploads on disk: encrypted under the installation's key, readable by its owner alone, gone after ``KEPT_DAYS``.

An upload holds names and numbers of people in clear; it is kept only to be read again and to give back its errors.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
from collections.abc import Container
from pathlib import Path
from typing import Any

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import vault

KEPT_DAYS = 30
TABLE = ".rows"
STRAY_SECONDS = 24 * 3600
"""A file that no upload names is left alone this long: its upload may not be committed yet."""


class UploadGone(DomainError):
    code = "upload_gone"
    message = "原文件已过保存期限（30 天）删除，请重新上传。"


def _folder() -> Path:
    folder = environment.home() / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _write(name: str, data: bytes) -> None:
    folder = _folder()
    draft = folder / f"{name}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(vault.seal_secret(base64.b64encode(data).decode("ascii")))
    draft.replace(folder / name)


def _read(name: str) -> bytes:
    if not name:
        raise UploadGone()
    try:
        return base64.b64decode(vault.open_secret((_folder() / name).read_bytes()))
    except FileNotFoundError as error:
        raise UploadGone() from error


def keep(data: bytes) -> str:
    """Keeps the bytes of an upload; returns the random name to read them by."""
    name = secrets.token_hex(24)
    _write(name, data)
    return name


def load(name: str) -> bytes:
    """The bytes again; raises ``UploadGone`` after they were purged."""
    return _read(name)


def keep_table(name: str, table: list[dict[str, Any]]) -> None:
    """Keeps the row-by-row preview beside its upload."""
    _write(name + TABLE, json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode())


def load_table(name: str) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = json.loads(_read(name + TABLE))
    return table


def drop(name: str) -> None:
    """Removes an upload and its preview; missing files are no error."""
    if name:
        (_folder() / name).unlink(missing_ok=True)
        (_folder() / (name + TABLE)).unlink(missing_ok=True)


def sweep(named: Container[str]) -> int:
    """Removes what a killed process left: files of no upload in ``named``, a day old. Returns how many."""
    before, gone = time.time() - STRAY_SECONDS, 0
    for path in _folder().iterdir():
        if (path.name.partition(".")[0] not in named or _is_draft(path.name)) and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _is_draft(name: str) -> bool:
    """Whether it was being written: neither an upload nor its table."""
    return name.removesuffix(TABLE) != name.partition(".")[0]
