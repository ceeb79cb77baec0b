"""What to say: three parts (affirm, state, invite), merged with the debt's facts, and a linter of wording (product row G4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil, floor

from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.shares import Rate

from .wording import BUILT_IN, DISCOURAGED

__all__ = ["BUILT_IN", "FIELDS", "PART_NAMES", "Advice", "advice", "check_parts", "interval", "merged"]

PART_NAMES = ("肯定", "事实", "邀请")
FIELDS = ("称呼", "同事", "企业", "房号", "金额", "期数", "天数")
NEEDED = ("金额",)
LONGEST = 400
_FIELD = re.compile(r"\{([^{}]*)\}")

@dataclass(frozen=True, slots=True)
class Advice:
    """A wording better avoided, and what to say instead."""

    said: str
    better: str


def advice(text: str) -> list[Advice]:
    """Discouraged wording in a text, in the order of the table."""
    found = []
    for pattern, better in DISCOURAGED:
        match = re.search(pattern, text)
        if match:
            found.append(Advice(match[0], better))
    return found


def check_parts(parts: tuple[str, str, str]) -> None:
    """Raises ``Invalid`` naming the part: empty, too long, an unknown field, or the amount nowhere said."""
    for name, text in zip(PART_NAMES, parts, strict=True):
        if not text.strip():
            raise Invalid(field=name, reason="请填写")
        if len(text) > LONGEST:
            raise Invalid(field=name, reason=Phrase("最多 {limit} 个字，现有 {length} 个", limit=LONGEST, length=len(text)))
        unknown = next((field for field in _FIELD.findall(text) if field not in FIELDS), None)
        if unknown is not None or "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
            raise Invalid(field=name, reason=Phrase("没有「{value}」这一项，可用：{fields}", value=unknown or "{", fields="、".join(FIELDS)))
    missing = next((field for field in NEEDED if f"{{{field}}}" not in "".join(parts)), None)
    if missing:
        raise Invalid(field=PART_NAMES[1], reason=Phrase("应写明「{value}」", value=missing))


def merged(parts: tuple[str, str, str], facts: dict[str, str]) -> tuple[str, ...]:
    """The parts with the facts of a debt; ``facts`` has every field."""
    return tuple(_FIELD.sub(lambda match: facts[match[1]], text) for text in parts)


def interval(kept: int, made: int) -> tuple[int, int]:
    """The 95 % interval of a rate in per mille (Wilson), outwards, so that few promises never look like a proof."""
    low, high = Rate(kept, made).ends
    return floor(low * 1000), ceil(high * 1000)
