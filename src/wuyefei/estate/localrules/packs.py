"""The packs that come with the system, read once from their files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .rules import Pack, read_pack

FOLDER = Path(__file__).with_name("data")
NATIONAL = "national"


@cache
def packs() -> Mapping[str, Pack]:
    """Every pack by its code, the national one first. Raises ``BadPack``."""
    found: dict[str, Pack] = {}
    for path in sorted(FOLDER.glob("*.toml"), key=lambda path: (path.stem != NATIONAL, path.stem)):
        pack = read_pack(path.stem, tomllib.loads(path.read_text(encoding="utf-8")), found)
        found[pack.code] = pack
    return found
