"""The whole-community workbook: entrances, owners, charges, rooms and parking spaces on sheets tied by numbers."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from wuyefei.foundation.kernel.errors import Phrase

from . import cells, peercodes, places
from .builder import Builder
from .cells import BadCell, text_of
from .issues import Severity
from .peersheets import Kind, PeerSheet
from .persons import Columns, identity_text, read_person, role_of, shared_identities
from .plan import ContractLine, ParkingSpace, Person, Property, Source, Tariff, Tie, Vehicle
from .reader import Raw
from .rowreader import RowReader

_OWNER = Columns("业主名称", "手机号", "身份证号")


@dataclass(slots=True)
class PeerNumbers:
    """What the numbers of one sheet mean on another. Refused rows leave their number in ``refused``."""

    present: frozenset[Kind]
    owners: dict[str, str] = field(default_factory=dict)
    dependants: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    fees: dict[str, str] = field(default_factory=dict)
    refused: set[tuple[Kind, str]] = field(default_factory=set)


def _source(reader: RowReader) -> Source:
    return Source(reader.sheet.name, reader.row.number)


def read_entrances(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """``楼栋单元``: one row an entrance."""
    for reader in sheet.readers(builder):
        building = reader.read("楼栋", places.building_code, required=True)
        entrance = reader.read("单元", places.entrance_code, required=True)
        floors = reader.read("总层数", lambda raw: cells.whole(raw, 1, 200), soft=True)
        has_lift = reader.read("是否有电梯", cells.yes_no, soft=True)
        if reader.failed or building is None or entrance is None:
            continue
        known = builder.entrances.get(("", building, entrance))
        if known is not None:
            same = (known.floors, known.has_lift) == (floors, has_lift)
            code = "duplicate_row" if same else "conflicting_duplicate"
            reader.warn(code, "单元", Phrase("{building}-{entrance} 已在第 {row} 行出现，未再读", building=building, entrance=entrance, row=known.source.row), "删去重复的一行")
            continue
        builder.add_place("", building, entrance, _source(reader))
        builder.describe_place("", building, entrance, floors, has_lift)


def read_owners(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """``业主信息``: owners by their number; family and tenants carry the number of their owner."""
    columns = sheet.columns
    shared = shared_identities(
        (identity_text(row.get(columns.get("身份证号", -1))), text_of(row.get(columns["业主名称"]))) for row in sheet.rows
    )
    builder.ignore(sheet.sheet.name, "性别：不需要的个人信息，未读", len(sheet.rows) if "性别" in columns else 0)
    for reader in sheet.readers(builder):
        number = reader.read("业主编号", cells.short_text, required=True) or ""
        role = reader.read("业主类型", role_of) or "owner"
        person = read_person(reader, _OWNER, shared)
        if person is None and not reader.failed:
            reader.error("required", "业主名称", "必填，却是空的", "补上姓名")
        age = reader.read("年龄", lambda raw: cells.whole(raw, 1, 130), soft=True)
        if role == "owner" and number in numbers.owners:
            reader.error("duplicate_number", "业主编号", Phrase("业主编号 {number} 已用过", number=number), "业主编号不能重复")
        if reader.failed or person is None:
            if role == "owner":
                numbers.refused.add((Kind.OWNERS, number))
            continue
        for index, name in enumerate(person.names):
            key = person.key(index, f"{sheet.sheet.name}:{reader.row.number}")
            first = index == 0
            one = Person(
                key, name, person.mobile if first else "", person.identity if first else "",
                age if first and age != 1 else None, _source(reader),
            )  # fmt: skip
            builder.add_person(one)
            if role == "owner" and first:
                numbers.owners[number] = key
            else:
                numbers.dependants.setdefault(number, []).append((key, role))


def read_fees(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """``费用设置``: formula 1001 is area × price + the fixed part, 2002 the fixed part alone, each a month."""
    for reader in sheet.readers(builder):
        number = reader.read("费用编号", cells.short_text, required=True) or ""
        tariff = _tariff(reader)
        if tariff is not None and number in numbers.fees:
            reader.error("duplicate_number", "费用编号", Phrase("费用编号 {number} 已用过", number=number), "费用编号不能重复")
        if tariff is not None and any(one.item == tariff.item for one in builder.tariffs.values()):
            reader.error("duplicate_item", "收费项目", Phrase("收费项目「{item}」重复", item=tariff.item), "收费项目名称不能重复")
        if reader.failed or tariff is None:
            numbers.refused.add((Kind.FEES, number))
            continue
        builder.tariffs[tariff.key] = tariff
        numbers.fees[number] = tariff.key


def _tariff(reader: RowReader) -> Tariff | None:
    item = reader.read("收费项目", cells.short_text, required=True) or ""
    method = reader.read("计算公式", _formula, required=True)
    price = reader.read("计费单价", cells.price)
    fixed = reader.read("固定费用", cells.money_fen) or 0
    cycle = reader.read("缴费周期", lambda raw: cells.whole(raw, 1, 12), required=True)
    advance = reader.read("付费类型", lambda raw: peercodes.coded({"1200": "预付费", "2100": "后付费"}, "付费类型", raw)) != "后付费"
    recurring = "一次性" not in reader.text("费用标识")
    first = reader.read("计费起始时间", cells.day, required=True)
    last = reader.read("计费结束时间", peercodes.last_day)
    if method == "area" and not reader.failed and not price:
        reader.error("price_missing", "计费单价", "按面积计费，单价却是 0 或空", "填每平方米每月的单价")
    if method == "fixed" and not reader.failed and not fixed:
        reader.error("price_missing", "固定费用", "按固定费用计费，固定费用却是 0 或空", "填每月的固定费用")
    if first and last and last < first:
        reader.error("period_backwards", "计费结束时间", "结束早于起始", "核对起止时间")
    if reader.failed or method is None:
        return None
    if method == "area" and fixed:
        method = "area_plus_fixed"
    rate = price if price is not None and method != "fixed" else Decimal(0)
    return Tariff(item, item, method, rate, fixed, cycle, advance, recurring, first, last, _source(reader))


def _formula(raw: Raw) -> str:
    text = text_of(raw)
    if text not in peercodes.FORMULAS:
        raise BadCell("unknown_code", Phrase("「{text}」不是能导入的计算公式", text=text[:20]), "填 1001（面积×单价＋附加费）或 2002（固定费用）")
    return peercodes.FORMULAS[text]


def read_rooms(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """``房屋信息``: each room with its owner's number and its charges (``1#2``) from their days (``…#…``)."""
    for reader in sheet.readers(builder):
        found = _room(builder, reader, numbers)
        owner = _owner(builder, reader, numbers)
        charges = _charges(builder, reader, numbers)
        if found is not None and found.key in builder.properties:
            known = builder.properties[found.key]
            if builder.differences(found):
                reader.error("conflicting_duplicate", "房屋编号", Phrase("{key} 已在第 {row} 行出现，内容不同", key=found.key, row=known.source.row), "核对哪一行是对的，删去另一行")
            else:
                reader.warn("duplicate_row", "房屋编号", Phrase("{key} 已在第 {row} 行出现，未再读", key=found.key, row=known.source.row), "删去重复的一行")
                continue
        if reader.failed or found is None:
            continue
        source = _source(reader)
        builder.add_place("", found.building, found.entrance, source)
        builder.add_property(found)
        if owner:
            builder.add_tie(Tie(found.key, numbers.owners[owner], "owner", None, None, source))
            for key, role in numbers.dependants.get(owner, ()):
                builder.add_tie(Tie(found.key, key, role, None, None, source))
        for tariff, first in charges:
            builder.lines[found.key, tariff] = ContractLine(found.key, tariff, first, builder.tariffs[tariff].last, source)


def _room(builder: Builder, reader: RowReader, numbers: PeerNumbers) -> Property | None:
    building = reader.read("楼栋", places.building_code, required=True) or ""
    entrance = reader.read("单元", places.entrance_code, required=True) or ""
    room = reader.read("房屋编号", places.room_code, required=True) or ""
    if Kind.ENTRANCES in numbers.present and building and not reader.failed:
        place = ("", building, entrance)
        if (place not in builder.entrances) if entrance else (("", building) not in builder.buildings):
            reader.error("unknown_entrance", "单元", Phrase("「楼栋单元」里没有 {building} 栋 {entrance} 单元", building=building, entrance=entrance or 0), "先在「楼栋单元」补上，或改正编号")
    kind = reader.read("房屋类型", peercodes.kind) or "residential"
    if not entrance and kind == "residential":
        kind = "shop"
    area = reader.read("建筑面积", cells.area, required=True)
    return Property(
        key=places.property_key("", building, entrance, room),
        community="", district="", building=building, entrance=entrance, room=room, kind=kind,
        floor=reader.read("房屋楼层", lambda raw: cells.whole(raw, -10, 200), soft=True),
        layout=reader.read("房屋户型", peercodes.layout, soft=True) or "",
        building_area=area,
        inner_area=reader.read("室内面积", cells.area, soft=True),
        delivered_on=None, state="", vacant=None, year_built=None, structure="",
        note=_rent_note(reader), source=_source(reader),
    )  # fmt: skip


def _rent_note(reader: RowReader) -> str:
    rent = reader.read("租金", cells.money_fen, soft=True)
    return f"导入时的租金 {reader.text('租金')} 元" if rent else ""


def _owner(builder: Builder, reader: RowReader, numbers: PeerNumbers) -> str:
    """The owner's number where it leads to a person; an absent owner is reported, the room stands without one."""
    number = reader.read("业主编号", cells.short_text) or ""
    if not number or number == "0" or number in numbers.owners:
        return number if number in numbers.owners else ""
    if (Kind.OWNERS, number) in numbers.refused:
        reader.error("owner_refused", "业主编号", Phrase("业主 {number} 在「业主信息」里有错误", number=number), "先改正「业主信息」那一行")
        return ""
    severity = Severity.ERROR if builder.options.absent_owner_is_error else Severity.WARNING
    reader.note(
        severity, "absent_owner", "业主编号", Phrase("「业主信息」里没有编号 {number} 的业主，先不带业主导入", number=number),
        "在「业主信息」补上这位业主，或改正编号；没有业主就留空",
    )  # fmt: skip
    return ""


def _charges(builder: Builder, reader: RowReader, numbers: PeerNumbers) -> list[tuple[str, dt.date]]:
    """Tariff keys and first days of one room; one day may serve all its charges."""
    wanted = [part for part in re.split(r"[#＃,，]", reader.text("房屋费用")) if part.strip() and part.strip() != "0"]
    if not wanted:
        return []
    days = _starts(reader)
    if days is None:
        return []
    if len(days) not in (1, len(wanted)):
        reader.error("charges_and_days", "费用开始时间", Phrase("有 {count} 项费用，却有 {count2} 个开始时间", count=len(wanted), count2=len(days)), "用 # 分隔，个数要一致")
        return []
    charges = []
    for position, number in enumerate(part.strip() for part in wanted):
        tariff = numbers.fees.get(number)
        if tariff is None:
            code = "fee_refused" if (Kind.FEES, number) in numbers.refused else "absent_fee"
            reader.error(code, "房屋费用", Phrase("「费用设置」里没有可用的费用编号 {number}", number=number), "补上或改正「费用设置」，或改正编号")
            continue
        first = days[position if len(days) > 1 else 0]
        begins, ends = builder.tariffs[tariff].first, builder.tariffs[tariff].last
        if (begins and first < begins) or (ends and first > ends):
            reader.error("start_outside_fee", "费用开始时间", Phrase("{first} 不在「{tariff}」的计费时间内", first=first, tariff=tariff), "核对开始时间")
            continue
        charges.append((tariff, first))
    return charges


def _starts(reader: RowReader) -> list[dt.date] | None:
    raw = reader.raw("费用开始时间")
    if not isinstance(raw, str):
        one = reader.read("费用开始时间", cells.day, required=True)
        return None if one is None else [one]
    return reader.read("费用开始时间", lambda text: [cells.day(part) for part in re.split(r"[#＃,，]", text_of(text)) if part])


def read_parking(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """``车位信息``: a space, and its car where it is let or sold. An area of 1 means none is known."""
    for reader in sheet.readers(builder):
        code = reader.read("车位编码", cells.short_text, required=True) or ""
        lot = reader.read("停车场编号", cells.short_text) or ""
        area = reader.read("面积", cells.area)
        place = reader.text("停车场类型").removesuffix("停车位")[:10]
        owner = _owner(builder, reader, numbers)
        tenure = reader.read("出租还是出售", lambda raw: peercodes.coded(peercodes.TENURES, "出租还是出售", raw)) or ""
        first = reader.read("开始时间", cells.day)
        last = reader.read("结束时间", peercodes.last_day)
        plate = reader.read("车牌号", cells.plate)
        kind = reader.read("车类型", lambda raw: peercodes.coded(peercodes.VEHICLES, "车类型", raw), soft=True) or ""
        if area is not None and area > 60:
            reader.warn("area_unusual", "面积", Phrase("一个车位 {area} 平方米，偏大", area=area), "核对面积")
        if first and last and last < first:
            reader.error("period_backwards", "结束时间", "结束早于开始", "核对起止时间")
        if code in builder.spaces:
            reader.error("duplicate_number", "车位编码", Phrase("车位 {code} 已在第 {row} 行出现", code=code, row=builder.spaces[code].source.row), "车位编码不能重复")
        if reader.failed:
            continue
        person = numbers.owners.get(owner, "")
        source = _source(reader)
        space = ParkingSpace(code, lot, place, area, "", person, tenure, first, last, source)
        builder.spaces[code] = replace(space, area=None) if area == 1 else space
        if plate:
            brand, colour = reader.text("车品牌")[:40], reader.text("颜色")[:20]
            builder.vehicles.setdefault(plate, Vehicle(plate, kind, brand, colour, code, "", person, source))

