"""Under root only: folders that the unprivileged account can reach when a home lies below a closed one (``/root``)."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from .account import Account
from .errors import EmbeddedError

SHELTERS = [Path("/var/lib/wuyefei"), Path("/var/tmp/wuyefei")]


def suits(folder: Path, account: Account) -> bool:
    """Whether ``account`` can own and enter a folder made inside ``folder`` (tried, then removed)."""
    try:
        probe = Path(tempfile.mkdtemp(prefix=".probe-", dir=folder))
    except OSError:
        return False
    try:
        account.give(probe)
        return account.can_enter(probe)
    except OSError:
        return False
    finally:
        probe.rmdir()


def find_shelter(account: Account, home: Path) -> Path:
    """The first usable shelter; raises ``EmbeddedError`` naming what was tried."""
    for base in SHELTERS:
        if _ours(base) and suits(base, account):
            return base
    tried = "、".join(str(base) for base in SHELTERS)
    raise EmbeddedError("no_shelter", user=account.name, home=str(home), tried=tried)


def shelter_for(home: Path, account: Account) -> Path:
    """The folder that stands in for ``home``: always the same for the same home."""
    place = find_shelter(account, home) / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    place.mkdir(mode=0o711, exist_ok=True)
    place.chmod(0o711)
    return place


def copy_tree(sources: list[Path], name: str, account: Account) -> Path:
    """Copy read-only trees once to ``<shelter>/<name>/`` for an account that cannot reach them; whole or not at all."""
    base = find_shelter(account, sources[0])
    target = base / name
    if target.is_dir():
        return target
    making = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=base))
    try:
        for source in sources:
            shutil.copytree(source, making / source.name, symlinks=True)
        _open_to_read(making)
        making.rename(target)
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        if not target.is_dir():
            raise
    return target


def _open_to_read(tree: Path) -> None:
    """Let everybody read the tree and run what its owner may run."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _ours(base: Path) -> bool:
    """Made now, or a real folder of root's that nobody else can write to."""
    try:
        base.mkdir(mode=0o711, exist_ok=True)
        found = base.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        return False
    base.chmod(found.st_mode | 0o111)
    return True
