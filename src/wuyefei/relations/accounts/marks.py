"""Look-up marks and token hashes of this room: they tell equal things apart from others, and nothing else."""

from __future__ import annotations

import hashlib
import secrets

from wuyefei.foundation.platform import vault

NOBODYS = 0
"""Accounts belong to no organisation: their marks are made for this number."""


def mark(kind: str, value: str) -> str:
    return vault.fingerprint(NOBODYS, kind, value)


def new_token(size: int = 24) -> str:
    return secrets.token_urlsafe(size)


def hashed(token: str) -> str:
    """What is kept of a random token: it cannot be turned back, and needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
