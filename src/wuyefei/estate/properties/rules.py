"""Codes, areas and plates: how they are written, and what they may be (row A1)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import limited, natural_key, tidy

MAX_AREA = Decimal(100_000)
KINDS = ("residential", "shop", "office", "parking", "storage")
ATTACHABLE = ("parking", "storage")

_SEPARATORS = re.compile(r"[\s\-‐-―−~_/\\.,;:#·•、，。]+")
_LABEL = "0-9A-Z甲乙丙丁戊东西南北中一二三四五六七八九十"
_UNIT_WORDS = re.compile(rf"(?<=[{_LABEL}])(?:号楼|期|栋|幢|座|楼|单元|室|房|号)(?=-|$|[{_LABEL}])")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-Z](?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJK][A-HJ-NP-Z0-9]\d{{4}}|\d{{5}}[A-HJK])"
)


class Taken(DomainError):
    code = "already_exists"
    message = "{what}「{name}」已存在。"


class Ended(DomainError):
    code = "already_ended"
    message = "{what}「{name}」已于 {day} 停用。"


@dataclass(frozen=True, slots=True)
class EntranceRow:
    building_id: int
    name: str


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """A property to be created. ``code`` is composed of building, entrance and number where it is left empty."""

    number: str
    kind: str = "residential"
    building_id: int | None = None
    entrance_id: int | None = None
    code: str = ""
    floor: str = ""
    layout: str = ""
    area_m2: Decimal | None = None
    inner_area_m2: Decimal | None = None
    delivered_on: dt.date | None = None
    vacant: bool = False
    external_ref: str = ""


@dataclass(frozen=True, slots=True)
class VehicleRow:
    property_id: int
    plate: str
    model: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class MeterRow:
    property_id: int
    kind: str
    number: str


def normalise_code(text: object) -> str:
    """``3栋2单元1201室`` and ``3－2－1201`` → ``3-2-1201``: unit words and separators become single hyphens.

    Words that name something (商铺, 地下一层) stay.
    """
    return _normalised(tidy(text))


@lru_cache(maxsize=16_384)
def _normalised(text: str) -> str:
    """Buildings, entrances and rooms of one name come by the thousand."""
    code = _SEPARATORS.sub("-", text.upper())
    code = _UNIT_WORDS.sub("-", code)
    return _HYPHENS.sub("-", code).strip("-")


_HYPHENS = re.compile(r"-+")


def squeezed(text: object) -> str:
    """The code without its separators: ``3-2-1201`` → ``321201``."""
    return normalise_code(text).replace("-", "")


def compose_code(building: str, entrance: str, number: str) -> str:
    """``("3栋", "2单元", "1201")`` → ``3-2-1201``. A number that is the whole code already is left as it is."""
    parts = [part for part in (normalise_code(building), normalise_code(entrance)) if part]
    own = normalise_code(number)
    prefix = "-".join(parts)
    if not prefix or own.startswith(prefix + "-"):
        return own
    return f"{prefix}-{own}"


def check_area(value: Decimal | None, field: str = "建筑面积") -> Decimal | None:
    """An area is above 0, at most 100,000 m² and has at most two decimals; None where it is not known."""
    if value is None:
        return None
    if not value.is_finite() or not 0 < value <= MAX_AREA:
        raise Invalid(field=field, reason=Phrase("{value} 不在 0 到 {max_area} 平方米之间", value=value, max_area=MAX_AREA))
    if value != round(value, 2):
        raise Invalid(field=field, reason=Phrase("{value} 最多两位小数", value=value))
    return value


def normalise_plate(text: object) -> str:
    """``浙a·d12346`` → ``浙AD12346``; raises ``Invalid`` for what is no mainland plate (new energy included)."""
    plate = _SEPARATORS.sub("", tidy(text).upper())
    if not _PLATE.fullmatch(plate):
        raise Invalid(field="车牌号", reason=Phrase("「{value}」不是车牌号，应为如 浙A12345 或 浙AD12345", value=plate[:12]))
    return plate


def clean_property(row: PropertyRow, building: str, entrance: str) -> PropertyRow:
    """The row as it is stored: tidied, its code composed; raises ``Invalid`` naming the field."""
    number = limited(row.number, "房号", 40, required=True)
    code = limited(normalise_code(row.code) or compose_code(building, entrance, number), "房屋编号", 80)
    if not code:
        raise Invalid(field="房号", reason=Phrase("「{number}」不能作为房号", number=number))
    if row.kind not in KINDS:
        raise Invalid(field="房屋类型", reason=Phrase("「{kind}」不是已知的类型", kind=row.kind))
    return PropertyRow(
        number=number,
        kind=row.kind,
        building_id=row.building_id,
        entrance_id=row.entrance_id,
        code=code,
        floor=limited(row.floor, "楼层", 10),
        layout=limited(row.layout, "户型", 20),
        area_m2=check_area(row.area_m2),
        inner_area_m2=check_area(row.inner_area_m2, "套内面积"),
        delivered_on=None if row.delivered_on is None else parse_day(row.delivered_on, "交付日期"),
        vacant=row.vacant,
        external_ref=limited(row.external_ref, "外部编号", 60),
    )


def clean_vehicle(row: VehicleRow) -> VehicleRow:
    return VehicleRow(
        row.property_id, normalise_plate(row.plate), limited(row.model, "车型", 40), limited(row.colour, "颜色", 20)
    )


def clean_meter(row: MeterRow) -> MeterRow:
    return MeterRow(
        row.property_id,
        limited(row.kind, "仪表类型", 20, required=True),
        limited(row.number, "表号", 40, required=True),
    )


def sort_key(code: str) -> str:
    return natural_key(code)


def repeated(keys: list[str]) -> str | None:
    """The first key that stands twice, or None."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None
