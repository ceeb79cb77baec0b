"""The order of a walk and what has to be at hand before it (product row G6). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import natural_key

READINESS: dict[str, str] = {
    "two": "两人都到了，知道各自负责什么",
    "badge": "穿工装，戴工牌",
    "papers": "每户的账单已密封，外面看不到金额",
    "pay": "收款码能打开，可以当场缴",
    "recorder": "记录仪已开，时间准确",
    "panic": "紧急电话打得通",
}
"""What has to be at hand before the first door, by code."""

MOST_STOPS = 40
"""Doors on one route: more than two people can reach in a day of permitted hours."""

_FLOOR = re.compile(r"^\s*(?P<under>B|b|-|负|地下)?\s*(?P<number>\d{1,3})")
_NUMBER = re.compile(r"^\+?[0-9][0-9 -]{2,18}$")


@dataclass(frozen=True, slots=True)
class Door:
    """Where a stop is: ``building`` and ``place`` are sort keys, ``entrance`` and ``floor`` as people write them."""

    id: int
    building: str
    entrance: str
    floor: str
    place: str


def floor_key(floor: str) -> tuple[int, int]:
    """Basements below, then upwards; a floor without a number comes last: ``B1`` < ``1`` < ``10层`` < ``夹层``."""
    found = _FLOOR.match(floor)
    if found is None:
        return (1, 0)
    number = int(found["number"])
    return (0, -number if found["under"] else number)


def in_order(doors: Iterable[Door]) -> list[int]:
    """The ids in the order one walks: building, entrance, floor, then door by door. Places without a building come last."""
    rows = sorted(doors, key=lambda one: (one.building == "", one.building, natural_key(one.entrance), floor_key(one.floor), one.place, one.id))
    return [one.id for one in rows]


def lacking(ticked: Collection[str]) -> list[str]:
    """What of the readiness is not ticked, in words; empty where all is."""
    return [words for code, words in READINESS.items() if code not in ticked]


def phone_number(text: str) -> str:
    """A number that a phone can dial, without its spaces. Raises ``Invalid``."""
    number = text.strip()
    if not _NUMBER.match(number):
        raise Invalid(field="紧急电话", reason="请写能拨通的号码，如 110 或 19900001234")
    return re.sub(r"[ -]", "", number)
