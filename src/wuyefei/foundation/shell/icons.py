"""The names of the sprite's icons, read once from the sprite itself."""

from __future__ import annotations

import re
from pathlib import Path

SPRITE = "shell/icons.svg"
_TEXT = (Path(__file__).parent / "static" / SPRITE).read_text(encoding="utf-8")
NAMES = frozenset(re.findall(r'<symbol id="([^"]+)"', _TEXT))
STATUS = frozenset(name.removeprefix("st-") for name in NAMES if name.startswith("st-"))
"""Kinds of status that have a glyph: due late part paid hold plan dup info void."""


def known(name: str) -> str:
    """The name itself; raises ``ValueError`` where the sprite has no such icon."""
    if name not in NAMES:
        raise ValueError(f"no icon named {name!r} in {SPRITE}")
    return name
