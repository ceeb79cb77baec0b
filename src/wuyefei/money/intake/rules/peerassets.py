"""The properties-and-owners workbook (``资产信息``): one row a member, the property's facts repeated in each."""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import Phrase

from . import cells, peercodes, places
from .builder import Builder
from .cells import text_of
from .peerestate import PeerNumbers
from .peersheets import PeerSheet
from .persons import Columns, Read, identity_text, read_person, role_of, shared_identities
from .plan import Person, Property, Source, Tie
from .rowreader import RowReader

_PERSON = Columns("业主名称", "手机号", "身份证号")


def read_assets(builder: Builder, sheet: PeerSheet, numbers: PeerNumbers) -> None:
    """Properties with state and owner; further members follow their owner in rows of their own."""
    columns = sheet.columns
    shared = shared_identities(
        (identity_text(row.get(columns.get("身份证号", -1))), text_of(row.get(columns.get("业主名称", -1)))) for row in sheet.rows
    )
    builder.ignore(sheet.sheet.name, "性别：不需要的个人信息，未读", len(sheet.rows) if "性别" in columns else 0)
    seen: dict[tuple[object, ...], int] = {}
    for reader in sheet.readers(builder):
        first = seen.setdefault(reader.row.cells, reader.row.number)
        if first != reader.row.number:
            reader.warn("duplicate_row", None, Phrase("与第 {first} 行完全相同，未再读", first=first), "删去重复的一行")
            continue
        _read_row(builder, reader, shared)


def _read_row(builder: Builder, reader: RowReader, shared: frozenset[str]) -> None:
    state = reader.read("房屋状态", peercodes.state) or ""
    found = _property(reader, state)
    person = read_person(reader, _PERSON, shared)
    role = reader.read("业主类型", role_of) or "owner"
    floors = reader.read("总层数", lambda raw: cells.whole(raw, 1, 200), soft=True)
    has_lift = reader.read("是否有电梯", cells.yes_no, soft=True)
    _check_members(builder, reader, found, person, role, state)
    if reader.failed:
        return
    source = Source(reader.sheet.name, reader.row.number)
    builder.add_place("", found.building, found.entrance, source)
    builder.describe_place("", found.building, found.entrance, floors, has_lift)
    builder.add_property(found)
    if person is None or state == peercodes.UNSOLD:
        return
    for index, name in enumerate(person.names):
        key = person.key(index, found.key)
        first = index == 0
        builder.add_person(
            Person(key, name, person.mobile if first else "", person.identity if first else "", None, source)
        )
        builder.add_tie(Tie(found.key, key, role, None, None, source))


def _property(reader: RowReader, state: str) -> Property:
    building = reader.read("楼栋", places.building_code, required=True) or ""
    entrance = reader.read("单元", places.entrance_code, required=True) or ""
    room = reader.read("房间", places.room_code, required=True) or ""
    kind = reader.read("房屋类型", peercodes.kind) or "residential"
    if not entrance and kind == "residential":
        kind = "shop"
    word, vacant = peercodes.STATES.get(state, ("", None))
    rent = reader.read("租金", cells.money_fen, soft=True)
    return Property(
        key=places.property_key("", building, entrance, room),
        community="", district="", building=building, entrance=entrance, room=room, kind=kind,
        floor=reader.read("楼层", lambda raw: cells.whole(raw, -10, 200), soft=True),
        layout=reader.read("房屋户型", peercodes.layout, soft=True) or "",
        building_area=reader.read("建筑面积", cells.area, required=True),
        inner_area=reader.read("室内面积", cells.area, soft=True),
        delivered_on=None, state=word, vacant=vacant, year_built=None, structure="",
        note=f"导入时的租金 {reader.text('租金')} 元" if rent else "",
        source=Source(reader.sheet.name, reader.row.number),
    )  # fmt: skip


def _check_members(
    builder: Builder, reader: RowReader, found: Property, person: Read | None, role: str, state: str
) -> None:
    """The templates' own rules: an unsold property has nobody, an owned one its owner, owners before the others."""
    known = builder.properties.get(found.key)
    if known is not None and builder.differences(found):
        reader.error("conflicting_duplicate", "房间", Phrase("{key} 已在第 {row} 行出现，内容不同", key=found.key, row=known.source.row), "同一房屋各行的房屋信息要一致")
    if state == peercodes.UNSOLD:
        if person is not None:
            reader.warn("unsold_with_owner", "业主名称", "未销售的房屋写了业主，业主未读", "改正房屋状态，或清空业主")
        return
    if person is None and state in peercodes.OWNED_STATES and not builder.owner_of(found.key) and not reader.failed:
        word = peercodes.STATES[state][0]
        reader.error("owner_missing", "业主名称", Phrase("房屋状态是{word}，却没有业主", word=word), "填写业主，或把状态改为未销售")
    if person is not None and role != "owner" and not builder.owner_of(found.key) and not reader.failed:
        reader.error("member_before_owner", "业主类型", "这套房屋前面没有业主", "业主那一行要写在家庭成员、租客之前")
