"""A plain sheet: one row a property (with its owner, price, space, car and opening balance), columns in any order."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from decimal import Decimal
from operator import itemgetter
from typing import Any

from wuyefei.foundation.kernel.errors import Phrase

from . import cells, places
from .builder import Builder
from .cells import BadCell, text_of
from .headers import Field
from .issues import Severity
from .persons import Columns, identity_text, read_person, role_of, shared_identities
from .plainmap import STRUCTURES, Prepared, is_closing, repeats_header
from .plainmoney import add_money
from .plan import ParkingSpace, Person, Property, Source, Tie, Vehicle
from .reader import Raw, Row
from .rowreader import RowReader

_OWNER = Columns(Field.OWNER, Field.MOBILE, Field.IDENTITY)
_TENANT = Columns(Field.TENANT, Field.TENANT_MOBILE, None)
_KINDS = {
    "residential": ("住宅", "普通住宅", "公寓", "别墅", "洋房", "宿舍", "高层", "多层", "小高层", "住宅房", "叠拼", "联排", "110", "119"),
    "shop": ("商铺", "商业", "店铺", "门面", "底商", "商业用房", "门市", "铺面", "商用"),
    "office": ("办公", "办公室", "写字楼", "办公用房", "商务", "120"),
    "parking": ("车位", "停车位", "车库", "地下车位", "产权车位"),
    "storage": ("储藏室", "储藏间", "仓库", "地下室", "杂物间", "库房"),
}  # fmt: skip
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
_VACANT = {"空置": True, "空房": True, "未入住": True, "未售": True, "未销售": True, "空闲": True, "已入住": False, "入住": False, "已出租": False, "出租": False, "自住": False, "已装修": None}  # fmt: skip


def read_plain(builder: Builder, prepared: Prepared) -> None:
    """Reads every row of the sheet into the builder."""
    if not _readable(builder, prepared):
        return
    columns = prepared.columns
    shared = shared_identities(
        (identity_text(row.get(columns[Field.IDENTITY])), text_of(row.get(columns[Field.OWNER])))
        for row in prepared.rows
        if Field.IDENTITY in columns and Field.OWNER in columns
    )
    headers = dict(enumerate(prepared.header.texts))
    wide: dict[Hashable, int] = dict(columns.items())
    seen: dict[tuple[Raw, ...], int] = {}
    alike = 0
    content_of = _content_of(tuple(columns.values()))
    for row in prepared.rows:
        reader = RowReader(builder.findings, prepared.sheet, row, wide, headers)
        if is_closing(row, columns):
            builder.ignore(prepared.sheet.name, "合计、说明等表尾行")
            continue
        builder.rows_read += 1
        if repeats_header(row, prepared.header):
            reader.note(Severity.WARNING, "repeated_header", None, Phrase("这一行又写了一遍表头（{count} 格错位），未读", count=len(row.cells)), "删去这一行")
            continue
        content = content_of(row)
        first = seen.setdefault(content, row.number)
        if first != row.number:
            alike += 1
            if not builder.options.number_rows or Field.ROOM in columns:
                reader.warn("duplicate_row", None, Phrase("与第 {first} 行完全相同，未再读", first=first), "删去重复的一行")
                continue
        _read_row(builder, reader, shared)
        builder.rows_refused += reader.failed
    if alike and builder.options.number_rows and Field.ROOM not in columns:
        builder.findings.add(
            Severity.INFO, "rows_alike", Phrase("有 {alike} 行与前面的行内容完全相同，仍各建一户", alike=alike),
            "按行号编房号时无法判断是否重复", sheet=prepared.sheet.name,
        )  # fmt: skip


def _content_of(columns: tuple[int, ...]) -> Callable[[Row], tuple[Raw, ...]]:
    """What the named cells of a row hold: rows that agree in it are the same."""
    widest, pick = max(columns, default=0), itemgetter(*columns) if len(columns) > 1 else None
    return lambda row: (
        pick(row.cells) if pick is not None and widest < len(row.cells) else tuple(row.get(column) for column in columns)
    )


def _readable(builder: Builder, prepared: Prepared) -> bool:
    columns = prepared.columns
    if not prepared.rows:
        builder.findings.add(
            Severity.ERROR, "no_rows", "只有表头，没有数据行", "在表头下面填写数据",
            sheet=prepared.sheet.name, row=prepared.header.number,
        )  # fmt: skip
        return False
    if Field.ROOM in columns or Field.SPACE in columns or builder.options.number_rows:
        return True
    builder.findings.add(
        Severity.ERROR, "no_room_column", "没有找到房号列", "把一列命名为「房号」，或在列对应里指定，或选「按行号编房号」",
        sheet=prepared.sheet.name, row=prepared.header.number,
    )  # fmt: skip
    return False


def _read_row(builder: Builder, reader: RowReader, shared: frozenset[str]) -> None:
    """One row; nothing is added when any of its cells is wrong."""
    found = _property(builder, reader)
    owner = read_person(reader, _OWNER, shared)
    tenant = read_person(reader, _TENANT, frozenset()) if reader.has(Field.TENANT) else None
    role = reader.read(Field.ROLE, role_of, soft=True) or "owner"
    floors = reader.read(Field.FLOORS_TOTAL, lambda raw: cells.whole(raw, 1, 200), soft=True)
    has_lift = reader.read(Field.HAS_LIFT, _lift, soft=True)
    space = reader.read(Field.SPACE, cells.short_text)
    plate = reader.read(Field.PLATE, cells.plate)
    if found is None and not space:
        if not reader.failed:
            reader.error("required", Field.ROOM, "没有房号，也没有车位号", "补上房号")
        return
    if found is not None and found.key in builder.properties:
        differing = builder.differences(found)
        if differing:
            known = builder.properties[found.key].source
            reader.error("conflicting_duplicate", Field.ROOM, Phrase("{key} 已在第 {row} 行出现，内容不同", key=found.key, row=known.row), "核对哪一行是对的，删去另一行")
    money = add_money(builder, reader, found.key if found else "")
    if reader.failed:
        return
    source = Source(reader.sheet.name, reader.row.number)
    person_key = ""
    if found is not None:
        builder.add_place(found.community, found.building, found.entrance, source)
        builder.describe_place(found.community, found.building, found.entrance, floors, has_lift)
        builder.add_property(found)
    for one, tie_role in ((owner, role), (tenant, "tenant")):
        for index, name in enumerate(one.names if one else ()):
            assert one is not None
            key = one.key(index, found.key if found else f"{reader.sheet.name}:{reader.row.number}")
            builder.add_person(Person(key, name, one.mobile if index == 0 else "", one.identity if index == 0 else "", None, source))
            if found is not None:
                builder.add_tie(Tie(found.key, key, tie_role, None, None, source))
            person_key = person_key or key
    _parking(builder, reader, found.key if found else "", person_key, space or "", plate or "")
    money(person_key)


def _property(builder: Builder, reader: RowReader) -> Property | None:
    """The property a row describes, or None when it names no room (then the row may still be a parking space)."""
    building = reader.read(Field.BUILDING, places.building_code) or ""
    entrance = reader.read(Field.ENTRANCE, places.entrance_code) or ""
    community = reader.read(Field.COMMUNITY, cells.short_text) or ""
    raw = reader.raw(Field.ROOM)
    if raw is None and builder.options.number_rows and not reader.has(Field.ROOM):
        room = f"{reader.row.number:05d}"
    elif raw is None:
        return None
    else:
        parts = reader.read(Field.ROOM, places.split_room) or ("", "", "")
        short = places.split_short(raw) if not parts[0] and not reader.has(Field.BUILDING) else None
        if short:
            parts = (short[0], "", short[1])
        _check_parts(reader, (building, entrance), parts)
        building, entrance, room = building or parts[0], entrance or parts[1], parts[2]
    if not reader.failed and not room:
        reader.error("required", Field.ROOM, "房号是空的", "补上房号")
    return Property(
        key=places.property_key(community, building, entrance, room), community=community, building=building,
        entrance=entrance, room=room, source=Source(reader.sheet.name, reader.row.number), **_facts(builder, reader),
    )  # fmt: skip


_MORE = frozenset(
    {Field.DISTRICT, Field.KIND, Field.FLOOR, Field.LAYOUT, Field.INNER_AREA, Field.DELIVERED_ON, Field.STATE, Field.YEAR_BUILT, Field.STRUCTURE, Field.NOTE}
)  # fmt: skip
_BLANK: dict[str, Any] = {
    "district": "", "kind": "residential", "floor": None, "layout": "", "inner_area": None, "delivered_on": None, "state": "",
    "vacant": None, "year_built": None, "structure": "", "note": "",
}  # fmt: skip
"""What a sheet without any of the columns ``_MORE`` says of a property."""


def _facts(builder: Builder, reader: RowReader) -> dict[str, Any]:
    """What a row says of its property beside where it is."""
    if _MORE.isdisjoint(reader.columns):
        return {**_BLANK, "building_area": reader.read(Field.AREA, cells.area, required=reader.has(Field.AREA))}
    state = reader.text(Field.STATE)[:40]
    return {
        "district": reader.read(Field.DISTRICT, cells.short_text, soft=True) or "",
        "kind": reader.read(Field.KIND, kind_of) or "residential",
        "floor": reader.read(Field.FLOOR, lambda one: cells.whole(one, -10, 200), soft=True),
        "layout": reader.read(Field.LAYOUT, _layout, soft=True) or "",
        "building_area": reader.read(Field.AREA, cells.area, required=reader.has(Field.AREA)),
        "inner_area": _inner(reader),
        "delivered_on": reader.read(Field.DELIVERED_ON, cells.day),
        "state": state,
        "vacant": _VACANT.get(state),
        "year_built": reader.read(Field.YEAR_BUILT, lambda one: _year(one, builder.today.year), soft=True),
        "structure": reader.read(Field.STRUCTURE, _structure, soft=True) or "",
        "note": reader.text(Field.NOTE)[:200],
    }


def _check_parts(reader: RowReader, columns: tuple[str, str], parts: tuple[str, str, str]) -> None:
    for name, own, inside in ((Field.BUILDING, columns[0], parts[0]), (Field.ENTRANCE, columns[1], parts[1])):
        if own and inside and own != inside:
            reader.error("place_conflict", name, Phrase("{field}是 {own}，房号里写的却是 {inside}", field=name.label, own=own, inside=inside), "改成一致")


def _inner(reader: RowReader) -> Decimal | None:
    inner = reader.read(Field.INNER_AREA, cells.area, soft=True)
    raw = reader.raw(Field.AREA)
    if inner is None or raw is None:
        return inner
    try:
        if inner > cells.area(raw):
            reader.warn("inner_above_building", Field.INNER_AREA, "套内面积大于建筑面积", "核对两个面积")
    except BadCell:
        return inner
    return inner


def _parking(builder: Builder, reader: RowReader, property_key: str, person_key: str, space: str, plate: str) -> None:
    source = Source(reader.sheet.name, reader.row.number)
    if space:
        known = builder.spaces.get(space)
        if known is not None and known.property_key != property_key:
            reader.warn("space_twice", Field.SPACE, Phrase("车位 {space} 已在第 {row} 行出现，未再建", space=space, row=known.source.row), "核对车位归属")
        elif known is None:
            builder.spaces[space] = ParkingSpace(space, "", "", None, property_key, person_key, "", None, None, source)
    if plate:
        known_car = builder.vehicles.get(plate)
        if known_car is not None and known_car.property_key != property_key:
            reader.warn("plate_twice", Field.PLATE, Phrase("车牌已在第 {row} 行出现，未再建", row=known_car.source.row), "核对车牌")
        elif known_car is None:
            brand, colour = reader.text(Field.CAR_BRAND)[:40], reader.text(Field.CAR_COLOUR)[:20]
            builder.vehicles[plate] = Vehicle(plate, "", brand, colour, space, property_key, person_key, source)


def kind_of(raw: Raw) -> str:
    text = text_of(raw)
    if text in _KIND_OF:
        return _KIND_OF[text]
    raise BadCell("unknown_kind", Phrase("「{text}」不是已知的房屋类型", text=text[:20]), "填住宅、商铺、办公、车位或储藏室")


def _misaligned(text: str, what: str, hint: str) -> BadCell:
    return BadCell("misaligned", Phrase("「{text}」不像{what}，像是别列的内容错位", text=text[:20], what=what), hint)


def _lift(raw: Raw) -> bool:
    text = text_of(raw)
    if text in STRUCTURES:
        raise _misaligned(text, "有无电梯", "填有或无；这一列若是建筑形式，请对应到「建筑形式」")
    return cells.yes_no(raw)


def _structure(raw: Raw) -> str:
    text = cells.short_text(raw, 20)
    if text not in STRUCTURES and re.fullmatch(r"[\d.]+|.*\d[室房].*", text):
        raise _misaligned(text, "建筑形式", "填板楼、塔楼等")
    return text


def _layout(raw: Raw) -> str:
    text = cells.short_text(raw, 40)
    if text in STRUCTURES or re.fullmatch(r"[\d.]+", text):
        raise _misaligned(text, "户型", "填如 2室1厅")
    return text


def _year(raw: Raw, this_year: int) -> int:
    text = text_of(raw)
    if not re.fullmatch(r"\d{4}(\.0)?(年|年建)?", text):
        raise _misaligned(text, "年份", "填四位年份")
    return cells.whole(raw, 1900, this_year + 5)
