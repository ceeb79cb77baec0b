"""The personal-data vault: AES-GCM under a key per person, and an HMAC for look-up.

The installation's key lies in the data folder's ``secrets``; it is backed up apart from the data.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Collection

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError

from .clock import now
from .inserting import drafts, insert_many
from .models import SubjectKey

NONCE = 12


class VaultError(DomainError):
    code = "vault"
    message = "个人信息无法解密：密钥已销毁，或不是这套数据的密钥。"


def _master() -> bytes:
    return environment.keep_secret("vault.key")


def _seal(key: bytes, plain: bytes) -> bytes:
    return _sealed(AESGCM(key), plain)


def _sealed(box: AESGCM, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + box.encrypt(nonce, plain, None)


def _open(key: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(bytes(sealed[:NONCE]), bytes(sealed[NONCE:]), None)
    except InvalidTag as error:
        raise VaultError() from error


def fingerprint(organisation_id: int, kind: str, value: str) -> str:
    """The look-up mark of a value: equal values of one organisation have equal marks, and tell nothing else."""
    return marker(organisation_id)(kind, value)


def marker(organisation_id: int) -> Callable[[str, str], str]:
    """``fingerprint`` for the values of one organisation, by the key as it is now."""
    master = _master()

    def mark(kind: str, value: str) -> str:
        return hmac.digest(master, f"{organisation_id}:{kind}:{value}".encode(), "sha256").hex()[:40]

    return mark


def new_keys(organisation_id: int, count: int) -> list[tuple[int, bytes]]:
    """Make ``count`` subject keys; returns (row id, clear key) to lock values with."""
    clear = [AESGCM.generate_key(256) for _ in range(count)]
    box = AESGCM(_master())
    make = drafts(SubjectKey, organisation_id=organisation_id)
    rows = [make(wrapped=_sealed(box, key)) for key in clear]
    insert_many(rows)
    return [(row.pk, key) for row, key in zip(rows, clear, strict=True)]


def subject_key(key_id: int) -> bytes:
    """The clear key of a subject; raises ``VaultError`` when it was destroyed."""
    row = SubjectKey.objects.get(pk=key_id)
    if row.destroyed_at:
        raise VaultError()
    return _open(_master(), bytes(row.wrapped))


def subject_keys(key_ids: Collection[int]) -> dict[int, bytes]:
    """The clear keys of many subjects in one query; destroyed ones are left out."""
    master = _master()
    rows = SubjectKey.objects.filter(pk__in=key_ids, destroyed_at__isnull=True)
    return {row.pk: _open(master, bytes(row.wrapped)) for row in rows}


def lock(key: bytes, value: str) -> bytes:
    return _seal(key, value.encode())


def unlock(key: bytes, sealed: bytes) -> str:
    return _open(key, bytes(sealed)).decode()


def seal_secret(value: str) -> bytes:
    """Lock a secret of the installation itself (a second-factor seed) under the master key."""
    return _seal(_master(), value.encode())


def open_secret(sealed: bytes) -> str:
    return _open(_master(), bytes(sealed)).decode()


def fits(master: bytes | None) -> bool:
    """Whether a master key opens the subject keys of this data; without subject keys any does, and none does."""
    row = SubjectKey.objects.filter(destroyed_at__isnull=True).order_by("pk").first()
    if row is None:
        return True
    if not master:
        return False
    try:
        _open(master, bytes(row.wrapped))
    except (VaultError, ValueError):
        return False
    return True


def destroy(key_id: int) -> None:
    """Erase a subject for good: what its key locked can never be read again."""
    SubjectKey.objects.filter(pk=key_id).update(wrapped=b"", destroyed_at=now())
