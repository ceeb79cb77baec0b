"""The personal-data vault: AES-GCM under a key per person, and an HMAC for look-up.

The installation's key lies in the data folder's ``secrets``; it is backed up apart from the data.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Collection, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.db import connection, transaction

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError

from .clock import now
from .inserting import drafts, insert_many
from .models import SubjectKey

NONCE = 12
ROTATED = 5_000
"""How many subject keys are wrapped anew at a time."""


class VaultError(DomainError):
    code = "vault"
    message = "个人信息无法解密：密钥已销毁，或不是这套数据的密钥。"


_columns: list[tuple[str, str, str]] = []


def register_sealed(app_label: str, model: str, field: str) -> None:
    """Called in ``AppConfig.ready`` by a room that keeps something of ``seal_secret`` in a column: it is sealed anew when
    the master key changes."""
    if (app_label, model, field) not in _columns:
        _columns.append((app_label, model, field))


def _master() -> bytes:
    return environment.keep_secret("vault.key")


def _marks_key() -> bytes:
    """The key of look-up marks: the first master key, and it stays when the master key changes, or no mark would match."""
    return environment.read_secret("marks.key") or _master()


def _seal(key: bytes, plain: bytes) -> bytes:
    return _sealed(AESGCM(key), plain)


def _sealed(box: AESGCM, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + box.encrypt(nonce, plain, None)


def _open_by_master(sealed: bytes) -> bytes:
    """Under the master key, or under the one before or after it while a change is under way."""
    try:
        return _open(_master(), sealed)
    except VaultError:
        for name in ("vault.key.next", "vault.key.previous"):
            key = environment.read_secret(name)
            if key is not None and (clear := _opened(key, sealed)) is not None:
                return clear
        raise


def _opened(key: bytes, sealed: bytes) -> bytes | None:
    """The clear text, or None where another key sealed it."""
    try:
        return AESGCM(key).decrypt(bytes(sealed[:NONCE]), bytes(sealed[NONCE:]), None)
    except InvalidTag:
        return None


def _open(key: bytes, sealed: bytes) -> bytes:
    clear = _opened(key, sealed)
    if clear is None:
        raise VaultError()
    return clear


def fingerprint(organisation_id: int, kind: str, value: str) -> str:
    """The look-up mark of a value: equal values of one organisation have equal marks, and tell nothing else."""
    return marker(organisation_id)(kind, value)


def marker(organisation_id: int) -> Callable[[str, str], str]:
    """``fingerprint`` for the values of one organisation, by the key as it is now."""
    key = _marks_key()

    def mark(kind: str, value: str) -> str:
        return hmac.digest(key, f"{organisation_id}:{kind}:{value}".encode(), "sha256").hex()[:40]

    return mark


def fresh_keys(organisation_id: int, count: int) -> list[tuple[SubjectKey, bytes]]:
    """``count`` subject keys as (row, clear key) to lock values with; they count once ``keep_keys`` has written them."""
    box = AESGCM(_master())
    make = drafts(SubjectKey, organisation_id=organisation_id)
    clear = [AESGCM.generate_key(256) for _ in range(count)]
    return [(make(wrapped=_sealed(box, key)), key) for key in clear]


def keep_keys(keys: Sequence[tuple[SubjectKey, bytes]]) -> list[int]:
    """Write fresh subject keys; returns their ids in order."""
    rows = [row for row, _ in keys]
    insert_many(rows)
    return [row.pk for row in rows]


def new_keys(organisation_id: int, count: int) -> list[tuple[int, bytes]]:
    """Make ``count`` subject keys; returns (row id, clear key) to lock values with."""
    keys = fresh_keys(organisation_id, count)
    return [(key_id, clear) for key_id, (_, clear) in zip(keep_keys(keys), keys, strict=True)]


def subject_key(key_id: int) -> bytes:
    """The clear key of a subject; raises ``VaultError`` when it was destroyed."""
    row = SubjectKey.objects.get(pk=key_id)
    if row.destroyed_at:
        raise VaultError()
    return _open_by_master(bytes(row.wrapped))


def subject_keys(key_ids: Collection[int]) -> dict[int, bytes]:
    """The clear keys of many subjects in one query; destroyed ones are left out."""
    rows = SubjectKey.objects.filter(pk__in=key_ids, destroyed_at__isnull=True)
    return {row.pk: _open_by_master(bytes(row.wrapped)) for row in rows}


def lock(key: bytes, value: str) -> bytes:
    return _seal(key, value.encode())


def unlock(key: bytes, sealed: bytes) -> str:
    return _open(key, bytes(sealed)).decode()


def seal_secret(value: str) -> bytes:
    """Lock a secret of the installation itself (a second-factor seed) under the master key."""
    return _seal(_master(), value.encode())


def open_secret(sealed: bytes) -> str:
    return _open_by_master(bytes(sealed)).decode()


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


def rotate() -> dict[str, int]:
    """Change the master key: everything it wrapped or sealed is opened and wrapped anew, in one transaction.

    Marks keep their key. The former key stays beside as ``vault.key.previous``, because a program that was writing
    meanwhile may have used it; ``forget_previous`` removes it. A change that broke off is gone on with by its own new key.
    Returns how many subject keys and how many sealed secrets were done.
    """
    current = _master()
    environment.put_secret("marks.key", _marks_key())
    fresh = environment.keep_secret("vault.key.next")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {SubjectKey._meta.db_table} IN EXCLUSIVE MODE")
        done = _rewrap(fresh)
    environment.put_secret("vault.key.previous", current)
    environment.put_secret("vault.key", fresh)
    environment.drop_secret("vault.key.next")
    return done


def _rewrap(fresh: bytes) -> dict[str, int]:
    """Put under ``fresh`` whatever another key holds; returns how many subject keys and sealed secrets those were."""
    keys, last = 0, 0
    while rows := list(SubjectKey.objects.filter(pk__gt=last, destroyed_at__isnull=True).order_by("pk")[:ROTATED]):
        last = rows[-1].pk
        other = [row for row in rows if _opened(fresh, bytes(row.wrapped)) is None]
        for row in other:
            row.wrapped = _seal(fresh, _open_by_master(bytes(row.wrapped)))
        SubjectKey.objects.bulk_update(other, ["wrapped"])
        keys += len(other)
    secrets = 0
    for app_label, name, field in _columns:
        held = apps.get_model(app_label, name)._base_manager
        for pk, value in held.exclude(**{field: None}).order_by("pk").values_list("pk", field):
            if value and _opened(fresh, bytes(value)) is None:
                held.filter(pk=pk).update(**{field: _seal(fresh, _open_by_master(bytes(value)))})
                secrets += 1
    return {"keys": keys, "secrets": secrets}


def forget_previous() -> int:
    """Remove the former key once nothing needs it: stragglers are wrapped anew first. Returns how many there were."""
    with transaction.atomic():
        left = _rewrap(_master())
    environment.drop_secret("vault.key.previous")
    return sum(left.values())
