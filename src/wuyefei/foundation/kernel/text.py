"""Text helpers: masks for personal data and the pinyin keys that sort and find Chinese names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .errors import Invalid, Phrase

_TIDY_ALREADY = re.compile(r"(?:[!-~\u4e00-\u9fef]+(?: [!-~\u4e00-\u9fef]+)*)?").fullmatch
"""Printable ASCII and Chinese characters with single spaces between them: what tidying leaves as it is."""


def tidy(value: object) -> str:
    """Text without outer or doubled spaces, full-width letters and digits made half-width, control marks dropped."""
    if type(value) is str and _TIDY_ALREADY(value):
        return value
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return re.sub(r"\s+", " ", text).strip()


_MARKS = re.compile("([，；？！])")


def sentence(value: object) -> str:
    """``tidy`` for what is read as prose: a sentence keeps its Chinese marks ，；？！, with no space beside them."""
    if not isinstance(value, str) or not _MARKS.search(value):
        return tidy(value)
    return "".join([part if _MARKS.fullmatch(part) else tidy(part) for part in _MARKS.split(value)])


def pinyin_parts(text: str) -> list[str]:
    """``桂语花园`` → ``gui``, ``yu``, ``hua``, ``yuan``; what is no Chinese stays as it is."""
    from pypinyin import lazy_pinyin  # its dictionary takes longer to load than most commands run

    return list(lazy_pinyin(text))


@lru_cache(maxsize=16_384)
def pinyin_key(text: str) -> str:
    """``陈予安`` → ``chenyuan``: sorts and finds where the database has no Chinese collation."""
    return "".join(pinyin_parts(text)).lower()[:200]


@lru_cache(maxsize=16_384)
def pinyin_initials(text: str) -> str:
    """``陈予安`` → ``cya``."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()[:60]


def mask_mobile(number: str) -> str:
    """``13800002046`` → ``138****2046``."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "****"


def mask_identity(number: str) -> str:
    """First three and last two of an identity or account number."""
    return f"{number[:3]}{'*' * max(4, len(number) - 5)}{number[-2:]}" if len(number) >= 8 else "****"


def mask_name(name: str) -> str:
    """``陈予安`` → ``陈**``."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_plate(plate: str) -> str:
    """``浙AD12346`` → ``浙A****6``."""
    return f"{plate[:2]}****{plate[-1:]}" if len(plate) >= 5 else "****"


def natural_key(code: str) -> str:
    """A key under which ``3-2-1201`` sorts after ``3-2-201``: every number padded to six digits."""
    return _NUMBERS.sub(_padded, code)[:120]


_NUMBERS = re.compile(r"\d+")


def _padded(match: re.Match[str]) -> str:
    return match[0].zfill(6)


def limited(value: object, field: str, limit: int, *, required: bool = False) -> str:
    """Tidied text, as a ``sentence``, of at most ``limit`` characters; raises ``Invalid`` naming ``field``, also for a required blank."""
    if value == "" and not required:
        return ""
    text = sentence(value)
    if required and not text:
        raise Invalid(field=field, reason="不能为空")
    if len(text) > limit:
        raise Invalid(field=field, reason=Phrase("最多 {limit} 个字，现有 {length} 个", limit=limit, length=len(text)))
    return text


def whole_number(text: str | None) -> int | None:
    """A row's id or another whole number as an address gives it; None for anything else, or too long for a row's id."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
