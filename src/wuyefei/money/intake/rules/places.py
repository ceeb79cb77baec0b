"""Names of buildings, entrances and rooms as written in sheets, brought to one form."""

from __future__ import annotations

import re
from functools import lru_cache

from wuyefei.foundation.kernel.errors import Phrase

from .cells import BadCell, text_of
from .reader import Raw

_CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_WRITTEN = re.compile(
    r"(?P<building>[0-9A-Za-z一二三四五六七八九十]{1,6})(?:号楼|栋|幢|座|楼)[-\s]*"
    r"(?:(?P<entrance>[0-9A-Za-z一二三四五六七八九十]{1,4})(?:单元|门)[-\s]*)?"
    r"(?P<room>[0-9A-Za-z]{1,10})(?:号房|室|号|房)?"
)
_SPACE = re.compile(r"\s")
_DASHED = re.compile(r"([^\s\-]{1,30})-([^\s\-]{1,20})-([^\s\-]{1,30})")
_DASHED_SHORT = re.compile(r"([^\s\-]{1,30})-([^\s\-]{1,30})")


def chinese_number(text: str) -> str:
    """``十二`` → ``12``; anything else comes back as it is."""
    if not re.fullmatch(r"[零一二两三四五六七八九十]{1,3}", text):
        return text
    if "十" not in text:
        return "".join(str(_CHINESE[c]) for c in text)
    tens, _, ones = text.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return text
    return str((_CHINESE[tens] if tens else 1) * 10 + (_CHINESE[ones] if ones else 0))


def _part(raw: Raw, suffixes: str, what: str) -> str:
    return _part_of(text_of(raw), suffixes, what)


@lru_cache(maxsize=16_384)
def _part_of(text: str, suffixes: str, what: str) -> str:
    text = _SPACE.sub("", text).strip("-")
    bare = re.sub(f"(?:{suffixes})$", "", text)
    text = chinese_number(bare) if bare else text
    if len(text) > 30:
        raise BadCell("too_long", Phrase("{what}有 {count} 个字，像是说明文字", what=what, count=len(text)), Phrase("填不超过 30 个字的{what}", what=what))
    if "/" in text or "#" in text.rstrip("#"):
        text = text.replace("/", "／").replace("#", "＃")
    return text.rstrip("#")


def building_code(raw: Raw) -> str:
    """``3号楼``, ``3栋``, ``三幢`` → ``3``; a name stays a name."""
    return _part(raw, r"号楼|栋|幢|#|号$", "楼栋")


def entrance_code(raw: Raw) -> str:
    """``二单元`` → ``2``; 0 stands for a shop without entrance and becomes empty."""
    code = _part(raw, r"单元|门", "单元")
    return "" if code in ("0", "无") else code


def room_code(raw: Raw) -> str:
    """``1201室`` → ``1201``."""
    return _part(raw, r"(?<=[0-9A-Za-z])(?:号房|室|房|号)", "房号")


def split_room(raw: Raw) -> tuple[str, str, str]:
    """Building, entrance and room from one cell: ``3-2-1201``, ``3栋2单元1201室``; a bare room has empty others."""
    return _split(text_of(raw))


@lru_cache(maxsize=16_384)
def _split(whole: str) -> tuple[str, str, str]:
    """Cells are told apart by their text alone, and rooms of one name stand in every building."""
    text = _SPACE.sub("", whole)
    dashed = _DASHED.fullmatch(text)
    if dashed:
        return building_code(dashed[1]), entrance_code(dashed[2]), room_code(dashed[3])
    written = _WRITTEN.fullmatch(text)
    if written:
        return building_code(written["building"]), entrance_code(written["entrance"] or ""), room_code(written["room"])
    return "", "", room_code(whole)


def split_short(raw: Raw) -> tuple[str, str] | None:
    """``3-1201`` → building and room, where the sheet has no building column of its own."""
    match = _DASHED_SHORT.fullmatch(re.sub(r"\s", "", text_of(raw)))
    return (building_code(match[1]), room_code(match[2])) if match else None


def property_key(community: str, building: str, entrance: str, room: str) -> str:
    """The code that names a property in a plan; letters of either case are the same room."""
    code = "-".join(part for part in (building, entrance, room) if part)
    return f"{community}/{code}" if community else code


def reference(raw: Raw) -> str:
    """A property named ``楼栋-单元-房屋`` in another sheet; raises ``BadCell`` for any other form."""
    dashed = _DASHED.fullmatch(re.sub(r"\s", "", text_of(raw)))
    if not dashed:
        raise BadCell("bad_property_ref", Phrase("「{raw}」不是「楼栋-单元-房屋」", raw=text_of(raw)[:30]), "填如 1-1-1001；商铺填 1-0-商铺号")
    return property_key("", building_code(dashed[1]), entrance_code(dashed[2]), room_code(dashed[3]))
