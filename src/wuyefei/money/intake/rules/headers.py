"""Header names of plain sheets: aliases, normal form, where the header row stands, which column is which field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.text import tidy

from .cells import text_of
from .reader import Row, Sheet


class Field(StrEnum):
    """What a column of a plain sheet can mean."""

    COMMUNITY = "community"
    DISTRICT = "district"
    BUILDING = "building"
    ENTRANCE = "entrance"
    ROOM = "room"
    FLOOR = "floor"
    FLOORS_TOTAL = "floors_total"
    KIND = "kind"
    LAYOUT = "layout"
    AREA = "area"
    INNER_AREA = "inner_area"
    DELIVERED_ON = "delivered_on"
    STATE = "state"
    YEAR_BUILT = "year_built"
    HAS_LIFT = "has_lift"
    STRUCTURE = "structure"
    OWNER = "owner"
    MOBILE = "mobile"
    IDENTITY = "identity"
    ROLE = "role"
    TENANT = "tenant"
    TENANT_MOBILE = "tenant_mobile"
    PRICE = "price"
    CYCLE = "cycle"
    SERVICE_FROM = "service_from"
    SPACE = "space"
    PLATE = "plate"
    CAR_BRAND = "car_brand"
    CAR_COLOUR = "car_colour"
    ARREARS = "arrears"
    ARREARS_ITEM = "arrears_item"
    ARREARS_FROM = "arrears_from"
    ARREARS_TO = "arrears_to"
    DUE_ON = "due_on"
    PREPAID = "prepaid"
    NOTE = "note"

    @property
    def label(self) -> str:
        return ALIASES[self][0]


ALIASES: Mapping[Field, tuple[str, ...]] = {
    Field.COMMUNITY: ("小区", "小区名称", "项目", "项目名称", "社区", "楼盘", "garden", "community"),
    Field.DISTRICT: ("区域", "片区", "街道", "商圈", "district"),
    Field.BUILDING: ("楼栋", "楼号", "栋号", "幢号", "楼栋号", "楼栋编号", "楼栋名称", "楼宇", "楼幢", "栋", "幢", "座", "building"),
    Field.ENTRANCE: ("单元", "单元号", "单元编号", "单元名称", "门洞", "entrance"),
    Field.ROOM: (
        "房号", "房屋编号", "房间号", "门牌号", "房间", "室号", "户号", "房屋", "房屋号", "房产编号", "房间编号",
        "商铺号", "铺号", "单位号", "房屋地址", "房屋名称", "资产编号", "room", "roomno",
    ),
    Field.FLOOR: ("楼层", "所在楼层", "房屋楼层", "层", "层数", "floor"),
    Field.FLOORS_TOTAL: ("总楼层", "总层数", "楼层总数"),
    Field.KIND: ("房屋类型", "类型", "物业类型", "房屋性质", "房屋用途", "用途", "业态", "房产类型", "kind"),
    Field.LAYOUT: ("户型", "房屋户型", "房型", "layout"),
    Field.AREA: (
        "建筑面积", "面积", "房屋面积", "产权面积", "计费面积", "收费面积", "建面", "房产面积", "size", "area",
    ),
    Field.INNER_AREA: ("套内面积", "使用面积", "室内面积", "套内建筑面积", "实用面积"),
    Field.DELIVERED_ON: ("交付日期", "交房日期", "交付时间", "交房时间", "接房日期", "收楼日期", "收房日期", "入伙日期"),
    Field.STATE: ("房屋状态", "状态", "入住状态", "入住情况"),
    Field.YEAR_BUILT: ("建成年份", "建造年份", "建筑年代", "建成年代", "竣工年份", "year"),
    Field.HAS_LIFT: ("电梯", "有无电梯", "是否有电梯", "elevator", "lift"),
    Field.STRUCTURE: ("建筑形式", "建筑结构", "楼型", "建筑类型", "structure"),
    Field.OWNER: (
        "业主姓名", "业主名称", "姓名", "产权人", "业主", "户主", "户主姓名", "客户名称", "客户姓名", "业户名称",
        "业户姓名", "住户姓名", "产权人姓名", "房主", "缴费人", "名称", "owner", "name",
    ),
    Field.MOBILE: (
        "手机号", "联系电话", "电话", "手机", "手机号码", "电话号码", "业主电话", "业主手机", "业主手机号", "联系方式",
        "移动电话", "联系手机", "mobile", "phone",
    ),
    Field.IDENTITY: ("身份证号", "证件号码", "身份证", "证件号", "身份证号码", "业主身份证", "业主身份证号", "统一社会信用代码"),
    Field.ROLE: ("业主类型", "人员类型", "与业主关系", "住户类型", "身份"),
    Field.TENANT: ("租户姓名", "租户", "租户名称", "承租人", "租客", "租客姓名", "使用人"),
    Field.TENANT_MOBILE: ("租户电话", "租户手机", "租户手机号", "租户联系电话", "租客电话", "承租人电话", "使用人电话"),
    Field.PRICE: (
        "收费标准", "单价", "物业费单价", "物业费标准", "计费单价", "物业费收费标准", "物业服务费标准", "物业费", "price",
    ),
    Field.CYCLE: ("缴费周期", "收费周期", "计费周期", "付款周期"),
    Field.SERVICE_FROM: ("计费起始时间", "计费开始日期", "计费起始日期", "收费开始日期", "起费日期", "计费开始时间", "费用开始时间", "计费日期"),
    Field.SPACE: ("车位号", "车位", "车位编号", "车位编码", "停车位", "停车位号"),
    Field.PLATE: ("车牌号", "车牌", "车牌号码", "车号"),
    Field.CAR_BRAND: ("车品牌", "车辆品牌", "品牌", "车型"),
    Field.CAR_COLOUR: ("车颜色", "车辆颜色", "车身颜色", "颜色"),
    Field.ARREARS: ("期初欠费", "欠费金额", "欠费", "欠款", "欠款金额", "历史欠费", "往年欠费", "期初欠款", "欠费合计", "未缴金额"),
    Field.ARREARS_ITEM: ("欠费项目", "收费项目", "费用项目", "费用名称", "费项"),
    Field.ARREARS_FROM: ("欠费起", "欠费开始", "欠费起始", "欠费起始日期", "欠费开始日期", "欠费起始时间", "欠费开始时间", "欠费起始月"),
    Field.ARREARS_TO: ("欠费止", "欠费结束", "欠费截止", "欠费截止日期", "欠费结束日期", "欠费截止时间", "欠费结束时间", "欠费截止月"),
    Field.DUE_ON: ("应缴日期", "应收日期", "缴费截止日", "缴费期限", "到期日"),
    Field.PREPAID: ("期初预收", "预存余额", "预存", "预收", "预存金额", "预收余额", "预收金额", "预交余额", "预缴余额", "账户余额"),
    Field.NOTE: ("备注", "说明", "注", "附注", "remark", "note"),
}  # fmt: skip

IGNORED_HEADERS = frozenset({"序号", "编号", "no", "no.", "性别", "合计", "总计", "操作人", "填表人"})
"""Columns that are known and not needed: they are not read and not asked about."""


def normal(header: object) -> str:
    """``*建筑面积（㎡）`` → ``建筑面积``: no brackets, units, stars, spaces; lower case."""
    text = tidy(header).lower()
    text = re.sub(r"[(\[【〔{<《][^)\]】〕}>》]*[)\]】〕}>》]", "", text)
    text = re.sub(r"[\s*:：_\-/、.★※●]", "", text)
    text = re.sub(r"(必填|选填|可不填|非必填)", "", text)
    return re.sub(r"(㎡|m2|m²|平方米|平米)$", "", text)


_BY_ALIAS = {normal(alias): field for field, aliases in ALIASES.items() for alias in aliases}
_LONG = sorted((alias for alias in _BY_ALIAS if len(alias) >= 3), key=len, reverse=True)


def guess(header: object) -> Field | None:
    """The field a header most likely means."""
    text = normal(header)
    if not text or len(text) > 20 or text in IGNORED_HEADERS:
        return None
    if text in _BY_ALIAS:
        return _BY_ALIAS[text]
    if not re.search(r"[\u4e00-\u9fff]", text):
        return None
    return next((_BY_ALIAS[alias] for alias in _LONG if alias in text), None)


def is_known(header: object) -> bool:
    return guess(header) is not None or normal(header) in IGNORED_HEADERS


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The row of headers: its number, the text of each column, and the fields guessed from the names."""

    number: int
    texts: tuple[str, ...]
    fields: Mapping[int, Field]
    repeated: tuple[tuple[int, Field], ...] = ()

    def text(self, column: int) -> str:
        return self.texts[column] if 0 <= column < len(self.texts) else ""


def read_header(row: Row) -> HeaderRow:
    """The row taken as headers; a field named twice keeps its first column."""
    fields: dict[int, Field] = {}
    repeated = []
    for column, raw in enumerate(row.cells):
        field = guess(raw) if isinstance(raw, str) else None
        if field is None:
            continue
        if field in fields.values():
            repeated.append((column, field))
        else:
            fields[column] = field
    texts = tuple(text_of(raw)[:60] for raw in row.cells)
    return HeaderRow(row.number, texts, fields, tuple(repeated))


def find_header(sheet: Sheet, within: int = 40) -> HeaderRow | None:
    """The row among the first that names most fields, at least two; titles and explanations above are passed over."""
    best: HeaderRow | None = None
    for row in sheet.rows[:within]:
        header = read_header(row)
        if len(header.fields) >= 2 and (best is None or len(header.fields) > len(best.fields)):
            best = header
    return best
