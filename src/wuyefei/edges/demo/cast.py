"""Who plays in the demo: firms, communities, staff and the names owners are drawn from. All invented."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from wuyefei.foundation.access.rules import Role


@dataclass(frozen=True)
class Block:
    """Buildings of one shape: ``floors`` × ``per_floor`` flats an entrance, of the areas given by position."""

    buildings: tuple[str, ...]
    entrances: int
    floors: int
    per_floor: int
    areas: tuple[str, ...]
    kind: str = "residential"


@dataclass(frozen=True)
class Place:
    name: str
    prefix: str
    address: str
    cycle_months: int
    due_day: int
    per_m2: Decimal
    parking: Decimal
    blocks: tuple[Block, ...]
    spaces: int
    shop_per_m2: Decimal = Decimal(0)
    delivered_year: int = 2016
    late_fee: bool = True


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: Role
    community: str = ""


@dataclass(frozen=True)
class Firm:
    name: str
    seal: str
    region: str
    places: tuple[Place, ...]
    people: tuple[Person, ...] = field(default=())


GROUP = Firm(
    "澜庭物业集团",
    "澜庭物业服务集团有限公司",
    "江南区域",
    (
        Place(
            "澜溪花园", "LX", "临江市溪口路 18 号", 3, 15, Decimal("2.85"), Decimal("120"),
            (Block(("1栋", "2栋", "3栋"), 2, 15, 3, ("89.55", "118.36", "128.46")),), 60,
        ),
        Place(
            "梧桐里", "WT", "临江市梧桐巷 6 号", 1, 10, Decimal("1.20"), Decimal("80"),
            (Block(("1幢", "2幢", "3幢", "4幢", "5幢"), 3, 6, 2, ("56.20", "71.84")),), 0, delivered_year=1998,
        ),
        Place(
            "云上公馆", "YS", "临江市云岭大道 99 号", 3, 20, Decimal("4.60"), Decimal("260"),
            (
                Block(tuple(f"{n}座" for n in range(1, 9)), 1, 4, 1, ("186.40",)),
                Block(("商街",), 1, 1, 18, ("45.00", "62.50", "88.30"), "shop"),
            ),
            24, shop_per_m2=Decimal("6.80"), delivered_year=2021,
        ),
    ),
    (
        Person("gaoyuan", "高远", Role.GROUP_MANAGER),
        Person("xumo", "许默", Role.PROJECT_MANAGER, "澜溪花园"),
        Person("hanye", "韩野", Role.PROJECT_MANAGER, "梧桐里"),
        Person("shenruolan", "沈若兰", Role.CASHIER),
        Person("fangzhou", "方舟", Role.FINANCE),
        Person("wenjing", "文静", Role.FINANCE_LEAD),
        Person("luzhixing", "陆知行", Role.COLLECTOR),
        Person("anran", "安然", Role.HOUSEKEEPER, "澜溪花园"),
        Person("yanmin", "严敏", Role.LEGAL),
        Person("zhengyan", "郑言", Role.AUDITOR),
        Person("guanli", "管理员甲", Role.ADMINISTRATOR),
    ),
)  # fmt: skip

SMALL = Firm(
    "青禾物业",
    "临江市青禾物业服务有限公司",
    "",
    (
        Place(
            "青禾里", "QH", "临江市青禾路 2 号", 1, 15, Decimal("1.80"), Decimal("100"),
            (Block(("甲", "乙"), 1, 7, 4, ("64.00", "82.75", "97.10", "110.33")),), 10, delivered_year=2009,
        ),
    ),
    (
        Person("qh_caiwu", "青禾财务", Role.FINANCE),
        Person("qh_zhuguan", "青禾主管", Role.FINANCE_LEAD),
        Person("qh_shouyin", "青禾收银", Role.CASHIER),
        Person("qh_guanli", "青禾管理员", Role.ADMINISTRATOR),
    ),
)  # fmt: skip

SURNAMES = "陆沈顾叶江苏程许何宋林白方温秦夏纪姜简罗季傅易池商卫庄柏骆米"
GIVEN = ["小满", "秋白", "予安", "清和", "知行", "若兰", "一鸣", "云舒", "南星", "听雨", "望舒", "青禾", "思齐", "子衿", "景行", "明远", "书瑶", "念初", "怀瑾", "嘉树", "月白", "星野", "朝暮", "行之", "微澜", "牧之", "采薇", "长青", "晏如", "时雨", "如初", "以宁", "亦可", "温言", "向晚", "临风", "疏桐", "令仪", "静姝", "安歌"]
COMPOUND = ("慕容清和", "欧阳知夏", "上官云起", "司徒南枝")
SHOPS = ("鲜果铺", "晨光便利", "老灶面馆", "一杯茶", "巧手裁缝", "安心药房", "小小书屋", "洁衣坊", "宠爱屋")
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def owner_name(dice: random.Random) -> str:
    if dice.random() < 0.01:
        return dice.choice(COMPOUND)
    return dice.choice(SURNAMES) + dice.choice(GIVEN)


def plate(dice: random.Random) -> str:
    """A plate of no real place: 临 stands for no province in this position."""
    return "浙" + dice.choice("AB") + "".join(dice.choice("0123456789") for _ in range(3)) + dice.choice(PLATE_LETTERS) + dice.choice("0123456789")


def mobile(number: int) -> str:
    """A number of a range that reads as invented: 199 0000 followed by a counter."""
    return f"1990000{number % 10000:04d}"
