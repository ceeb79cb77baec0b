"""What the installation is told from outside: its folder, its address, its databases. Importable before Django."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


def home() -> Path:
    """The data folder: ``WUYEFEI_HOME``, by default ``.wuyefei`` where the command is run."""
    return Path(os.environ.get("WUYEFEI_HOME") or ".wuyefei").absolute()


def demo_mode() -> bool:
    """True only where the demo company is served: printed passwords and a settable clock are refused elsewhere."""
    return os.environ.get("WUYEFEI_DEMO") == "1"


def sandbox_url() -> str:
    """Where the payment providers' local counterparts listen; empty outside demo mode, whatever is set."""
    return os.environ.get("WUYEFEI_SANDBOX", "") if demo_mode() else ""


def site_url() -> str:
    """The address under which this installation itself can be reached from the counterparts; only in demo mode."""
    return os.environ.get("WUYEFEI_SITE", "") if demo_mode() else ""


def public_url() -> str:
    """The address under which owners reach this installation, such as ``https://wy.example.com``; empty where none is
    set. Messages and printed sheets carry it."""
    return os.environ.get("WUYEFEI_PUBLIC_URL", "").strip().rstrip("/")


OWNERS_PATH = "/h5/"


def owners_url(came_from: str) -> str:
    """Where a message or a sheet leads owners; ``came_from`` is counted. Empty where no public address is set."""
    return f"{public_url()}{OWNERS_PATH}?from={came_from}" if public_url() else ""


def keep_secret(name: str, size: int = 32) -> bytes:
    """A random secret kept in the data folder, made at its first use; readable by its owner alone."""
    place = f"{os.environ.get('WUYEFEI_HOME') or '.wuyefei'}/secrets/{name}"
    try:
        there = Path(place).stat()
    except (FileNotFoundError, NotADirectoryError):
        return _make_secret(name, size)
    seen = (there.st_dev, there.st_ino, there.st_mtime_ns, there.st_size)
    held = _secrets.get(place)
    if held is None or held[0] != seen:
        held = _secrets[place] = (seen, Path(place).read_bytes())
    return held[1]


_secrets: dict[str, tuple[tuple[int, ...], bytes]] = {}
"""Secrets read before, good as long as their file is the same: an import asks for one with every number."""


def _make_secret(name: str, size: int) -> bytes:
    folder = home() / "secrets"
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f"{name}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(size))
        try:
            os.link(draft, path)  # never replaces a secret that another process has just made
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def read_secret(name: str) -> bytes | None:
    """A secret of the data folder, or None where there is none of that name."""
    try:
        return (home() / "secrets" / name).read_bytes()
    except FileNotFoundError:
        return None


def put_secret(name: str, value: bytes) -> None:
    """Set a secret whole, in place of a former one, and safely on the disk before it counts."""
    folder = home() / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{name}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)


def drop_secret(name: str) -> None:
    """Remove a secret; one that is not there is removed already."""
    (home() / "secrets" / name).unlink(missing_ok=True)


def database(url: str) -> dict[str, object]:
    """Django's settings for a ``postgresql://`` address.

    ``?prepare_threshold=`` says how often a statement that may be prepared is sent before it is; ``none``: never.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL 应为 postgresql://用户:密码@主机:端口/库名")
    query = dict(parse_qsl(parts.query))
    options: dict[str, object] = {key: value for key, value in query.items() if key not in {"host", "port"}}
    threshold = query.get("prepare_threshold", "5")
    if threshold != "none" and not threshold.isdecimal():
        raise ValueError("DATABASE_URL 的 prepare_threshold 应为次数，或 none（从不）")
    options["prepare_threshold"] = None if threshold == "none" else int(threshold)
    return {
        "ENGINE": "wuyefei.foundation.platform.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
