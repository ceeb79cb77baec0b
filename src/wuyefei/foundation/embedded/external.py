"""A server of one's own, named by ``DATABASE_URL``: checked, never started or stopped."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .errors import EmbeddedError
from .programs import SUPPORTED, SUPPORTED_TEXT

CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class External:
    """The addresses given by the environment and the server's version."""

    url: str
    owner_url: str
    version: str


def configured() -> bool:
    return bool(os.environ.get("DATABASE_URL", "").strip())


def look() -> External:
    """Connect once with each address; raises ``EmbeddedError`` saying what is wrong, never showing a password."""
    url = os.environ["DATABASE_URL"].strip()
    owner_url = os.environ.get("DATABASE_OWNER_URL", "").strip() or url
    version = _version(url)
    if owner_url != url:
        _version(owner_url)
    return External(url, owner_url, version)


def _version(url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise EmbeddedError("external_url") from error
    if not url.startswith(("postgresql://", "postgres://")):
        raise EmbeddedError("external_url")
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            number = connection.info.server_version
    except psycopg.Error as error:
        where = f"{parts.get('host') or '本机'}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"
        reason = " ".join(str(error).split())[-300:]
        raise EmbeddedError("external_unreachable", where=where, reason=reason) from error
    version = f"{number // 10000}.{number % 10000}"
    if number // 10000 not in SUPPORTED:
        raise EmbeddedError("external_version", version=version, supported=SUPPORTED_TEXT)
    return version
