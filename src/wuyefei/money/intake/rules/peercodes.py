"""The code numbers of the peer's workbooks, as their explanation cells give them, and what each means here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from wuyefei.foundation.kernel.errors import Phrase

from . import cells
from .cells import BadCell, text_of
from .reader import Raw

KINDS: Mapping[str, str] = {"110": "residential", "119": "residential", "120": "office"}
KIND_WORDS: Mapping[str, str] = {"住宅": "110", "宿舍": "119", "办公室": "120"}
STATES: Mapping[str, tuple[str, bool | None]] = {
    "2001": ("已入住", False),
    "2002": ("未销售", True),
    "2003": ("已交房", None),
    "2004": ("未入住", True),
    "2005": ("已装修", None),
    "2006": ("已出租", False),
    "2007": ("已出售", None),
    "2008": ("空闲", True),
    "2009": ("装修中", None),
}
"""State code → the word and whether the property stands empty (None: the state does not tell)."""
OWNED_STATES = frozenset({"2001", "2003", "2004", "2005"})
UNSOLD = "2002"
FORMULAS: Mapping[str, str] = {"1001": "area", "2002": "fixed"}
METER_MODES: Mapping[str, str] = {"1001": "prepaid", "2002": "read"}
METER_MAKERS: Mapping[str, str] = {
    "1": "拓强电表-单相单费率电表",
    "2": "拓强电表-单相远程单费率预付费表",
    "3": "拓强水表-Lora无预付费水表",
    "4": "拓强水表-Lora普通预付费水表",
}
VEHICLES: Mapping[str, str] = {"9901": "家用小汽车", "9902": "客车", "9903": "货车"}
TENURES: Mapping[str, str] = {"H": "let", "S": "sold", "出租": "let", "出售": "sold"}
LAYOUT_FILLER = "10102"
"""The templates tell everyone to write 10102 as layout: it says nothing, so the layout stays empty."""
OPEN_END = dt.date(2037, 1, 1)
"""The templates tell everyone to write 2037-1-1 where there is no end."""
DAY = dt.timedelta(days=1)


def coded(codes: Mapping[str, str], what: str, raw: Raw) -> str:
    """The meaning of a code, or of one of the meanings written out; raises ``BadCell`` naming the known codes."""
    text = text_of(raw)
    if text in codes:
        return codes[text]
    if text in codes.values():
        return text
    known = "、".join(f"{code} {meaning}" for code, meaning in codes.items())
    raise BadCell("unknown_code", Phrase("「{text}」不是已知的{what}", text=text[:20], what=what), Phrase("填 {known}", known=known))


def kind(raw: Raw) -> str:
    text = text_of(raw)
    code = KIND_WORDS.get(text, text)
    if code not in KINDS:
        raise BadCell("unknown_code", Phrase("「{text}」不是已知的房屋类型", text=text[:20]), "填 110 住宅、119 宿舍、120 办公室")
    return KINDS[code]


def state(raw: Raw) -> str:
    """The state's code, from the code or its word."""
    text = text_of(raw)
    if text in STATES:
        return text
    for code, (word, _) in STATES.items():
        if text.startswith(word):
            return code
    raise BadCell("unknown_code", Phrase("「{text}」不是已知的房屋状态", text=text[:20]), "填 2001 至 2009 的状态代码")


def layout(raw: Raw) -> str:
    """The layout in words; a code number says nothing here and becomes empty."""
    text = cells.short_text(raw, 40)
    return "" if text.isdigit() else text


def last_day(raw: Raw) -> dt.date | None:
    """The last included day from an end that is excluded; None for the filler that means no end."""
    end = cells.day(raw)
    return None if end >= OPEN_END else end - DAY
